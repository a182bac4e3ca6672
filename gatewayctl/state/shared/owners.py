"""Which of the processes that share a host's states are alive: a number for each, which changes when it is gone.

What a process holds is noted together with its number. A number that has changed makes everything noted under the old one
void at once, wherever it stands.
"""

import mmap
import os
import tempfile
from typing import Final

MOST: Final = 1024
"""Processes."""


class Owners:
    """``index`` is this process's own place; the last one is the supervisor's. One memory for all tables of a host, opened
    by its descriptor elsewhere."""

    __slots__ = ("_memory", "count", "descriptor", "ended", "index", "terms")

    def __init__(self, descriptor: int, count: int, index: int = 0) -> None:
        self.descriptor = descriptor
        self.count = count
        self.index = index
        self._memory = mmap.mmap(descriptor, 8 * (count + 1))
        self.terms = memoryview(self._memory)[: 8 * count].cast("q")
        """The number of each place's present process."""
        self.ended = memoryview(self._memory)[8 * count :].cast("q")
        """How many processes have been found gone so far; one number."""

    @classmethod
    def made(cls, count: int) -> "Owners":
        """A new one for so many processes (at most 1024), the supervisor with them. Raises OSError."""
        with tempfile.TemporaryFile() as file:
            file.truncate(8 * (count + 1))
            return cls(os.dup(file.fileno()), count, count - 1)

    def gone(self, index: int) -> None:
        """The process of that place has ended: what it held is free. For whoever starts them, before the next takes the place."""
        self.terms[index] += 1
        self.ended[0] += 1

    def close(self) -> None:
        """It is not used here any more."""
        self.terms.release()
        self.ended.release()
        self._memory.close()
        os.close(self.descriptor)
