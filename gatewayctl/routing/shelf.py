"""The entries of one host pattern, path pattern and method, best first.

A small shelf is looked through from the best; a large one (many tenants by header on one path) finds its candidates by
the value of a header or query parameter, so that its cost does not grow with the number of routes.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
from heapq import merge
from typing import Final, TypeAlias

from gatewayctl.core.fields import Field
from gatewayctl.routing.conditions import header_value, query_values
from gatewayctl.routing.entry import Entry, EntryKey

SMALL: Final = 8
"""A shelf with more entries than this has an index."""

Item: TypeAlias = tuple[EntryKey, Entry]
Index: TypeAlias = dict[bytes, dict[bytes | None, list[Item]]]
"""Name → value (None: whatever value) → entries in order."""


class Shelf:
    """Entries in order; ``sure`` is the first of them if it has no conditions."""

    __slots__ = ("_index", "items", "sure")

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.sure: Entry | None = None
        self._index: tuple[Index, Index, list[Item]] | None = None

    def add(self, entry: Entry, method_class: int) -> None:
        """Puts the entry in its place."""
        item = (entry.key(method_class), entry)
        insort(self.items, item, key=_key)
        first = self.items[0][1]
        self.sure = first if first.conditions is None else None
        if self._index is not None:
            insort(_list_for(self._index, entry), item, key=_key)
        elif len(self.items) > SMALL:
            self._index = ({}, {}, [])
            for item in self.items:
                _list_for(self._index, item[1]).append(item)

    def best(self, query: bytes, fields: Sequence[Field] | None) -> Item | None:
        """The first entry whose conditions hold."""
        best: Item | None = None
        for items in self._candidates(query, fields):
            for item in items:
                if best is not None and best[0] < item[0]:
                    break
                conditions = item[1].conditions
                if conditions is None or conditions.hold(query, fields):
                    best = item
                    break
        return best

    def holding(self, query: bytes, fields: Sequence[Field] | None) -> Iterator[Item]:
        """All entries whose conditions hold, in order."""
        for item in merge(*self._candidates(query, fields), key=_key):
            conditions = item[1].conditions
            if conditions is None or conditions.hold(query, fields):
                yield item

    def _candidates(self, query: bytes, fields: Sequence[Field] | None) -> Sequence[list[Item]]:
        """Lists of entries, each in order, outside of which none can hold."""
        if self._index is None or fields is None:
            return (self.items,)
        by_header, by_query, others = self._index
        found = [others] if others else []
        if by_header:
            names = by_header if len(by_header) < len(fields) else {field[1] for field in fields}
            for name in names:
                value = header_value(fields, name)
                if value is not None and name in by_header:
                    _add(found, by_header[name], value)
        if by_query and query:
            for name, value in query_values(query).items():
                if name in by_query:
                    _add(found, by_query[name], value)
        return found


def _list_for(index: tuple[Index, Index, list[Item]], entry: Entry) -> list[Item]:
    """The list that an entry is found by."""
    if entry.found_by is None:
        return index[2]
    by_header, name, value = entry.found_by
    by_name = index[0] if by_header else index[1]
    return by_name.setdefault(name, {}).setdefault(value, [])


def _add(found: list[list[Item]], by_value: dict[bytes | None, list[Item]], value: bytes) -> None:
    for key in (value, None):
        items = by_value.get(key)
        if items is not None:
            found.append(items)


def _key(item: Item) -> EntryKey:
    return item[0]
