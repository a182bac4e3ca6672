"""Outlier detection on the timer wheel: who was ejected comes back when its time is over, to within a tick."""

from collections.abc import Sequence

from gatewayctl.policy.health.outlier import OutlierDetector, OutlierRules
from gatewayctl.state.timer_wheel import NEVER, TimerWheel


class Ejections:
    """One generation's use of a detector. See ``Timed``."""

    __slots__ = ("_rules", "_wheel", "deadline", "detector", "due")

    def __init__(self, detector: OutlierDetector, rules: OutlierRules, wheel: TimerWheel) -> None:
        self.detector = detector
        self._rules = rules
        self._wheel = wheel
        self.deadline = self.due = NEVER

    def adopt(self, ids: Sequence[str], now: float) -> None:
        """The rules of this generation are in force, for these instances."""
        self.detector.rules = self._rules
        self.detector.replace(ids, now)
        self._watch()

    def failed(self, id: str, now: float) -> None:
        """An attempt at an instance failed."""
        self.detector.failed(id, now)
        self._watch()

    def on_deadline(self, now: float) -> None:
        """See ``Timed``."""
        self.detector.refresh(now)
        self.deadline = self.detector.due()

    def _watch(self) -> None:
        self.deadline = self.detector.due()
        if self.deadline < self.due:
            self._wheel.watch(self)
