"""Token bucket: up to ``burst`` at once, refilled evenly at ``limit`` a window.

It is the generic cell rate algorithm (GCRA) in its form as a meter: the record has what is out of the bucket, in requests,
at a moment; it runs back at a constant rate. The theoretical arrival time of the other form is that moment plus what is
out times the interval between two requests.
"""

from typing import Final

from gatewayctl.policy.limits.base import SECOND
from gatewayctl.policy.records import Record

_WHOLE: Final = 1e-6
"""Of a request: what rounding may be off by. Far less than one is never granted too many."""


class TokenBucket:
    """See ``Algorithm``. The record: when it was written, what was out then."""

    width: Final = 2
    whole: Final = False
    holds: Final = False

    def __init__(self, limit: int, window: int, burst: int) -> None:
        self._burst = burst
        self._interval = window / limit
        """Microseconds in which one comes back."""
        self._late = min(window // 8, SECOND)
        """Microseconds by which one process may be behind another; more than that is a clock that was set back."""

    def take(self, record: Record, cost: int, now: int) -> Record | None:
        out = self._out(record, now) + cost
        if out > self._burst + _WHOLE:
            return None
        if (
            now < record[0] <= now + self._late
        ):  # another process has asked for a request that came later: its time stays
            return record[0], out
        return now, out

    def give_back(self, record: Record, cost: int, taken: int, now: int) -> Record:
        left = cost - max(now - taken, 0) / self._interval  # what has run back meanwhile may have been this
        return (record[0], max(record[1] - max(left, 0.0), 0.0))

    def wait(self, record: Record, cost: int, now: int) -> int:
        missing = self._out(record, now) + cost - self._burst
        if missing <= _WHOLE:
            return 0
        ahead = record[0] - now
        return int(missing * self._interval + (ahead if 0 < ahead <= self._late else 0)) + 1

    def left(self, record: Record, now: int) -> tuple[float, float | None]:
        out = self._out(record, now)
        return max(int(self._burst - out + _WHOLE), 0), int(out * self._interval)

    def _out(self, record: Record, now: int) -> float:
        written, out = record
        passed = now - written
        if passed <= 0:  # a clock that was set back gives nothing, and takes nothing away
            return out
        return max(out - passed / self._interval, 0.0)
