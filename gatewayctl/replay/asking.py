"""Requests of a log, asked of a routing table: what a gateway with that table would make of each."""

from typing import NamedTuple

from gatewayctl.core.fields import Field, field
from gatewayctl.diff.outcome import outcome
from gatewayctl.replay.entry import SOME_HOST, Entry, as_sent
from gatewayctl.routing import CompiledRoute, Miss, PathError, RoutingOptions, Witness, canonical_path
from gatewayctl.routing.entry import Match
from gatewayctl.routing.exact import Exact
from gatewayctl.routing.exact import Side as Table

AGENT = b"user-agent"
"""The one header field that a log tells which routes may ask for."""


class Taken(NamedTuple):
    """What becomes of a request: the ``match`` (None: no route takes it, ``refused`` says why), and what was asked."""

    match: Match | None
    refused: str
    asked: Witness


class Asker:
    """Asks one table. ``host`` stands in where a log tells none."""

    def __init__(self, routes: "tuple[CompiledRoute, ...]", options: RoutingOptions, host: str = SOME_HOST) -> None:
        self._side = Table(routes, Exact(options), options)
        self._table = self._side.table
        self._options = options
        self._host = host
        self._by_agent = any(condition.name == AGENT for route in routes for condition in route.headers)

    def ask(self, entry: Entry) -> Taken:
        """Who takes it."""
        sent, _, query = as_sent(entry.target).partition(b"?")
        host = as_sent(entry.host or self._host)
        headers = () if entry.agent is None else ((AGENT, as_sent(entry.agent)),)
        asked = Witness(as_sent(entry.method), host, sent, query, headers)
        options = self._options
        try:
            path = canonical_path(sent, encoded_slashes=options.encoded_slashes, merge_slashes=options.merge_slashes)
        except PathError as error:
            return Taken(None, f"400, {error.reason}", asked)
        fields: list[Field] = [field(AGENT, headers[0][1])] if headers and self._by_agent else []
        whole = asked if path is sent else asked._replace(path=path)
        answer = self._table.match(whole.method, host, path, query, fields)
        if isinstance(answer, Miss) or self._table.ambiguous(whole.method, host, path, query, fields, answer):
            return Taken(None, outcome(self._side, whole), whole)
        return Taken(answer, "", whole)


def unknowable(routes: "tuple[CompiledRoute, ...]") -> list[str]:
    """The routes that ask for header fields that no log tells, by name: a log's requests are taken to have none."""
    return [route.name for route in routes if any(condition.name != AGENT for condition in route.headers)]


def by_query(routes: "tuple[CompiledRoute, ...]") -> list[str]:
    """The routes that look at values of the query, which a log may have masked."""
    return [route.name for route in routes if route.query]
