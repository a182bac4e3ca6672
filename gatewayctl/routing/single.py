"""One route against one request, part by part, by the real matcher: what explanations are made of."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gatewayctl.core.fields import Field
from gatewayctl.routing.compiled import CompiledRoute, Condition, HostPattern, best_host, method_class
from gatewayctl.routing.conditions import LiveConditions
from gatewayctl.routing.entry import Match
from gatewayctl.routing.table import TableBuilder


class Request(NamedTuple):
    """What is matched: see ``Table.match``."""

    method: bytes
    host: bytes
    path: bytes
    query: bytes = b""
    fields: Sequence[Field] = ()


class Verdict(NamedTuple):
    """Which parts of a route take the request. ``params`` is None where the path does not match; ``headers`` and
    ``query`` are the conditions that do not hold."""

    params: Mapping[str, bytes] | None
    takes_host: bool
    host: HostPattern | None
    takes_method: bool
    headers: tuple[Condition, ...]
    query: tuple[Condition, ...]

    @property
    def matches(self) -> bool:
        return self.params is not None and self.takes_host and self.takes_method and not self.headers and not self.query


def judge(route: CompiledRoute, request: Request) -> Verdict:
    """The verdict of one route."""
    takes_host, host = best_host(route, request.host)
    return Verdict(
        params=path_params(route, request.path),
        takes_host=takes_host,
        host=host,
        takes_method=method_class(route.methods, request.method) is not None,
        headers=tuple(c for c in route.headers if not LiveConditions((c,), ()).hold(b"", request.fields)),
        query=tuple(c for c in route.query if not LiveConditions((), (c,)).hold(request.query, ())),
    )


def path_params(route: CompiledRoute, path: bytes) -> Mapping[str, bytes] | None:
    """The parameters that the route's path pattern finds in a canonical path; None: it does not match."""
    if route.literal is not None:
        return {} if route.literal == path else None
    if not path.startswith(route.prefix):
        return None
    builder = TableBuilder()
    builder.add(route._replace(hosts=(), methods=None, headers=(), query=()), 0)
    answer = builder.finish().match(b"GET", b"", path, b"", ())
    return answer.params if isinstance(answer, Match) else None
