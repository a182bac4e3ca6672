"""A compiled route: all that matching needs as plain data that pickles fast, and the one total order over it.

``rank`` is the one total order as a tuple of numbers and bytes; the lowest rank among the enabled routes that match a
request wins. The table, ``rows``, the explanations and the tests' oracle all use these same parts.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple, TypeAlias


class Kind(IntEnum):
    """The class of a segment, lowest first. ``END`` is the end of a pattern (a shorter tuple says the same)."""

    END = 0
    LITERAL = 1
    MIXED = 2
    REGEX = 3
    UUID = 4
    INT = 5
    SLUG = 6
    PARAM = 7
    REST = 8
    STAR = 9


class Piece(NamedTuple):
    """A literal or a parameter. ``text`` is the literal's canonical bytes or the RE2 text; ``source`` the expression
    as it was written and ``head`` what every text of it begins with."""

    kind: int
    text: bytes
    name: str = ""
    source: str = ""
    head: bytes = b""


class Segment(NamedTuple):
    """What stands between two slashes: one piece, or several for a mixed segment. ``rank`` orders segments."""

    kind: int
    rank: int
    pieces: tuple[Piece, ...]


class HostPattern(NamedTuple):
    """``api.example.com``, or for ``*.example.org`` the suffix ``.example.org`` with ``wildcard``."""

    text: bytes
    wildcard: bool

    def __str__(self) -> str:
        return ("*" if self.wildcard else "") + self.text.decode()


class Check(IntEnum):
    """How a header or query condition looks at a value."""

    EQUAL = 0
    REGEX = 1
    PRESENT = 2


class Condition(NamedTuple):
    """A header (lower-case name) or query condition; ``value`` is the value or the RE2 text."""

    check: int
    name: bytes
    value: bytes
    source: str


PathRank: TypeAlias = tuple[int, ...]
ConditionRank: TypeAlias = tuple[int, int, int, int, int, int]
Rank: TypeAlias = tuple[int, tuple[int, int], PathRank, int, ConditionRank, bytes]


class CompiledRoute(NamedTuple):
    """One route, compiled. ``literal`` is the whole path where it has no parameter; ``regex`` the RE2 text of a
    ``path_regex``; ``prefix`` what every matching path begins with; ``methods`` None: all but TRACE and CONNECT."""

    name: str
    priority: int
    path: str | None
    path_regex: str | None
    segments: tuple[Segment, ...]
    literal: bytes | None
    prefix: bytes
    regex: bytes | None
    params: tuple[str, ...]
    hosts: tuple[HostPattern, ...]
    methods: tuple[bytes, ...] | None
    headers: tuple[Condition, ...]
    query: tuple[Condition, ...]
    path_rank: PathRank
    condition_rank: ConditionRank

    @property
    def pattern(self) -> str:
        """The path pattern as it was written; a regular expression with a ``~`` before it."""
        return self.path if self.path is not None else f"~{self.path_regex}"


NAMED: Final = 0
HEAD_BY_GET: Final = 1
ANY_METHOD: Final = 2

USUAL_METHODS: Final = (b"DELETE", b"GET", b"HEAD", b"OPTIONS", b"PATCH", b"POST", b"PUT")
"""What ``Allow`` names for a route without ``methods``; it takes every other method too, but these two:"""
NEVER_IMPLIED: Final = frozenset((b"TRACE", b"CONNECT"))

REGEX_RANK: Final[PathRank] = (1,)
"""A ``path_regex`` comes after every pattern (theirs begin with 0)."""


def method_class(methods: tuple[bytes, ...] | None, method: bytes) -> int | None:
    """How a route takes a method: ``NAMED``, ``HEAD_BY_GET`` or ``ANY_METHOD``; None if it does not."""
    if methods is None:
        return None if method in NEVER_IMPLIED else ANY_METHOD
    if method in methods:
        return NAMED
    return HEAD_BY_GET if method == b"HEAD" and b"GET" in methods else None


def host_rank(pattern: HostPattern | None) -> tuple[int, int]:
    """Exact, longer wildcard, shorter wildcard, none."""
    if pattern is None:
        return (2, 0)
    return (1, -len(pattern.text)) if pattern.wildcard else (0, 0)


def rank(route: CompiledRoute, host: HostPattern | None, method: bytes | None = None) -> Rank:
    """The rank of a route by one of its host patterns (None: it has none), for ``method`` or, without one, for the
    methods that it names. Of two routes that match a request the one with the lower rank wins."""
    kind = method_class(route.methods, method) if method is not None else None
    if kind is None:
        kind = ANY_METHOD if route.methods is None else NAMED
    return (-route.priority, host_rank(host), route.path_rank, kind, route.condition_rank, route.name.encode())


def best_host(route: CompiledRoute, host: bytes) -> tuple[bool, HostPattern | None]:
    """Whether the route takes that host, and the best of its patterns that does (None: it takes any)."""
    if not route.hosts:
        return True, None
    taking = [
        p for p in route.hosts if (host.endswith(p.text) and len(host) > len(p.text) if p.wildcard else host == p.text)
    ]
    return (True, min(taking, key=host_rank)) if taking else (False, None)


class Row(NamedTuple):
    """One line of ``gatewayctl routes``: a route by one of its host patterns."""

    route: int
    host: HostPattern | None
    rank: Rank


def rows(routes: Sequence[CompiledRoute]) -> list[Row]:
    """One row a (route, host pattern), in matching order; ``route`` is its place in ``routes``."""
    made = [Row(i, host, rank(r, host)) for i, r in enumerate(routes) for host in (r.hosts or (None,))]
    return sorted(made, key=lambda row: (row.rank, row.host or HostPattern(b"", False)))
