"""Outlier detection on the timer wheel: who was ejected comes back when its time is over, to within a tick.

Where other processes eject too, each tick looks whether they have.
"""

from collections.abc import Sequence

from gatewayctl.policy.health.outlier import OutlierDetector, OutlierRules
from gatewayctl.state.timer_wheel import NEVER, TICK, TimerWheel


class Ejections:
    """One generation's use of a detector. See ``Timed``. ``watches``: others decide too."""

    __slots__ = ("_rules", "_watches", "_wheel", "deadline", "detector", "due")

    def __init__(self, detector: OutlierDetector, rules: OutlierRules, wheel: TimerWheel, *, watches: bool) -> None:
        self.detector = detector
        self._rules = rules
        self._watches = watches
        self._wheel = wheel
        self.deadline = self.due = NEVER

    def adopt(self, ids: Sequence[str], now: float) -> None:
        """The rules of this generation are in force, for these instances."""
        self.detector.rules = self._rules
        self.detector.replace(ids, now)
        self._watch(now)

    def failed(self, id: str, now: float) -> None:
        """An attempt at an instance failed."""
        self.detector.failed(id, now)
        self._watch(now)

    def on_deadline(self, now: float) -> None:
        """See ``Timed``."""
        self.detector.look(now)
        self._set(now)

    def _watch(self, now: float) -> None:
        self._set(now)
        if self.deadline < self.due:
            self._wheel.watch(self)

    def _set(self, now: float) -> None:
        self.deadline = self.detector.due()
        detector = self.detector
        if self._watches and detector.rules is self._rules and not detector.idle:  # else another generation's watches
            self.deadline = min(self.deadline, now + TICK / 2)  # the next tick
