"""All routes that match a request, in the one order, and which part of the order decided between each and the next."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from gatewayctl.routing.compiled import ANY_METHOD, NAMED, CompiledRoute, HostPattern, Kind, Rank, host_rank, rank
from gatewayctl.routing.single import Request, judge

PARTS: Final = ("priority", "host", "path", "method", "conditions", "name")

_KINDS: Final = {
    Kind.END: "the end of the pattern",
    Kind.LITERAL: "a literal segment",
    Kind.MIXED: "a segment with a literal part",
    Kind.REGEX: "a regular expression",
    Kind.UUID: "a uuid",
    Kind.INT: "an int",
    Kind.SLUG: "a slug",
    Kind.PARAM: "a parameter",
    Kind.REST: "a parameter of type path",
    Kind.STAR: "/*",
}


class Candidate(NamedTuple):
    """A route (by its index) that matches, by which of its host patterns, with which parameters. ``decided_by`` is the
    part of the order that puts the candidate before it in front of this one (empty for the winner); ``reason`` says it
    in words."""

    route: int
    host: HostPattern | None
    params: Mapping[str, bytes]
    rank: Rank
    decided_by: str
    reason: str


def explain_candidates(routes: Sequence[CompiledRoute], request: Request) -> list[Candidate]:
    """The matching routes, the winner first."""
    found = []
    for index, route in enumerate(routes):
        verdict = judge(route, request)
        if verdict.matches and verdict.params is not None:
            found.append((rank(route, verdict.host, request.method), index, verdict))
    made: list[Candidate] = []
    for position, (own, index, verdict) in enumerate(sorted(found, key=lambda item: item[0])):
        part, reason = decided(routes[made[-1].route], made[-1].rank, routes[index], own) if position else ("", "")
        made.append(Candidate(index, verdict.host, verdict.params or {}, own, part, reason))
    return made


def decided(better: CompiledRoute, better_rank: Rank, worse: CompiledRoute, worse_rank: Rank) -> tuple[str, str]:
    """The part of the order in which two ranks differ first, and that in words about the better one."""
    at = next(i for i in range(len(PARTS)) if better_rank[i] != worse_rank[i])
    part = PARTS[at]
    if part == "priority":
        return part, f"priority {better.priority} goes before {worse.priority}"
    if part == "host":
        return part, f"{_host(better, better_rank)} goes before {_host(worse, worse_rank)}"
    if part == "path":
        return part, _path(better, worse)
    if part == "method":
        return part, f"{_method(better_rank[3])} goes before {_method(worse_rank[3])}"
    if part == "conditions":
        return part, "more (and more exact) header and query conditions go first"
    return part, f"only the names differ: {better.name} goes before {worse.name}"


def _host(route: CompiledRoute, found: Rank) -> str:
    if not route.hosts:
        return "a route without hosts"
    wildcard = next((str(host) for host in route.hosts if host.wildcard and host_rank(host) == found[1]), "")
    return wildcard or "an exact host"


def _path(better: CompiledRoute, worse: CompiledRoute) -> str:
    if worse.regex is not None:
        return "a pattern goes before a path_regex"
    ends = (Kind.END, 0)
    own = [*((Kind(s.kind), s.rank) for s in better.segments), ends]
    other = [*((Kind(s.kind), s.rank) for s in worse.segments), ends]
    at = next(i for i, (a, b) in enumerate(zip(own, other, strict=False)) if a != b)
    if own[at][0] == other[at][0]:
        return f"segment {at + 1}: more literal characters, then fewer plain parameters go first"
    return f"segment {at + 1}: {_KINDS[own[at][0]]} goes before {_KINDS[other[at][0]]}"


def _method(kind: int) -> str:
    if kind == NAMED:
        return "a method that is named"
    return "a route without methods" if kind == ANY_METHOD else "HEAD by way of GET"
