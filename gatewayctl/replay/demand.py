"""When which key asked a limit, kept so that other limits can be tried on it: in memory while it is little, else on disk."""

from array import array
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Final

_IN_MEMORY: Final = 8 * 1024 * 1024
"""Bytes of one limit's demand that are not written to a temporary file."""
_CHUNK: Final = 3 * 16_384
"""Numbers that are written and read at once."""


class Demand:
    """Events in order of time: when (microseconds), the number of the key, how long it was held (microseconds)."""

    def __init__(self) -> None:
        self.events = 0
        self.totals: list[int] = []
        """Events of each key."""
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it lives as long as this, and goes with it
        self._new = array("q")

    def add(self, now: int, key: int, held: int) -> None:
        """One event; keys are numbered from 0 in the order in which they come."""
        self.events += 1
        if key == len(self.totals):
            self.totals.append(0)
        self.totals[key] += 1
        self._new.extend((now, key, held))
        if len(self._new) >= _CHUNK:
            self._write()

    def chunks(self) -> "Iterator[array[int]]":
        """All events, three numbers each, some thousand at a time."""
        self._write()
        self._file.seek(0)
        while data := self._file.read(_CHUNK * self._new.itemsize):
            chunk = array("q")
            chunk.frombytes(data)
            yield chunk
        self._file.seek(0, 2)

    def close(self) -> None:
        """Forgets all, on the disk too."""
        self._file.close()

    def _write(self) -> None:
        if self._new:
            self._file.write(self._new.tobytes())
            self._new = array("q")
