"""Says that something is wrong when it begins and when it is over, and not a hundred times a second in between."""

from collections.abc import Callable
from typing import Final

QUIET: Final = 10.0
"""Seconds between two lines about the same thing."""


class Complaint:
    """``say(problem)`` writes a line, with "" when all is well again. ``call_later`` is the event loop's."""

    def __init__(
        self,
        say: Callable[[str], None],
        clock: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._say = say
        self._clock = clock
        self._call_later = call_later
        self._quiet_until = float("-inf")
        self._waiting = False
        self._said = ""
        self.problem = ""

    def set(self, problem: str) -> None:
        """What is wrong now; "" for nothing. Another problem than the one that was said is the same trouble."""
        self.problem = problem
        self._consider()

    def _consider(self) -> None:
        if bool(self.problem) == bool(self._said) or self._waiting:
            return
        wait = self._quiet_until - self._clock()
        if wait > 0:
            self._waiting = True
            self._call_later(wait, self._later)
            return
        self._quiet_until = self._clock() + QUIET
        self._said = self.problem
        self._say(self.problem)

    def _later(self) -> None:
        self._waiting = False
        self._consider()
