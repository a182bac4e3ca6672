"""What a breaker remembers, as an object while it is thought about and as a record while it is kept."""

from enum import IntEnum
from typing import Final

from gatewayctl.policy.records import Record

SLOTS: Final = 8
"""The window of the failure rate is kept in so many parts, and the one that is running."""
_KEPT: Final = SLOTS + 1
_HEAD: Final = 8
WIDTH: Final = _HEAD + 2 * _KEPT


class State(IntEnum):
    CLOSED = 0
    OPEN = 1
    HALF_OPEN = 2

    @property
    def word(self) -> str:
        """As it is written in logs and documents."""
        return self.name.lower()


class Memory:
    """Times are microseconds. A record of noughts is a closed breaker that has seen nothing.

    The first number of a record are the trials under way: an owned number, so that those of a killed process come back.
    """

    __slots__ = (
        "_failures",
        "_slot",
        "_totals",
        "epoch",
        "in_a_row",
        "recovery",
        "state",
        "succeeded",
        "trials",
        "until",
    )

    def __init__(self, record: Record) -> None:
        self.state = State(int(record[4]))
        self.in_a_row = int(record[1])
        """Failures since the last success, while closed."""
        self.until = int(record[2])
        """When an open one lets the first trial through; when the trials of a half-open one must have ended."""
        self.recovery = int(record[3])
        """How long it was last open for; 0 before the first time and after it has closed."""
        self.succeeded = int(record[5])
        self.trials = int(record[0]) + self.succeeded
        """Trials of this half-open phase: under way, or ended well."""
        self.epoch = int(record[6])
        """The number of half-open phases so far: a trial of an earlier one has nothing to say."""
        self._slot = int(record[7])
        self._totals = record[_HEAD : _HEAD + _KEPT]
        self._failures = record[_HEAD + _KEPT :]

    def record(self) -> Record:
        """The same as numbers."""
        head = (
            self.trials - self.succeeded,
            self.in_a_row,
            self.until,
            self.recovery,
            self.state,
            self.succeeded,
            self.epoch,
            self._slot,
        )
        return (*map(int, head), *self._totals, *self._failures)

    def count(self, succeeded: int, failed: int, slot: int) -> None:
        """Attempts that have ended, in the part of the window with that number."""
        passed = slot - self._slot
        if passed:
            # a clock that was set back begins a new part like one that went on
            kept = max(_KEPT - passed, 0) if passed > 0 else SLOTS
            self._totals = (*(0,) * (_KEPT - kept), *self._totals[:kept])
            self._failures = (*(0,) * (_KEPT - kept), *self._failures[:kept])
            self._slot = slot
        self._totals = (self._totals[0] + succeeded + failed, *self._totals[1:])
        self._failures = (self._failures[0] + failed, *self._failures[1:])

    def forget_counts(self) -> None:
        """As if nothing had been counted."""
        self.in_a_row = 0
        self._totals = self._failures = (0,) * _KEPT

    @property
    def total(self) -> int:
        """Attempts in the window."""
        return int(sum(self._totals))

    @property
    def failures(self) -> int:
        """Those of them that failed."""
        return int(sum(self._failures))
