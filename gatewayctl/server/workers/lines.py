"""Whole lines from a worker's pipe, as they come; nothing is torn, however the pieces fall."""

import asyncio
import os
from collections.abc import Callable
from typing import Final

_READ: Final = 1 << 16
_LONGEST: Final = 1 << 20
"""Bytes of a line; what is longer goes on in pieces."""


class Lines:
    """Gives what is read from ``descriptor``, which is taken over, to ``take``: one or more lines with their ends."""

    def __init__(self, loop: asyncio.AbstractEventLoop, descriptor: int, take: Callable[[bytes], None]) -> None:
        os.set_blocking(descriptor, False)
        self._loop = loop
        self._descriptor = descriptor
        self._take = take
        self._rest = b""
        loop.add_reader(descriptor, self._readable)

    def finish(self) -> bytes:
        """Reads what is left and closes. Gives what stands after the last line end: half a line of somebody who was killed."""
        while self._readable():
            continue
        self._close()
        return self._rest

    def _readable(self) -> bool:
        if self._descriptor < 0:
            return False
        try:
            data = os.read(self._descriptor, _READ)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            data = b""
        if not data:
            self._close()
            return False
        lines, end, rest = (self._rest + data).rpartition(b"\n")
        if end:
            self._take(lines + end)
        self._rest = rest
        if len(rest) > _LONGEST:
            self._take(rest + b"\n")
            self._rest = b""
        return True

    def _close(self) -> None:
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1
