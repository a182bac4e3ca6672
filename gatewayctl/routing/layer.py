"""All entries of one host pattern (or of none): literal paths in a dict, patterns in a trie, regular expressions by
their literal prefix. That is also their order: a wholly literal path is before every other pattern that takes it, and a
``path_regex`` after all patterns, within one priority."""

from collections.abc import Iterable, Sequence
from heapq import merge

from gatewayctl.core.fields import Field
from gatewayctl.routing.compiled import CompiledRoute
from gatewayctl.routing.entry import LOWEST, Entry, EntryKey, Match, RegexEntry
from gatewayctl.routing.leaf import Leaf
from gatewayctl.routing.shelf import Item, Shelf
from gatewayctl.routing.trie import Node, find, leaves_of


class Layer:
    """``top`` and ``regex_top``: the highest priority of all entries and of those of a ``path_regex``."""

    __slots__ = ("literals", "prefixes", "regex_top", "root", "sizes", "top")

    def __init__(self) -> None:
        self.literals: dict[bytes, Leaf] = {}
        self.root: Node | None = None
        self.prefixes: dict[bytes, Leaf] = {}
        self.sizes: list[int] = []
        self.top = LOWEST
        self.regex_top = LOWEST

    def add(self, entry: Entry, compiled: CompiledRoute) -> None:
        """Puts the entry where its path pattern belongs."""
        self.top = max(self.top, entry.priority)
        if isinstance(entry, RegexEntry):
            self.regex_top = max(self.regex_top, entry.priority)
            leaf = self.prefixes.get(compiled.prefix)
            if leaf is None:
                leaf = self.prefixes[compiled.prefix] = Leaf()
                self.sizes = sorted({*self.sizes, len(compiled.prefix)})
        elif compiled.literal is not None:
            leaf = self.literals.get(compiled.literal)
            if leaf is None:
                leaf = self.literals[compiled.literal] = Leaf()
        else:
            if self.root is None:
                self.root = Node()
            leaf = self.root.leaf(compiled.segments, entry.priority)
        leaf.add(entry)

    def find_pattern(
        self,
        path: bytes,
        segments: Sequence[bytes],
        floor: int,
        method: bytes,
        query: bytes,
        fields: Sequence[Field] | None,
    ) -> Item | None:
        """The best entry of a pattern whose priority is above ``floor``. ``segments`` is the path split at slashes."""
        best: Item | None = None
        leaf = self.literals.get(path)
        if leaf is not None and leaf.top > floor:
            found = leaf.best(method, query, fields)
            if found is not None and found[1].priority > floor:
                best = found
                floor = best[1].priority
        if self.root is not None and self.root.top > floor:
            best = find(self.root, segments, floor, method, query, fields) or best
        return best

    def find_regex(
        self, path: bytes, floor: int, method: bytes, query: bytes, fields: Sequence[Field] | None
    ) -> tuple[int, Match] | None:
        """The best entry of a ``path_regex`` above ``floor``: its priority and its match."""
        shelves: list[Shelf] = []
        for size in self.sizes:
            leaf = self.prefixes.get(path[:size])
            if leaf is not None and leaf.top > floor:
                shelf = leaf.shelf(method)
                if shelf is not None:
                    shelves.append(shelf)
        if len(shelves) == 1 and len(shelves[0].items) == 1 and shelves[0].sure is not None:
            items: Iterable[Item] = shelves[0].items
        else:
            items = merge(*(shelf.holding(query, fields) for shelf in shelves), key=_key)
        for key, entry in items:
            if -key[0] <= floor:
                return None
            bound = entry.bound(path) if isinstance(entry, RegexEntry) else None
            if bound is not None:
                return entry.priority, bound
        return None

    def taking(self, path: bytes, segments: Sequence[bytes]) -> list[Leaf]:
        """Every leaf whose pattern takes the path, or whose regular expressions may, for whatever method."""
        found: list[Leaf] = []
        leaf = self.literals.get(path)
        if leaf is not None:
            found.append(leaf)
        if self.root is not None:
            leaves_of(self.root, segments, 1, found)
        found.extend(leaf for size in self.sizes if (leaf := self.prefixes.get(path[:size])) is not None)
        return found


def _key(item: Item) -> EntryKey:
    return item[0]
