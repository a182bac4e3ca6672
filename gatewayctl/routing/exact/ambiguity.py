"""Ambiguous routes: pairs whose ranks differ by name alone for some request that nothing strictly better takes.

Only boxes that can meet are compared: those of one priority, host pattern, way of taking the method, shape of path with
the same literals, and shape of conditions. A pair that the bound leaves undecided is reported without a request: the
order between the two cannot be relied on.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from gatewayctl.routing.compiled import Check, CompiledRoute, Kind
from gatewayctl.routing.exact.box import Box, Key, ways
from gatewayctl.routing.exact.engine import Answer, Exact, Side
from gatewayctl.routing.exact.work import Work
from gatewayctl.routing.languages import pattern_language, regex_language
from gatewayctl.routing.regex_ast import literal_prefix, mirrored
from gatewayctl.routing.spec import DEFAULT_OPTIONS, RoutingOptions
from gatewayctl.routing.witness import Witness

_PAIR: Final = 20
"""Steps that a pair costs beside its search, so that very many pairs are bounded too."""

AT_LOAD: Final = 2_000_000
"""Steps that all comparisons of one load may take together."""


class Ambiguity(NamedTuple):
    """Two routes by their indexes, and a request that only their names decide; None: undecided."""

    first: int
    second: int
    witness: Witness | None


def find_ambiguities(routes: Sequence[CompiledRoute], options: RoutingOptions = DEFAULT_OPTIONS) -> list[Ambiguity]:
    """Every route that is ambiguous with one before it (by name), each once, in the order of their names."""
    found = _Search(routes, options).run()
    return sorted(found, key=lambda item: (routes[item.first].name, routes[item.second].name))


class _Search:
    def __init__(self, routes: Sequence[CompiledRoute], options: RoutingOptions) -> None:
        self.routes = routes
        self.exact = Exact(options, Work(command=AT_LOAD))
        self.side = Side(routes, self.exact)

    def run(self) -> Iterator[Ambiguity]:
        told: set[tuple[int, int]] = set()
        for members in self.groups():
            earlier = _Earlier(self.routes, [key[0] for key in members])
            for place, second in enumerate(members):
                for at in earlier.candidates(place):
                    first = members[at]
                    answer = self.meet(self.side.boxes.at(first), self.side.boxes.at(second))
                    if answer is not None:
                        pair = (first[0], second[0])
                        if pair not in told:
                            told.add(pair)
                            yield Ambiguity(*pair, answer if isinstance(answer, Witness) else None)
                        break
                earlier.add(place)

    def groups(self) -> Iterator[list[Key]]:
        """Boxes that could meet with equal rank, by name."""
        groups: dict[object, list[Key]] = defaultdict(list)
        for index in sorted(range(len(self.routes)), key=lambda i: self.routes[i].name):
            route = self.routes[index]
            literals = tuple(s.pieces[0].text for s in route.segments if s.kind == Kind.LITERAL)
            for way in ways(route):
                for host in route.hosts or (None,):
                    shape = (route.priority, host, way, route.path_rank, literals, route.condition_rank)
                    groups[shape].append((index, host, way))
        return (members for members in groups.values() if len(members) > 1)

    def meet(self, first: Box, second: Box) -> Answer:
        """A request of both that only their names decide: strictly better boxes that take it are avoided."""
        if first.methods is not None and second.methods is not None and first.methods.isdisjoint(second.methods):
            return None
        avoids: list[Box] = []
        while True:
            answer = self.exact.find([first, second], avoids, at_least=_PAIR)
            if not isinstance(answer, Witness):
                return answer
            winner = self.side.winner(answer)
            if winner is None or any(winner is box for box in avoids):
                raise AssertionError(f"the matcher does not confirm {answer}")
            if winner.strength == first.strength:
                return answer
            avoids.append(winner)


class _Earlier:
    """The members of a group so far (by their place in it), found again by what could let them meet a new one: the
    value of the header or query parameter that most of them compare, and the literal beginning (or end, whichever tells
    more of them apart) of their expressions."""

    def __init__(self, routes: Sequence[CompiledRoute], members: list[int]) -> None:
        counts = Counter(key for index in members for key in _equalities(routes[index]))
        pivot = max(counts, key=lambda key: (counts[key], key), default=None)
        self.values = [_equalities(routes[index]).get(pivot) if pivot is not None else None for index in members]
        ends = [_ends(routes[index]) for index in members]
        side = max((0, 1), key=lambda side: len({end[side] for end in ends}))
        self.borders = [end[side] for end in ends]
        self.by_value: dict[bytes | None, dict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.known: list[bytes] = []

    def add(self, place: int) -> None:
        """The next member, by its place in the group."""
        border = self.borders[place]
        self.by_value[self.values[place]][border].append(place)
        at = bisect_left(self.known, border)
        if at == len(self.known) or self.known[at] != border:
            self.known.insert(at, border)

    def candidates(self, place: int) -> Iterator[int]:
        """The places of earlier members that may meet this one."""
        own = self.borders[place]
        borders = [own[:size] for size in range(len(own))]
        at = bisect_left(self.known, own)
        while at < len(self.known) and self.known[at].startswith(own):
            borders.append(self.known[at])
            at += 1
        value = self.values[place]
        for known in list(self.by_value) if value is None else (value, None):
            lists = self.by_value.get(known)
            if lists is not None:
                for border in borders:
                    yield from lists.get(border, ())


def _equalities(route: CompiledRoute) -> dict[tuple[str, bytes], bytes]:
    """What a route compares for equality: (headers or query, name) → value."""
    found = {("headers", c.name): c.value for c in route.headers if c.check == Check.EQUAL}
    return found | {("query", c.name): c.value for c in route.query if c.check == Check.EQUAL}


def _ends(route: CompiledRoute) -> tuple[bytes, bytes]:
    """The literal beginning, and the literal end from right to left, of what the literals of the path do not say."""
    if route.regex is not None:
        node = regex_language(route)
        return route.prefix, literal_prefix(mirrored(node))
    for segment in route.segments:
        if segment.kind in (Kind.MIXED, Kind.REGEX):
            node = pattern_language(segment)
            return literal_prefix(node), literal_prefix(mirrored(node))
    return b"", b""
