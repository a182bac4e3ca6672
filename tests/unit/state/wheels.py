"""A timer wheel on a bench: its clock stands until it is told to run, its timers are a list."""

import gc
from collections.abc import Callable

from gatewayctl.state.timer_wheel import NEVER, TimerWheel


class Timed:
    """Something with a deadline. ``called``: when it was."""

    def __init__(self, bench: "Bench", then: "Callable[[Timed], object] | None" = None) -> None:
        self.deadline = self.due = NEVER
        self.called: list[float] = []
        self._bench = bench
        self._then = then

    def on_deadline(self, now: float) -> None:
        assert now == self._bench.now
        assert self.deadline <= now, "never early"
        self.called.append(now)
        self.deadline = NEVER
        if self._then is not None:
            self._then(self)


class Bench:
    """A wheel and what drives it."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.wheel = TimerWheel(lambda: self.now, self._call_later)

    def _call_later(self, seconds: float, callback: Callable[[], None]) -> object:
        assert seconds >= 0
        self.timers.append((self.now + seconds, callback))
        return None

    def watch(self, delay: float, then: Callable[[Timed], object] | None = None) -> Timed:
        """Something that is due in so many seconds."""
        timed = Timed(self, then)
        timed.deadline = self.now + delay
        self.wheel.watch(timed)
        return timed

    def run(self, seconds: float, step: float = 0.01, tolerate: type[Exception] | None = None) -> None:
        """Time passes in steps; after each, the timers that are due are called, once."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now = min(self.now + step, end)
            due = [timer for timer in self.timers if timer[0] <= self.now]
            self.timers = [timer for timer in self.timers if timer[0] > self.now]
            for _, callback in due:
                try:
                    callback()
                except Exception as error:
                    if tolerate is None or not isinstance(error, tolerate):
                        raise

    def weight(self) -> int:
        """How many entries the wheel's own collections hold."""
        total, pending, seen = 0, list(gc.get_referents(self.wheel)), set()
        while pending:
            thing = pending.pop()
            if isinstance(thing, dict | list | tuple | set) and id(thing) not in seen:
                seen.add(id(thing))
                total += len(thing)
                pending += thing.values() if isinstance(thing, dict) else thing
        return total
