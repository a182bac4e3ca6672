"""Looks after the requests that wait: who has taken too long, and whether a client is still there.

One timer for all of them. The wheel keeps what it watches until its time has come, however soon a request is over;
here a request is let go the moment it ends, and looking at those that wait costs next to nothing.
"""

from collections.abc import Callable
from typing import Final, Protocol

from gatewayctl.state.timer_wheel import NEVER, TICK, TimerWheel

INTERVAL: Final = 2 * TICK
"""Seconds between two looks."""


class Waiting(Protocol):
    """A request that waits for something."""

    def look(self, now: float) -> None:
        """Time has passed: it is ``now``, in seconds of the gateway's clock."""


class Vigil:
    """Belongs to one gateway; see ``Timed`` for what the wheel needs. No timer runs while nobody waits."""

    __slots__ = ("_clock", "_waiting", "_wheel", "deadline", "due")

    def __init__(self, clock: Callable[[], float], wheel: TimerWheel) -> None:
        self._clock = clock
        self._wheel = wheel
        self._waiting: set[Waiting] = set()
        self.deadline = self.due = NEVER

    def begin(self, one: Waiting) -> None:
        """Looks after ``one`` until ``end``."""
        self._waiting.add(one)
        if self.deadline == NEVER:
            self.deadline = self._clock() + INTERVAL
            self._wheel.watch(self)

    def end(self, one: Waiting) -> None:
        """``one`` waits no longer."""
        self._waiting.discard(one)

    def on_deadline(self, now: float) -> None:
        """See ``Timed``."""
        for one in tuple(self._waiting):
            one.look(now)
        self.deadline = now + INTERVAL if self._waiting else NEVER
