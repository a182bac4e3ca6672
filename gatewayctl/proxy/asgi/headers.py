"""From field lines to the pairs that ASGI wants; the lines that most answers begin with are remembered."""

from collections.abc import Sequence
from typing import Final

Pairs = list[tuple[bytes, bytes]]

_REMEMBER: Final = 512
"""Blocks remembered before starting afresh."""
_REMEMBER_BLOCK: Final = 1024
"""Bytes of the largest that is."""


def pairs_of(block: bytes) -> Pairs:
    """Name (lower case) and value of each line of a block."""
    found = []
    for line in block.split(b"\r\n"):
        if line:
            name, _, value = line.partition(b": ")
            found.append((name.lower(), value))
    return found


class HeaderPairs:
    """Belongs to one gateway. Lines with cookies are not remembered: no two clients get the same ones."""

    __slots__ = ("_begin", "_known", "_name")

    def __init__(self) -> None:
        self._known: dict[bytes, Pairs] = {}
        self._begin = self._name = b""
        """How the line of the id begins in most answers, and its name."""

    def of(self, lines: Sequence[bytes]) -> Pairs:
        """The pairs of ``lines``, pieces of field lines as a ``Door`` is given them."""
        if len(lines) == 4 and lines[1] is self._begin:  # the usual case
            before, _, value, after = lines
            known = self._known
            if before in known and after in known:
                return [*known[before], (self._name, value), *known[after]]
        return self._unusual(lines)

    def _unusual(self, lines: Sequence[bytes]) -> Pairs:
        at = next((at for at in range(1, len(lines) - 2) if lines[at][-2:] == b": "), 0)
        if not at or lines[at - 1][-2:] != b"\r\n" or lines[at + 2][:2] != b"\r\n":
            return pairs_of(b"".join(lines))
        # an id, which no two answers share, between a block and a block that many do
        self._begin, self._name = lines[at], lines[at][:-2].lower()
        pairs = [*self._of(lines[at - 1]), (self._name, lines[at + 1]), *self._of(lines[at + 2])]
        before, after = lines[: at - 1], lines[at + 3 :]
        return [*pairs_of(b"".join(before)), *pairs, *pairs_of(b"".join(after))] if before or after else pairs

    def _of(self, block: bytes) -> Pairs:
        known = self._known.get(block)
        if known is not None:
            return known
        pairs = pairs_of(block)
        if len(block) <= _REMEMBER_BLOCK and all(name != b"set-cookie" for name, _ in pairs):
            if len(self._known) >= _REMEMBER:
                self._known.clear()
            self._known[block] = pairs
        return pairs
