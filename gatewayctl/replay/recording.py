"""Route tests from an access log: what traffic meets, written down as what is expected.

One case for each route and shape of request, the first that was seen: numbers, UUIDs and long hexadecimal parts of a
path are one shape, and so are all values of a query, of which only those are written that routes ask for. Each is held
against the configuration at hand before it is written, and of what it expects only that is kept which is so there:
headers and credentials are in no log.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from ipaddress import ip_address
from typing import Any, Final

from gatewayctl.core.frozen import mutable
from gatewayctl.replay.entry import Entry, as_sent
from gatewayctl.replay.query_shown import QueryShown
from gatewayctl.routetest.report import REFUSED, Report
from gatewayctl.routetest.request import Asked, NotARequest, asked
from gatewayctl.routetest.walk import Examiner

MOST: Final = 2_000
"""Cases that are written at most: a log with more shapes than that has no shapes."""
SHOWN: Final = 3
"""Requests that are handled otherwise that are shown."""

_VARYING: Final = re.compile(r"[0-9]+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,}", re.IGNORECASE)
_KNOWN_OFFLINE: Final = frozenset({"no_route", "method_not_allowed", "bad_path", "ambiguous_path"})
"""Reasons of an answer that a path, method and host alone bring about."""

Key = tuple[str, ...]


@mutable
class Recording:
    """Cases while they are gathered. ``unknowable`` requests had an outcome that cannot be known offline, ``masked`` cases
    lack values that routes ask for, since the log has masked them, ``elsewhere`` shapes of requests are handled otherwise by the
    configuration at hand, ``beyond`` requests came when there were enough."""

    examiner: Examiner
    unknowable: int = 0
    masked: int = 0
    beyond: int = 0
    elsewhere: dict[Key, str] = field(default_factory=dict)
    cases: dict[Key, dict[str, Any]] = field(default_factory=dict)
    _query: QueryShown = field(init=False)
    _secret: bool = field(init=False)
    """Whether a route matches paths or hosts by a secret, so that none of them may be written."""

    def __post_init__(self) -> None:
        secret = self.examiner.secret_parts
        self._query = QueryShown(self.examiner.matches, {name for part, name in secret if part == "query"})
        self._secret = bool({part for part, _ in secret} & {"path", "path_regex", "hosts"})

    def take(self, entry: Entry) -> None:
        """Takes in one request of a log."""
        if not self._secret and _writable(entry) and _knowable(entry):
            self._take(entry)
        else:
            self.unknowable += 1

    @property
    def first_elsewhere(self) -> list[str]:
        """The first requests that are handled otherwise by the configuration at hand."""
        return list(self.elsewhere.values())[:SHOWN]

    def _take(self, entry: Entry) -> None:
        path, mark, query = entry.target.partition("?")
        names = sorted(pair.partition("=")[0] for pair in query.split("&")) if mark else []
        shape = "/".join("*" if _VARYING.fullmatch(part) else part for part in path.split("/"))
        outcome = (str(entry.status),) if entry.route is None else (entry.route, entry.service, entry.reason)
        key = (entry.method, entry.host, shape, "&".join(names), *outcome)
        if key in self.cases or key in self.elsewhere:
            return
        if len(self.cases) + len(self.elsewhere) >= MOST:
            self.beyond += 1
            return
        sent = as_sent(query)
        target = f"{path}{mark}{self._query(sent).decode()}"
        if entry.host:
            target = f"http://{entry.host}{target}"
        case = self._case(entry, target)
        if case is None:
            self.elsewhere[key] = f"{entry.method} {target}"
            return
        self.masked += self._query.lacks(sent)
        self.cases[key] = {"request": f"{entry.method} {target}"} | case

    def _case(self, entry: Entry, target: str) -> dict[str, Any] | None:
        """What a case says beside its request; None where the configuration handles the request otherwise."""
        reports: list[Report] = []
        for client_ip in _addresses(entry):
            try:
                request = asked(target, entry.method, client_ip=client_ip or Asked._field_defaults["client_ip"])
            except NotARequest:
                return None
            reports.append(self.examiner.examine(request, others=False))
            expect = _as_logged(entry, reports[-1])
            if expect is not None:
                return ({"client_ip": client_ip} if client_ip else {}) | {"expect": expect}
        for report in reports:
            if report.outcome == REFUSED and report.route and entry.route in (None, report.route):
                return {"expect": {"route": report.route}}  # refused for what no log tells: credentials, for example
        return None

    def toml(self, config: Sequence[str] = ()) -> str:
        """The cases as a file of route tests, in an order that does not depend on that of the log. ``config``: the files
        of the configuration, relative to it, where it is not the one beside it."""
        blocks = ["#:schema ./schemas/route-tests.schema.json"]
        if config:
            blocks.append(_line("config", config[0] if len(config) == 1 else list(config)))
        for key in sorted(self.cases):
            case = self.cases[key]
            lines = [_line(name, value) for name, value in case.items() if name != "expect"]
            expect = ", ".join(_line(name, value) for name, value in case["expect"].items())
            blocks.append("\n".join(["[[case]]", *lines, f"expect = {{ {expect} }}"]))
        return "\n\n".join(blocks)


def _writable(entry: Entry) -> bool:
    """Whether it can be written as a case."""
    told = f"{entry.target}{entry.host}"
    return (
        entry.target.startswith("/")
        and told.isascii()
        and not re.search(r"\s", told)
        and (bool(entry.host) or entry.route is None)
    )


def _knowable(entry: Entry) -> bool:
    """Whether what became of it can be known offline."""
    if entry.route is None:
        return True
    return entry.reason in _KNOWN_OFFLINE or bool(entry.route and (entry.service or not entry.reason))


def _addresses(entry: Entry) -> Iterator[str]:
    """Who is said to ask: nobody in particular; where that is not enough, who did."""
    yield ""
    try:
        yield str(ip_address(entry.client))
    except ValueError:
        return  # a unix socket, or a name


def _as_logged(entry: Entry, report: Report) -> dict[str, Any] | None:
    """What is expected, if that report is what the log says; None where it is not."""
    known = report.reason in _KNOWN_OFFLINE and not report.route
    if known:
        fits = entry.status == report.status if entry.route is None else entry.reason == report.reason
        return {"route": "none", "status": report.status, "reason": report.reason} if fits else None
    if not report.route or report.outcome == REFUSED:
        return None
    if report.sent is not None:
        sent = {"route": report.route, "service": report.sent.service}
        return (
            sent if entry.route is None or (entry.route, entry.service) == (report.route, report.sent.service) else None
        )
    fits = entry.status == report.status and (entry.route is None or (entry.route, entry.service) == (report.route, ""))
    return {"route": report.route, "status": report.status} if fits else None


def _line(name: str, value: str | int | list[str]) -> str:
    from tomli_w import dumps

    if isinstance(value, list):
        return f"{name} = [{', '.join(_line('x', item).removeprefix('x = ') for item in value)}]"
    return dumps({name: value}).rstrip("\n")
