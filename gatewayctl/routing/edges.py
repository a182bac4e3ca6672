"""The ways on from a node of the trie that are equal in rank: regular expressions, mixed segments of one shape, or the
one way of a typed or plain parameter.

A few are tried one after the other; many are found by what their segments begin or end with, so that a hundred patterns
such as ``/{name}.csv`` or ``/v7-{id}`` cost no more than one.
"""

from typing import Final, Generic, TypeAlias, TypeVar

from gatewayctl.routing.compiled import Kind, Segment
from gatewayctl.routing.live import Tester, tester

Child = TypeVar("Child")
Edge: TypeAlias = tuple[Tester | None, Child]

_FEW: Final = 4


class Edges(Generic[Child]):
    """``only`` is the edge where there is just one: the test of a segment (None takes all that are not empty) and the
    child."""

    __slots__ = ("_all", "_index", "only")

    def __init__(self) -> None:
        self.only: Edge[Child] | None = None
        self._all: list[tuple[Segment, Edge[Child]]] = []
        self._index: _Index[Child] | None = None

    def get(self, segment: Segment) -> Child | None:
        """The child for segments of the same language."""
        wanted = _language(segment)
        if self._index is not None:
            return self._index.children.get(wanted)
        return next((edge[1] for known, edge in self._all if _language(known) == wanted), None)

    def add(self, segment: Segment, child: Child) -> None:
        """Adds a child for a language that has none yet."""
        edge = (tester(segment), child)
        self._all.append((segment, edge))
        self.only = edge if len(self._all) == 1 else None
        if self._index is not None:
            self._index.add(segment, edge)
        elif len(self._all) > _FEW:
            self._index = _Index()
            for known, edge in self._all:
                self._index.add(known, edge)

    def fitting(self, segment: bytes) -> list[Child]:
        """The children whose language holds a non-empty segment."""
        edges = [edge for _, edge in self._all] if self._index is None else self._index.candidates(segment)
        return [child for test, child in edges if test is None or test(segment)]


class _Index(Generic[Child]):
    """Edges by what their segments begin with, else by what they end with."""

    __slots__ = ("_by_head", "_by_tail", "_heads", "_others", "_tails", "children")

    def __init__(self) -> None:
        self.children: dict[tuple[tuple[int, bytes], ...], Child] = {}
        self._by_head: dict[bytes, list[Edge[Child]]] = {}
        self._by_tail: dict[bytes, list[Edge[Child]]] = {}
        self._others: list[Edge[Child]] = []
        self._heads: list[int] = []
        self._tails: list[int] = []

    def add(self, segment: Segment, edge: Edge[Child]) -> None:
        self.children[_language(segment)] = edge[1]
        head, tail = _ends(segment)
        if head:
            self._by_head.setdefault(head, []).append(edge)
            if len(head) not in self._heads:
                self._heads.append(len(head))
        elif tail:
            self._by_tail.setdefault(tail, []).append(edge)
            if len(tail) not in self._tails:
                self._tails.append(len(tail))
        else:
            self._others.append(edge)

    def candidates(self, segment: bytes) -> list[Edge[Child]]:
        """The edges beside which no other can fit."""
        edges = list(self._others)
        for size in self._heads:
            edges += self._by_head.get(segment[:size], ())
        for size in self._tails:
            edges += self._by_tail.get(segment[-size:], ())
        return edges


def _language(segment: Segment) -> tuple[tuple[int, bytes], ...]:
    """What two segments have in common if they take the same texts whatever their parameters are named."""
    return tuple((piece.kind, piece.text) for piece in segment.pieces)


def _ends(segment: Segment) -> tuple[bytes, bytes]:
    """What every text of a segment begins and ends with."""
    first, last = segment.pieces[0], segment.pieces[-1]
    head = first.text if first.kind == Kind.LITERAL else first.head
    return head, last.text if last.kind == Kind.LITERAL else b""
