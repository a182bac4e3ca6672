"""Position automata of regular expressions (Glushkov), and the one question asked of them: is there a common text?

A state is an integer whose bits are the byte sets that may just have matched; bit 0 is the beginning. Nothing is ever
determinised but what a search walks over, and every search has a bound of work, not of time.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

from gatewayctl.routing.regex_ast import Alt, Cat, Chars, Group, Node, Repeat

_Shape: TypeAlias = tuple[int, int, bool]
"""Which positions may come first, which last, and whether the empty text matches."""

FRIENDLY: Final = bytes(
    dict.fromkeys(
        [*b"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./%", *range(33, 127), *range(256)]
    )
)
"""All bytes, in the order in which a made-up text should use them."""

_REMEMBERED: Final = 4096
"""How many states an automaton keeps the successors of: live ones read what clients send."""


class Automaton:
    """``sets[i]`` is the byte set of position i, ``follow[i]`` the positions that may come after it, ``accept`` those
    that may be the last."""

    __slots__ = ("_known", "_taking", "accept", "follow", "sets")

    def __init__(self, node: Node) -> None:
        self.sets, self.follow = [0], [0]
        first, last, empty = self._build(node)
        self.follow[0] = first
        self.accept = last | int(empty)
        self._known: dict[int, int] = {}
        self._taking: dict[int, int] = {}

    def _build(self, node: Node) -> _Shape:
        if isinstance(node, Chars):
            self.sets.append(node.mask)
            self.follow.append(0)
            bit = 1 << (len(self.sets) - 1)
            return bit, bit, False
        if isinstance(node, Group):
            return self._build(node.item)
        if isinstance(node, Alt):
            shapes = [self._build(option) for option in node.options]
            return _union(s[0] for s in shapes), _union(s[1] for s in shapes), any(s[2] for s in shapes)
        if isinstance(node, Cat):
            return self._chain(self._build(item) for item in node.items)
        return self._repeat(node)

    def _repeat(self, node: Repeat) -> _Shape:
        if node.high is not None:
            optional = ((*self._build(node.item)[:2], True) for _ in range(node.high - node.low))
            needed = (self._build(node.item) for _ in range(node.low))
            return self._chain(shape for part in (needed, optional) for shape in part)
        needed = (self._build(node.item) for _ in range(node.low - 1))
        return self._chain(shape for part in (needed, self._loop(node)) for shape in part)

    def _loop(self, node: Repeat) -> Iterable[_Shape]:
        first, last, empty = self._build(node.item)
        self._link(last, first)
        yield first, last, empty or not node.low

    def _chain(self, shapes: Iterable[_Shape]) -> _Shape:
        first, last, empty = 0, 0, True
        for f, la, e in shapes:
            self._link(last, f)
            first |= f if empty else 0
            last = la | (last if e else 0)
            empty = empty and e
        return first, last, empty

    def _link(self, before: int, after: int) -> None:
        for position in _bits(before):
            self.follow[position] |= after

    def next(self, state: int) -> int:
        """The positions that may take the next byte."""
        known = self._known.get(state)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[state] = _union(self.follow[position] for position in _bits(state))
        return known

    def taking(self, value: int) -> int:
        """The positions whose set holds that byte."""
        known = self._taking.get(value)
        if known is None:
            known = self._taking[value] = _union(1 << i for i, mask in enumerate(self.sets) if mask >> value & 1)
        return known

    def reverse(self) -> "Automaton":
        """The automaton of the same texts read from right to left."""
        made = Automaton(Cat(()))
        made.sets = self.sets
        made.follow = [self.accept & ~1, *(0 for _ in self.sets[1:])]
        for before, after in enumerate(self.follow):
            for position in _bits(after):
                made.follow[position] |= 1 << before & ~1
        made.accept = self.follow[0] | self.accept & 1
        return made

    def accepts(self, text: bytes) -> bool:
        """Whether the expression matches the text in full."""
        state = 1
        for value in text:
            state = self.next(state) & self.taking(value)
        return bool(state & self.accept)


def _bits(mask: int) -> Iterable[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _union(masks: Iterable[int]) -> int:
    made = 0
    for mask in masks:
        made |= mask
    return made
