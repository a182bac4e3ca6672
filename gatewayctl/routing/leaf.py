"""All entries of one host pattern and one path pattern (or one literal prefix of regular expressions).

A leaf has a shelf for each method that its routes name and one for all other methods. A leaf of few routes sorts itself
out when it is first asked, so that building a table of many thousand routes costs next to nothing each; a larger one
keeps itself in order from then on, so that no first request has to wait for it.
"""

from collections.abc import Sequence

from gatewayctl.core.fields import Field
from gatewayctl.routing.compiled import ANY_METHOD, HEAD_BY_GET, NAMED, NEVER_IMPLIED, USUAL_METHODS
from gatewayctl.routing.entry import LOWEST, Entry
from gatewayctl.routing.shelf import SMALL, Item, Shelf


class Leaf:
    """``top`` is the highest priority in it. ``sure``: method → best entry, where that has no conditions, for the usual
    methods: most requests need no more than this one look (once the leaf has been asked)."""

    __slots__ = ("_methods", "_others", "_unsorted", "_without_methods", "sure", "top")

    def __init__(self) -> None:
        self.top = LOWEST
        self.sure: dict[bytes, Item] = {}
        self._unsorted: list[Entry] | None = []
        self._methods: dict[bytes, Shelf] = {}
        self._others: Shelf | None = None
        self._without_methods: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Adds an entry."""
        self.top = max(self.top, entry.priority)
        if self._unsorted is None:
            self._sort_in(entry)
            return
        self._unsorted.append(entry)
        if len(self._unsorted) > SMALL:
            self._sort()

    def _sort(self) -> None:
        entries, self._unsorted = self._unsorted, None
        for entry in entries or ():
            self._sort_in(entry)

    def _sort_in(self, entry: Entry) -> None:
        if entry.methods is None:
            self._without_methods.append(entry)
            self._others = self._others or Shelf()
            self._others.add(entry, ANY_METHOD)
            touched = set(self._methods) - NEVER_IMPLIED
            for method in touched:
                self._methods[method].add(entry, ANY_METHOD)
            touched.update(USUAL_METHODS)
        else:
            touched = set(entry.methods)
            for method in entry.methods:
                self._own_shelf(method).add(entry, NAMED)
            if b"GET" in touched and b"HEAD" not in touched:
                self._own_shelf(b"HEAD").add(entry, HEAD_BY_GET)
                touched.add(b"HEAD")
        for method in touched:
            shelf = self.shelf(method)
            if shelf is not None and shelf.sure is not None:
                self.sure[method] = shelf.items[0]
            else:
                self.sure.pop(method, None)

    def _own_shelf(self, method: bytes) -> Shelf:
        shelf = self._methods.get(method)
        if shelf is None:
            shelf = self._methods[method] = Shelf()
            if method not in NEVER_IMPLIED:
                for entry in self._without_methods:
                    shelf.add(entry, ANY_METHOD)
        return shelf

    def shelf(self, method: bytes) -> Shelf | None:
        """The entries that take a method."""
        if self._unsorted is not None:
            self._sort()
        shelf = self._methods.get(method)
        if shelf is not None:
            return shelf
        return None if method in NEVER_IMPLIED else self._others

    def best(self, method: bytes, query: bytes, fields: Sequence[Field] | None) -> Item | None:
        """The best entry that takes the method and whose conditions hold."""
        shelf = self.shelf(method)
        if shelf is None:
            return None
        return shelf.items[0] if shelf.sure is not None else shelf.best(query, fields)

    def shelves(self) -> list[tuple[tuple[bytes, ...], Shelf]]:
        """Every shelf with the methods that ``Allow`` names for it."""
        if self._unsorted is not None:
            self._sort()
        shelves: list[tuple[tuple[bytes, ...], Shelf]] = [((method,), shelf) for method, shelf in self._methods.items()]
        return shelves if self._others is None else [*shelves, (USUAL_METHODS, self._others)]
