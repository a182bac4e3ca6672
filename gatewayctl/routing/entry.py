"""An entry of the table: one route by one host pattern, with what turns a matching path into parameters.

``Match`` and ``Miss`` are what the table answers.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias, final

from gatewayctl.routing.compiled import Check, CompiledRoute, ConditionRank, Kind
from gatewayctl.routing.conditions import LiveConditions
from gatewayctl.routing.split import Splitter, splitter

NO_PARAMS: Final[Mapping[str, bytes]] = MappingProxyType({})

LOWEST: Final = -(1 << 64)
"""Below every priority (TOML integers have 64 bits)."""

EntryKey: TypeAlias = tuple[int, int, ConditionRank, bytes]
"""Priority (negated), method class, conditions, name: the parts of the rank that may differ between entries of one host
pattern and one path pattern."""


class Match:
    """A route took the request: its index, and its parameters as raw bytes of the path."""

    __slots__ = ("params", "route")

    def __init__(self, route: int, params: Mapping[str, bytes]) -> None:
        self.route = route
        self.params = params

    def __repr__(self) -> str:
        return f"Match({self.route}, {dict(self.params)!r})"


@final
class Miss:
    """No route took it. ``allow``: the methods with which one would (405); none: there is no such path (404)."""

    __slots__ = ("allow",)

    def __init__(self, allow: tuple[bytes, ...]) -> None:
        self.allow = allow

    def __repr__(self) -> str:
        return f"Miss({self.allow!r})"


class Entry:
    """``conditions`` is None where there are none; ``match`` is made beforehand where a path has no parameters."""

    __slots__ = (
        "_mixed",
        "_one",
        "_pair",
        "_plain",
        "_tail",
        "_two",
        "conditions",
        "found_by",
        "match",
        "methods",
        "name",
        "order",
        "priority",
        "route",
    )

    def __init__(self, route: int, compiled: CompiledRoute, conditions: LiveConditions | None) -> None:
        self.route = route
        self.priority = compiled.priority
        self.methods = compiled.methods
        self.order = compiled.condition_rank
        self.name = compiled.name.encode()
        self.conditions = conditions
        self.found_by = None if conditions is None else _found_by(compiled)
        self.match = None if compiled.params else Match(route, NO_PARAMS)
        self._one: tuple[str, int] | None = None
        self._two: tuple[str, int, str, int] | None = None
        self._pair: tuple[str, str, int, Splitter] | None = None
        if self.match is None:
            self._prepare(compiled)

    def _prepare(self, compiled: CompiledRoute) -> None:
        """Where in a path, split at its slashes (which begins with an empty text), each parameter stands."""
        plain: list[tuple[str, int]] = []
        mixed: list[tuple[tuple[str, ...], int, Splitter]] = []
        self._tail: tuple[str, int] | None = None
        for at, segment in enumerate(compiled.segments, 1):
            if segment.kind == Kind.MIXED:
                names = tuple(piece.name for piece in segment.pieces if piece.kind != Kind.LITERAL)
                mixed.append((names, at, splitter(segment.pieces)))
            elif segment.kind in (Kind.REST, Kind.STAR):
                self._tail = (segment.pieces[0].name, at)
            elif segment.kind != Kind.LITERAL:
                plain.append((segment.pieces[0].name, at))
        self._plain, self._mixed = tuple(plain), tuple(mixed)
        # The usual routes have one or two parameters, which are bound without a loop.
        if not mixed and self._tail is None and len(plain) == 1:
            self._one = plain[0]
        elif not mixed and self._tail is None and len(plain) == 2:
            self._two = (*plain[0], *plain[1])
        elif not plain and self._tail is None and len(mixed) == 1 and len(mixed[0][0]) == 2:
            (name, second), at, split = mixed[0]
            self._pair = (name, second, at, split)

    def key(self, method_class: int) -> EntryKey:
        """What orders this entry among those of its host and path pattern."""
        return (-self.priority, method_class, self.order, self.name)

    def bind(self, segments: Sequence[bytes]) -> Match:
        """The match with its parameters, from the segments of a path that fits."""
        if self.match is not None:
            return self.match
        if self._one is not None:
            name, at = self._one
            return Match(self.route, {name: segments[at]})
        if self._two is not None:
            name, at, second, where = self._two
            return Match(self.route, {name: segments[at], second: segments[where]})
        if self._pair is not None:
            name, second, at, split = self._pair
            left, right = split(segments[at]) or (b"", b"")
            return Match(self.route, {name: left, second: right})
        params = {name: segments[at] for name, at in self._plain} if self._plain else {}
        for names, at, split in self._mixed:
            params.update(zip(names, split(segments[at]) or (), strict=True))
        if self._tail is not None:
            name, at = self._tail
            params[name] = b"/".join(segments[at:])
        return Match(self.route, params)


def _found_by(compiled: CompiledRoute) -> tuple[bool, bytes, bytes | None] | None:
    """What a large shelf finds an entry by: (header or query, name, value or None for whatever value). An equality
    before a mere name, headers before the query."""
    for equal in (True, False):
        for is_header, conditions in ((True, compiled.headers), (False, compiled.query)):
            for condition in conditions:
                if not equal or condition.check == Check.EQUAL:
                    return is_header, condition.name, condition.value if equal else None
    return None


class RegexEntry(Entry):
    """An entry of a ``path_regex``: it has to be asked about the whole path."""

    __slots__ = ("_names", "fullmatch")

    def __init__(self, route: int, compiled: CompiledRoute, conditions: LiveConditions | None, regex: Any) -> None:
        super().__init__(route, compiled, conditions)
        self.fullmatch = regex.fullmatch
        self._names = compiled.params

    def bound(self, path: bytes) -> Match | None:
        """The match if the path fits. A group that took part with nothing, or not at all, is no parameter."""
        found = self.fullmatch(path)
        if found is None or self.match is not None:
            return self.match if found is not None else None
        values = zip(self._names, found.groups(), strict=True)
        return Match(self.route, {name: value for name, value in values if value})
