"""Ambiguous routes: pairs whose ranks differ by name alone and that one request matches, shown with that request.

Only routes that can meet are compared: those of one priority, host pattern, shape of path with the same literals, and
shape of conditions. Regular expressions are compared exactly up to a bound of work; where it is hit they count as not
provably apart, and the pair is reported without a request. A request that a strictly better route takes anyway shows
nothing, so others are tried; if all go to better routes, the pair is not reported.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product
from typing import Final, NamedTuple

from gatewayctl.routing.automaton import Automaton, UndecidedError, common_text, common_texts
from gatewayctl.routing.compiled import Check, CompiledRoute, HostPattern, Kind, Segment, best_host, rank
from gatewayctl.routing.entry import Match
from gatewayctl.routing.languages import path_language, pattern_language, regex_language, segment_language
from gatewayctl.routing.regex_ast import Node, literal_prefix
from gatewayctl.routing.spec import DEFAULT_OPTIONS, RoutingOptions
from gatewayctl.routing.table import Table, TableBuilder
from gatewayctl.routing.witness import Witness, common_hosts, common_methods, common_values, query_text

AMBIGUOUS: Final = "E307"

COMPARISONS: Final = 100_000
"""How many pairs of regular expressions are compared in one search; what is left then counts as undecided."""


class Ambiguity(NamedTuple):
    """Two routes by their indexes, and a request that only their names decide; None: they could not be told apart."""

    first: int
    second: int
    witness: Witness | None


_WORDS: Final[dict[int, tuple[bytes, ...]]] = {
    Kind.UUID: (b"0b9bd6d0-2d55-4d5e-9c39-1f6b4c3a7e21", b"7f0e1c52-83ab-4f0c-8d1f-2f4a6b9c0d3e"),
    Kind.INT: (b"42", b"7", b"1234567890"),
    Kind.SLUG: (b"some-slug", b"other", b"x1"),
    Kind.PARAM: (b"any", b"some.thing", b"x~1", b"A_b"),
    Kind.REST: (b"any", b"any/thing", b"x~1/"),
    Kind.STAR: (b"any", b"", b"any/thing"),
}


def find_ambiguities(routes: Sequence[CompiledRoute], options: RoutingOptions = DEFAULT_OPTIONS) -> list[Ambiguity]:
    """Every route that is ambiguous with one before it (by name), each once, in the order of their names."""
    return sorted(
        _Search(routes, options).run(), key=lambda found: (routes[found.first].name, routes[found.second].name)
    )


class _Search:
    def __init__(self, routes: Sequence[CompiledRoute], options: RoutingOptions) -> None:
        self.routes, self.options = routes, options
        self.segment = Automaton(segment_language(options))
        self.path = Automaton(path_language(options))
        self.automata: dict[object, Automaton] = {}
        self.made_table: Table | None = None
        self.work = COMPARISONS

    def run(self) -> Iterator[Ambiguity]:
        told: set[tuple[int, int]] = set()
        for host, members in self.groups():
            earlier = _Earlier(self.routes, members)
            for second in members:
                for first in earlier.candidates(second):
                    found = self.meet(first, second, host)
                    if found is not None:
                        if (first, second) not in told:
                            told.add((first, second))
                            yield found
                        break
                earlier.add(second)

    def groups(self) -> Iterator[tuple[HostPattern | None, list[int]]]:
        """Routes that could meet by one host pattern, by name."""
        groups: dict[object, list[int]] = defaultdict(list)
        hosts: dict[object, HostPattern | None] = {}
        for index in sorted(range(len(self.routes)), key=lambda i: self.routes[i].name):
            route = self.routes[index]
            literals = tuple(s.pieces[0].text for s in route.segments if s.kind == Kind.LITERAL)
            for host in route.hosts or (None,):
                key = (route.priority, host, route.path_rank, literals, route.condition_rank)
                groups[key].append(index)
                hosts[key] = host
        for shape, members in groups.items():
            if len(members) > 1:
                yield hosts[shape], members

    def meet(self, first: int, second: int, host: HostPattern | None) -> Ambiguity | None:
        """The ambiguity of two routes by one host pattern."""
        a, b = self.routes[first], self.routes[second]
        methods = common_methods(a, b)
        names = common_hosts((a, b), host)
        if not methods or not names:
            return None
        try:
            headers = common_values(a.headers, b.headers, header=True)
            queries = common_values(a.query, b.query, header=False)
            paths = self.paths(a, b) if headers and queries else []
        except UndecidedError:
            return Ambiguity(first, second, None)
        for path, fields, query, name, method in product(paths, headers, queries, names, methods):
            witness = Witness(method, name, path, query_text(query), fields)
            if self.decided_by_name(witness, first, second):
                return Ambiguity(first, second, witness)
        return None

    def decided_by_name(self, witness: Witness, first: int, second: int) -> bool:
        """Whether both take the request and no strictly better route does."""
        winner = _winner(self.table(), witness)
        if winner not in (first, second):
            return winner >= 0 and self.equal(winner, first, witness)
        return all(_winner(_table_of([self.routes[i]], self.options), witness) == 0 for i in (first, second))

    def equal(self, winner: int, first: int, witness: Witness) -> bool:
        """Whether the two ranks differ by name alone for this request."""
        one, other = (
            rank(route, best_host(route, witness.host)[1], witness.method)[:-1]
            for route in (self.routes[winner], self.routes[first])
        )
        return one == other

    def table(self) -> Table:
        if self.made_table is None:
            self.made_table = _table_of(self.routes, self.options)
        return self.made_table

    def paths(self, a: CompiledRoute, b: CompiledRoute) -> list[bytes]:
        """Some paths that both take; none: there are none. Raises UndecidedError."""
        if a.regex is not None:
            return self.words((a.regex, b.regex), lambda: (regex_language(a), regex_language(b)), self.path)
        columns = []
        for left, right in zip(a.segments, b.segments, strict=True):
            words = self.segment_words(left, right)
            if not words:
                return []
            columns.append(words)
        paths = []
        for variant in range(max(len(words) for words in columns)):
            chosen = [words[variant % len(words)] for words in columns]
            if a.segments[-1].kind == Kind.STAR and not chosen[-1] and len(chosen) > 1:
                chosen.pop()
            paths.append(b"/" + b"/".join(chosen))
        return paths

    def segment_words(self, left: Segment, right: Segment) -> Sequence[bytes]:
        if left.kind == Kind.LITERAL:
            return [left.pieces[0].text]
        if left.kind not in (Kind.MIXED, Kind.REGEX):
            return _WORDS[left.kind]
        keys = (left.pieces, right.pieces)
        return self.words(keys, lambda: (pattern_language(left), pattern_language(right)), self.segment)

    def words(
        self, keys: tuple[object, object], nodes: Callable[[], tuple[Node, Node]], within: Automaton
    ) -> list[bytes]:
        """A few texts that two expressions and ``within`` have in common."""
        self.work -= 1
        if self.work < 0:
            raise UndecidedError
        if any(key not in self.automata for key in keys):
            for key, node in zip(keys, nodes(), strict=True):
                self.automata.setdefault(key, Automaton(node))
        pair = [self.automata[key] for key in keys]
        return list(islice(common_texts([*pair, within]), 4)) if common_text(pair) is not None else []


class _Earlier:
    """The members of a group so far, found again by what could let them meet a new one: the value of the header or
    query parameter that most of them compare, and the literal beginning of their regular expressions."""

    def __init__(self, routes: Sequence[CompiledRoute], members: list[int]) -> None:
        self.routes = routes
        counts = Counter(key for index in members for key in _equalities(routes[index]))
        self.pivot = max(counts, key=lambda key: (counts[key], key), default=None)
        self.by_value: dict[bytes | None, dict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.beginnings: list[bytes] = []

    def add(self, index: int) -> None:
        beginning = _beginning(self.routes[index])
        self.by_value[self.value(index)][beginning].append(index)
        at = bisect_left(self.beginnings, beginning)
        if at == len(self.beginnings) or self.beginnings[at] != beginning:
            self.beginnings.insert(at, beginning)

    def value(self, index: int) -> bytes | None:
        return _equalities(self.routes[index]).get(self.pivot) if self.pivot is not None else None

    def candidates(self, index: int) -> Iterator[int]:
        """The earlier members that may meet this one."""
        own = _beginning(self.routes[index])
        beginnings = [own[:size] for size in range(len(own))]
        at = bisect_left(self.beginnings, own)
        while at < len(self.beginnings) and self.beginnings[at].startswith(own):
            beginnings.append(self.beginnings[at])
            at += 1
        value = self.value(index)
        for known in list(self.by_value) if value is None else (value, None):
            lists = self.by_value.get(known)
            if lists is not None:
                for beginning in beginnings:
                    yield from lists.get(beginning, ())


def _equalities(route: CompiledRoute) -> dict[tuple[str, bytes], bytes]:
    """What a route compares for equality: (headers or query, name) → value."""
    found = {("headers", c.name): c.value for c in route.headers if c.check == Check.EQUAL}
    return found | {("query", c.name): c.value for c in route.query if c.check == Check.EQUAL}


def _beginning(route: CompiledRoute) -> bytes:
    """The literal beginning of what the literals of the path do not say already."""
    if route.regex is not None:
        return route.prefix
    for segment in route.segments:
        if segment.kind in (Kind.MIXED, Kind.REGEX):
            return literal_prefix(pattern_language(segment))
    return b""


def _winner(table: Table, witness: Witness) -> int:
    """The index of the route that takes it, -1: none."""
    answer = table.match(witness.method, witness.host, witness.path, witness.query, witness.fields)
    return answer.route if isinstance(answer, Match) else -1


def _table_of(routes: Sequence[CompiledRoute], options: RoutingOptions) -> Table:
    builder = TableBuilder(options)
    for index, route in enumerate(routes):
        builder.add(route, index)
    return builder.finish()
