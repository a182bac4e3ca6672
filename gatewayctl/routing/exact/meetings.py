"""Which routes of a table can meet a route, by a walk of a trie of their patterns, so that only those are compared.

The trie holds literal segments by their text and all others in one branch; what it gives is a superset, told apart by
literals, tails, hosts and methods. A ``path_regex`` meets what its literal beginning does not rule out.
"""

from collections.abc import Iterator, Sequence

from gatewayctl.routing.compiled import CompiledRoute, HostPattern, Kind, Segment


class _Node:
    __slots__ = ("ends", "literals", "others", "tails")

    def __init__(self) -> None:
        self.literals: dict[bytes, _Node] = {}
        self.others: _Node | None = None
        self.ends: list[int] = []
        self.tails: list[int] = []


class Meetings:
    """Made of the routes of a table; asked with a route of the same or of another one."""

    def __init__(self, routes: Sequence[CompiledRoute]) -> None:
        self._routes = routes
        self._root = _Node()
        self._regexes: list[int] = []
        for index, route in enumerate(routes):
            if route.regex is not None:
                self._regexes.append(index)
            else:
                self._add(index, route.segments)

    def _add(self, index: int, segments: Sequence[Segment]) -> None:
        node = self._root
        for segment in segments:
            if segment.kind in (Kind.REST, Kind.STAR):
                node.tails.append(index)
                return
            if segment.kind == Kind.LITERAL:
                node = node.literals.setdefault(segment.pieces[0].text, _Node())
            else:
                node.others = node.others or _Node()
                node = node.others
        node.ends.append(index)

    def of(self, route: CompiledRoute) -> list[int]:
        """The routes that may match a request that ``route`` matches, rising."""
        if route.regex is not None:
            found: Iterator[int] = iter(range(len(self._routes)))
        else:
            found = _walk(self._root, route.segments, 0)
        indexes = {*found, *self._regexes}
        return sorted(index for index in indexes if may_meet(route, self._routes[index]))


def _walk(node: _Node, segments: Sequence[Segment], at: int) -> Iterator[int]:
    yield from node.tails
    if at == len(segments):
        yield from node.ends
        return
    segment = segments[at]
    if segment.kind in (Kind.REST, Kind.STAR):
        yield from _below(node)
        return
    if segment.kind == Kind.LITERAL:
        child = node.literals.get(segment.pieces[0].text)
        if child is not None:
            yield from _walk(child, segments, at + 1)
    else:
        for child in node.literals.values():
            yield from _walk(child, segments, at + 1)
    if node.others is not None:
        yield from _walk(node.others, segments, at + 1)


def _below(node: _Node) -> Iterator[int]:
    yield from node.ends
    for child in node.literals.values():
        yield from child.tails
        yield from _below(child)
    if node.others is not None:
        yield from node.others.tails
        yield from _below(node.others)


def may_meet(one: CompiledRoute, other: CompiledRoute) -> bool:
    """Whether literal beginnings, methods and hosts leave it open that both match one request."""
    if not (one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)):
        return False
    if one.methods is not None and other.methods is not None and not _common_method(one.methods, other.methods):
        return False
    if not one.hosts or not other.hosts:
        return True
    return any(_common_host(a, b) for a in one.hosts for b in other.hosts)


def _common_method(one: tuple[bytes, ...], other: tuple[bytes, ...]) -> bool:
    both = ({*methods, b"HEAD"} if b"GET" in methods else set(methods) for methods in (one, other))
    first, second = both
    return not first.isdisjoint(second)


def _common_host(one: HostPattern, other: HostPattern) -> bool:
    if one.wildcard and other.wildcard:
        return one.text.endswith(other.text) or other.text.endswith(one.text)
    if one.wildcard or other.wildcard:
        wild, exact = (one, other) if one.wildcard else (other, one)
        return exact.text.endswith(wild.text) and len(exact.text) > len(wild.text)
    return one.text == other.text
