"""Boxes: a route by one of its host patterns and one way of taking a method, as independent choices of slots.

A request is in a box if its method, its host, its path and the value of each conditioned header and query parameter
are, each for itself, in the language of that slot. ``rank`` is the box's place in the total order; the name, its last
part, is apart.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from gatewayctl.routing.compiled import (
    ANY_METHOD,
    HEAD_BY_GET,
    NAMED,
    NEVER_IMPLIED,
    CompiledRoute,
    ConditionRank,
    HostPattern,
    Kind,
    PathRank,
    Segment,
    host_rank,
)
from gatewayctl.routing.exact.language import EVERY, SOME, Intern, Language

Strength: TypeAlias = tuple[int, tuple[int, int], PathRank, int, ConditionRank]
"""A rank without the name."""

Key: TypeAlias = tuple[int, HostPattern | None, int]
"""Route, host pattern, way of taking the method: what a box is found by."""


class Box(NamedTuple):
    """``methods`` None: all but TRACE and CONNECT. ``fixed`` are the languages of the segments before the ``tail``
    (``Kind.REST``, ``Kind.STAR``, 0: none), ``segments`` what they were made of; ``regex`` is the language of a
    ``path_regex`` instead."""

    key: Key
    strength: Strength
    methods: frozenset[bytes] | None
    host: HostPattern | None
    fixed: tuple[Language, ...]
    tail: int
    regex: Language | None
    headers: Mapping[bytes, Language]
    query: Mapping[bytes, Language]
    route: CompiledRoute

    @property
    def segments(self) -> tuple[Segment, ...]:
        """What the languages of the segments were made of."""
        return self.route.segments

    def takes_method(self, method: bytes) -> bool:
        """Whether the method is in the box."""
        return method in self.methods if self.methods is not None else method not in NEVER_IMPLIED

    def takes_host(self, host: bytes) -> bool:
        """Whether the host is in the box."""
        if self.host is None:
            return True
        text = self.host.text
        return (host.endswith(text) and len(host) > len(text)) if self.host.wildcard else host == text

    def lengths(self) -> tuple[int, int | None]:
        """The least and the greatest number of segments (None: no bound) of a pattern's paths."""
        size = len(self.fixed)
        if not self.tail:
            return size, size
        return (max(size, 1) if self.tail == Kind.STAR else size + 1), None

    def slots(self, count: int) -> tuple[Language, ...] | None:
        """The languages of ``count`` segments of a pattern; None: it has no path of that length."""
        size = len(self.fixed)
        least, most = self.lengths()
        if count < least or (most is not None and count > most):
            return None
        if not self.tail or count == size:
            return self.fixed
        if self.tail == Kind.REST and count == size + 1:
            return (*self.fixed, SOME)
        return self.fixed + (EVERY,) * (count - size)


def ways(route: CompiledRoute) -> tuple[int, ...]:
    """The ways in which a route takes methods."""
    if route.methods is None:
        return (ANY_METHOD,)
    return (NAMED, HEAD_BY_GET) if b"GET" in route.methods and b"HEAD" not in route.methods else (NAMED,)


class Boxes:
    """The boxes of a table's routes, made when they are asked for."""

    __slots__ = ("_intern", "_made", "routes")

    def __init__(self, routes: Sequence[CompiledRoute], intern: Intern) -> None:
        self.routes = routes
        self._intern = intern
        self._made: dict[Key, Box] = {}

    def of(self, index: int) -> list[Box]:
        """All boxes of a route, best first."""
        route = self.routes[index]
        hosts = sorted(route.hosts, key=lambda host: (host_rank(host), host)) or (None,)
        return [self.at((index, host, way)) for host in hosts for way in ways(route)]

    def at(self, key: Key) -> Box:
        """One box."""
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(key)
        return made

    def _make(self, key: Key) -> Box:
        index, host, way = key
        route, intern = self.routes[index], self._intern
        segments = route.segments
        tail = segments[-1].kind if segments and segments[-1].kind in (Kind.REST, Kind.STAR) else 0
        methods = None if route.methods is None else frozenset((b"HEAD",) if way == HEAD_BY_GET else route.methods)
        return Box(
            key=key,
            strength=(-route.priority, host_rank(host), route.path_rank, way, route.condition_rank),
            methods=methods,
            host=host,
            fixed=tuple(intern.segment(segment) for segment in (segments[:-1] if tail else segments)),
            tail=tail,
            regex=None if route.regex is None else intern.path(route),
            headers={condition.name: intern.value(condition) for condition in route.headers},
            query={condition.name: intern.value(condition) for condition in route.query},
            route=route,
        )


def without_method(box: Box) -> Box:
    """The box with every method: what a request has to be in for an answer of 405 instead of 404."""
    return box._replace(methods=EVERY_METHOD)


class _EveryMethod(frozenset[bytes]):
    """A set that holds every method."""

    def __contains__(self, _: object) -> bool:
        return True


EVERY_METHOD: Final = _EveryMethod()
