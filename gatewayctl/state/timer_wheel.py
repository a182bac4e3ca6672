"""One coarse timer for all connections instead of a timer a request.

Each connection keeps its own ``deadline`` and moves it at will (an attribute, nothing more); the wheel only looks at it
when the connection's place comes round, and puts it further on if the deadline has moved. Deadlines are kept to within
one tick (50 ms), never early.
"""

from collections.abc import Callable
from math import ceil
from typing import Final, Protocol

TICK: Final = 0.05
"""Seconds."""

NEVER: Final = float("inf")


class Timed(Protocol):
    """What the wheel keeps: ``deadline`` in seconds of the wheel's clock, ``due`` the wheel's own mark (start with NEVER)."""

    deadline: float
    due: float

    def on_deadline(self, now: float) -> None:
        """The deadline has passed. May set a new one and watch again."""


class TimerWheel:
    """``clock`` gives seconds; ``call_later(seconds, callback)`` calls back once. No timer runs while nothing is watched."""

    __slots__ = ("_buckets", "_call_later", "_clock", "_next_tick", "_running", "_stopped")

    def __init__(self, clock: Callable[[], float], call_later: Callable[[float, Callable[[], None]], object]) -> None:
        self._clock = clock
        self._call_later = call_later
        self._buckets: dict[int, list[Timed]] = {}
        self._next_tick = 0
        self._running = False
        self._stopped = False

    def watch(self, timed: Timed) -> None:
        """Looks after ``timed.deadline``. Only needed when it is nearer than ``timed.due``."""
        deadline = timed.deadline
        if deadline == NEVER or self._stopped:
            return
        if not self._running:
            self._next_tick = int(self._clock() / TICK) + 1
        tick = max(ceil(deadline / TICK), self._next_tick)
        timed.due = tick * TICK
        bucket = self._buckets.get(tick)
        if bucket is None:
            self._buckets[tick] = [timed]
        else:
            bucket.append(timed)
        if not self._running:
            self._running = True
            self._call_at_next_tick()

    def stop(self) -> None:
        """Forgets everything; nothing is called back any more."""
        self._stopped = True
        self._buckets.clear()

    def _call_at_next_tick(self) -> None:
        self._call_later(max(self._next_tick * TICK - self._clock(), 0.0), self._turn)

    def _turn(self) -> None:
        if self._stopped:
            return
        now = self._clock()
        last = int(now / TICK)
        if last - self._next_tick > len(self._buckets):  # the process was held up: fewer buckets than ticks
            ticks = sorted(tick for tick in self._buckets if tick <= last)
        else:
            ticks = [tick for tick in range(self._next_tick, last + 1) if tick in self._buckets]
        self._next_tick = max(last + 1, self._next_tick)
        due = [timed for tick in ticks for timed in self._buckets.pop(tick) if timed.due == tick * TICK]
        due.reverse()
        try:
            while due and not self._stopped:
                timed = due.pop()
                timed.due = NEVER
                if timed.deadline <= now:
                    timed.on_deadline(now)
                if timed.deadline < timed.due:
                    self.watch(timed)
        finally:
            for timed in due:  # a callback failed: the others are looked at in the next turn
                self.watch(timed)
            if self._buckets:
                self._call_at_next_tick()
            else:
                self._running = False
