"""Long work in the event loop's thread, in short pieces: between them the loop serves traffic."""

import asyncio
import time
from typing import Final

LONGEST: Final = 0.001
"""Seconds of work after which the event loop gets its turn."""


class Turns:
    """``if turns.over(): await turns.rest()`` stands after each small step of the work."""

    __slots__ = ("_until",)

    def __init__(self) -> None:
        self._until = time.perf_counter() + LONGEST

    def over(self) -> bool:
        """Whether this has been long enough."""
        return time.perf_counter() > self._until

    async def rest(self) -> None:
        """Lets the event loop do what waits."""
        await asyncio.sleep(0)
        self._until = time.perf_counter() + LONGEST
