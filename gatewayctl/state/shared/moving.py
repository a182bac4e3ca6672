"""Moves records to a table for another number of keys, in pieces, while the processes that use the old one go on counting.

In passes: the first takes everything, each later one what was changed meanwhile, which gets less and less. A place that has
been taken carries a mark, and whoever changes it takes the mark away. What is counted after the last pass, until the
processes use the new table, does not come along; a record that is forgotten meanwhile stays in the new table until its
time is over.
"""

from collections.abc import Iterator
from typing import Final

from gatewayctl.state.shared.table import SharedRecords

_PIECE: Final = 32
"""Buckets: about a millisecond where they are full."""
_MOST_PASSES: Final = 8
_FEW: Final = 500
"""Records of one pass: another one would hardly find fewer, since looking takes its time too."""


class Moving:
    """From ``old`` to ``new``, which nobody uses yet and which are this one's to close. One object, and one use of
    ``pieces`` at a time."""

    def __init__(self, old: SharedRecords, new: SharedRecords) -> None:
        self._old, self._new = old, new
        self._began = False

    def pieces(self) -> Iterator[None]:
        """Brings the new table up to the old one; a piece is a few buckets. Used again it does so again."""
        old, new = self._old, self._new
        last = old.layout.buckets
        for _ in range(_MOST_PASSES):
            moved = 0
            everything, self._began = not self._began, True
            for first in range(0, last, _PIECE):
                for hashed, numbers in old.changed_in(range(first, min(first + _PIECE, last)), everything=everything):
                    new.save_at(hashed, new.find_at(hashed), numbers)
                    moved += 1
                yield
            if moved <= _FEW:
                return

    def close(self) -> None:
        """Whatever has been moved."""
        self._old.close()
        self._new.close()
