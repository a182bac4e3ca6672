"""Taking a mixed segment apart: ``{name}.{ext}`` on ``a.b.c`` is ``a`` and ``b.c``.

Of two parameters the left takes as little as it can, none is empty, and none begins or ends inside a percent-escape.
Three ways, the cheapest that is right: plain parameters need only searches for the literals; typed ones one RE2 match
with lazy groups; a regular expression that may be empty, or could run past the literal after it (so that RE2's
preferences and "as little as it can" may differ), is split over position automata. All take time linear in the segment.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

from gatewayctl.routing.automaton import Automaton
from gatewayctl.routing.compiled import Kind, Piece
from gatewayctl.routing.engine import LAZY_TEXT, compile_regex, node_of
from gatewayctl.routing.regex_ast import bytes_of, takes_empty

Splitter: TypeAlias = Callable[[bytes], tuple[bytes, ...] | None]


def splitter(pieces: tuple[Piece, ...]) -> Splitter:
    """What takes a segment of these pieces apart: the values of its parameters from the left; None is no match."""
    kinds = {piece.kind for piece in pieces}
    if kinds <= {Kind.LITERAL, Kind.PARAM}:
        plain_pair = [piece.kind for piece in pieces] == [Kind.PARAM, Kind.LITERAL, Kind.PARAM]
        return _pair(pieces[1].text) if plain_pair else PlainSplitter(pieces).split
    if any(map(_may_be_empty, pieces)) or any(_may_run_over(left, right) for left, right in pairwise(pieces)):
        return ExactSplitter(pieces).split
    return TypedSplitter(pieces).split


def _may_be_empty(piece: Piece) -> bool:
    return piece.kind == Kind.REGEX and takes_empty(node_of(piece))


def _may_run_over(piece: Piece, literal: Piece) -> bool:
    return piece.kind == Kind.REGEX and bool(bytes_of(node_of(piece)) >> literal.text[0] & 1)


def _pair(literal: bytes) -> Splitter:
    """``{a}.{b}``, the usual mixed segment: one search."""
    size = len(literal)

    def split(segment: bytes) -> tuple[bytes, ...] | None:
        left, _, right = segment.partition(literal)
        if left and right and b"%" not in segment:
            return left, right
        found = segment.find(literal, 1)
        while found > 0 and not _at_border(segment, found):
            found = segment.find(literal, found + 1)
        if found < 0 or found + size == len(segment):
            return None
        return segment[:found], segment[found + size :]

    return split


class PlainSplitter:
    """Literals and untyped parameters: each literal between two is looked for from the left."""

    __slots__ = ("_between", "_head", "_tail")

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self._head = pieces[0].text if pieces[0].kind == Kind.LITERAL else b""
        self._tail = pieces[-1].text if pieces[-1].kind == Kind.LITERAL else b""
        self._between = [piece.text for piece in pieces[1:-1] if piece.kind == Kind.LITERAL]

    def split(self, segment: bytes) -> tuple[bytes, ...] | None:
        start, end = len(self._head), len(segment) - len(self._tail)
        if start >= end or not segment.startswith(self._head) or not segment.endswith(self._tail):
            return None
        if not (_at_border(segment, start) and _at_border(segment, end)):
            return None
        values = []
        for literal in self._between:
            found = segment.find(literal, start + 1, end)
            while found > 0 and not _at_border(segment, found):
                found = segment.find(literal, found + 1, end)
            if found < 0:
                return None
            values.append(segment[start:found])
            start = found + len(literal)
        if start >= end:
            return None
        values.append(segment[start:end])
        return tuple(values)


class TypedSplitter:
    """One RE2 match, a group for each parameter."""

    __slots__ = ("_match",)

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self._match = compile_regex(b"".join(_part(piece) for piece in pieces)).fullmatch

    def split(self, segment: bytes) -> tuple[bytes, ...] | None:
        match = self._match(segment)
        if match is None:
            return None
        values: tuple[bytes, ...] = match.groups()
        return values


def _part(piece: Piece) -> bytes:
    if piece.kind == Kind.LITERAL:
        return b"".join(b"\\x%02x" % value for value in piece.text)
    return b"(" + (LAZY_TEXT.get(piece.kind) or piece.text) + b")"


class ExactSplitter:
    """From the right: where may each piece begin so that the rest fits; from the left: the first place that may."""

    __slots__ = ("_machines", "_pieces")

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self._pieces = pieces
        self._machines = [None if p.kind == Kind.LITERAL else (Automaton(node_of(p)), _reversed(p)) for p in pieces]

    def split(self, segment: bytes) -> tuple[bytes, ...] | None:
        borders = {i for i in range(len(segment) + 1) if _at_border(segment, i)}
        begins = [{len(segment)}]
        for piece, machine in zip(reversed(self._pieces), reversed(self._machines), strict=True):
            ends = begins[-1]
            if machine is None:
                text = piece.text
                found = {end - len(text) for end in ends if segment.endswith(text, 0, end)}
            else:
                found = _begins(machine[1], segment, ends)
            begins.append(found & borders)
        begins.reverse()
        if 0 not in begins[0]:
            return None
        at, values = 0, []
        for piece, machine, ends in zip(self._pieces, self._machines, begins[1:], strict=True):
            start = at
            if machine is None:
                at += len(piece.text)
            else:
                at = _first_end(machine[0], segment, start, ends)
                values.append(segment[start:at])
        return tuple(values)


def _reversed(piece: Piece) -> Automaton:
    """The automaton that reads the parameter's texts from right to left."""
    forward = Automaton(node_of(piece))
    return forward.reverse()


def _begins(machine: Automaton, segment: bytes, ends: set[int]) -> set[int]:
    """Where a non-empty text of the parameter may begin that ends at one of ``ends``."""
    found, state = set(), 0
    for at in range(len(segment), 0, -1):
        if at in ends:
            state |= 1
        state = machine.next(state) & machine.taking(segment[at - 1])
        if state & machine.accept:
            found.add(at - 1)
    return found


def _first_end(machine: Automaton, segment: bytes, start: int, ends: set[int]) -> int:
    """The first of ``ends`` at which a text of the parameter may end; there is one."""
    state = 1
    for at in range(start, len(segment)):
        state = machine.next(state) & machine.taking(segment[at])
        if state & machine.accept and at + 1 in ends:
            return at + 1
    raise AssertionError("a segment that fits has a place to split")


def _at_border(segment: bytes, at: int) -> bool:
    """Whether ``at`` is not inside a percent-escape."""
    return segment.find(b"%", max(at - 2, 0), at) < 0
