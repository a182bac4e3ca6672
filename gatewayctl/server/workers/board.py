"""Where every worker shows how many client connections it has, so that ``max_connections`` holds for the host.

A worker accepts while the sum of all is below the bound. Two that look at the same moment may both see the last place:
the bound is exceeded by at most one connection for each worker beside the first.
"""

import mmap
import os
import tempfile
from typing import Final

POLL: Final = 0.1
"""Seconds between two looks while there is no room: what another worker's client has left is noticed so."""


class Board:
    """``index`` is whose place is written here; the supervisor has none of its own."""

    def __init__(self, descriptor: int, workers: int, index: int = -1) -> None:
        self.descriptor = descriptor
        self._index = index
        self._memory = mmap.mmap(descriptor, 8 * workers)
        self._places = memoryview(self._memory).cast("q")

    @classmethod
    def made(cls, workers: int) -> "Board":
        """A new one for so many workers."""
        with tempfile.TemporaryFile() as file:
            file.truncate(8 * workers)
            return cls(os.dup(file.fileno()), workers)

    def room(self, own: int, most: int) -> int:
        """How many more connections may be open on this host, ``own`` being those of this worker."""
        self._places[self._index] = own
        return most - sum(self._places)

    def clear(self, index: int) -> None:
        """That worker is gone, and its connections with it."""
        self._places[index] = 0

    def close(self) -> None:
        """It is not used any more."""
        self._places.release()
        self._memory.close()
        os.close(self.descriptor)
