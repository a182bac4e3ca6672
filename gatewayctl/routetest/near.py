"""Why no route took a request: what came near and what each lacked; or the readings that make a path ambiguous."""

from typing import Final

from gatewayctl.plan.model import KeyPath
from gatewayctl.routetest.decide import Decision
from gatewayctl.routetest.places import place
from gatewayctl.routetest.report import Near
from gatewayctl.routetest.stepwords import Passage
from gatewayctl.routing import Match, Request, Table, explain_candidates, explain_miss
from gatewayctl.routing.canonical import other_readings

_KEYS: Final = {"method": "methods", "host": "hosts"}
"""The key of a part that is called otherwise."""


def near_misses(decision: Decision, passage: Passage) -> tuple[tuple[Near, ...], tuple[str, ...]]:
    """The routes that came near, best first, and hints for the next try."""
    if decision.refusal is None or decision.refusal.kind.reason not in ("no_route", "method_not_allowed"):
        return (), ()
    routes = passage.plan.routes
    misses = explain_miss([route.match for route in routes], _wanted(passage))
    near = tuple(_near(passage, miss.route, miss.reason, miss.part) for miss in misses)
    hints = []
    for miss in misses[:1]:
        if passage.hidden.covers(("routes", routes[miss.route].name, _KEYS.get(miss.part, miss.part))):
            continue
        if miss.part == "host":
            host = routes[miss.route].match.hosts[0]
            hints.append(f"to ask for that host: --host {str(host).replace('*', 'www')}")
        elif miss.part == "headers":
            hints.append(f"to send that header: -H '{miss.detail}'")
    return near, tuple(hints)


def ambiguous_readings(passage: Passage, table: Table) -> tuple[Near, ...]:
    """The other routes that a server behind could read from the path."""
    head, path = passage.head, passage.path.encode("latin-1")
    own = table.match(head.method, head.host, path, head.query or b"", head.fields)
    taken = own.route if isinstance(own, Match) else None
    found: dict[int, Near] = {}
    for reading in other_readings(path):
        match = table.match(head.method, head.host, reading, head.query or b"", head.fields)
        if isinstance(match, Match) and match.route != taken:
            reason = f"{reading.decode('latin-1')}, which this route takes"
            found.setdefault(match.route, _near(passage, match.route, reason))
    return tuple(found.values())


def beaten(passage: Passage) -> tuple[Near, ...]:
    """The routes that match the request too, in their order behind the one that takes it, and what decided."""
    candidates = explain_candidates([route.match for route in passage.plan.routes], _wanted(passage))
    return tuple(_near(passage, candidate.route, candidate.reason) for candidate in candidates[1:])


def came_near(passage: Passage) -> tuple[Near, ...]:
    """The routes that do not match a request that another one takes, but whose path does or nearly does."""
    misses = explain_miss([route.match for route in passage.plan.routes], _wanted(passage))
    return tuple(_near(passage, miss.route, miss.reason, miss.part) for miss in misses)


def _wanted(passage: Passage) -> Request:
    head = passage.head
    return Request(head.method, head.host, passage.path.encode("latin-1"), head.query or b"", head.fields)


def _near(passage: Passage, index: int, reason: str, part: str = "") -> Near:
    """``part``: the part of the route that decided, as it is called in its table; empty for the route as a whole."""
    route = passage.plan.routes[index]
    own: KeyPath = ("routes", route.name)
    key: KeyPath = (*own, _KEYS.get(part, part)) if part else own
    if part == "path" and route.match.path is None:
        key = (*own, "path_regex")
    at = place(passage.loaded, key)
    if passage.hidden.covers(key):
        reason = f"its {_KEYS.get(part, part)} did not fit; what it asks for is secret"
    return Near(route.name, passage.hidden.pattern(route), at if at.file else place(passage.loaded, own), reason)
