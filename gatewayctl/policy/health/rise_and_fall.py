"""The verdict of active checks about one instance: rise and fall, and when to check next. Pure: no clock, no randomness.

state | a good check | a failed check
--- | --- | ---
not checked yet | fit | unfit
fit | fit | unfit after ``unhealthy_after`` in a row
unfit | fit after ``healthy_after`` in a row | unfit

The first check decides at once: whoever starts beside a dead instance need not find out three times.
"""


class RiseAndFall:
    """``fit`` is None before the first check."""

    __slots__ = ("_against", "_fall", "_rise", "fit")

    def __init__(self, healthy_after: int, unhealthy_after: int) -> None:
        self._rise, self._fall = healthy_after, unhealthy_after
        self._against = 0
        self.fit: bool | None = None

    def note(self, good: bool) -> bool:
        """A check has ended. Gives whether that changes the verdict."""
        if self.fit is None:
            self.fit = good
            return True
        if good is self.fit:
            self._against = 0
            return False
        self._against += 1
        if self._against < (self._rise if good else self._fall):
            return False
        self._against = 0
        self.fit = good
        return True


def next_check(interval: float, jitter: float, chance: float) -> float:
    """Seconds until the next check: ``interval``, up to the share ``jitter`` sooner or later. ``chance`` is from 0 to 1."""
    return interval * (1.0 + jitter * (2.0 * chance - 1.0))
