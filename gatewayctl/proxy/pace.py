"""Whether a body keeps arriving: at a minimal rate over windows of time, never by a total time."""

from typing import Final

RATE_WINDOW: Final = 30.0
"""Seconds over which a body must keep to its minimal rate."""


class Pace:
    """One body's. ``minimum`` is in bytes a second."""

    __slots__ = ("_arrived", "_began", "_minimum")

    def __init__(self, minimum: float) -> None:
        self._minimum = minimum
        self._began = 0.0
        self._arrived = 0

    def begin_anew(self) -> None:
        """Nothing could arrive for a while: the next piece begins a window."""
        self._began = 0.0

    def keeps(self, now: float, size: int) -> bool:
        """Whether it is fast enough still, ``size`` bytes having arrived."""
        if not self._began:
            self._began = now
            self._arrived = size
            return True
        self._arrived += size
        span = now - self._began
        if span < RATE_WINDOW:
            return True
        slow = self._arrived < self._minimum * span
        self._began = now
        self._arrived = 0
        return not slow
