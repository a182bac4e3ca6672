"""Sliding window, in eight slots: so many in any window, whenever it begins.

What counts is the sum of all slots that touch the window that ends now: the one that is running and the eight before
it. So it never grants too much, and gives back at most an eighth of the window late.
"""

from typing import Final

from gatewayctl.policy.records import Record

SLOTS: Final = 8
_KEPT: Final = SLOTS + 1
_NOTHING: Final = (0,) * _KEPT


class SlidingWindow:
    """See ``Algorithm``. The record: the number of the running slot since the clock began, what was taken in it and in
    each of the eight before it, and the sum of these."""

    width: Final = 2 + _KEPT
    whole: Final = True
    holds: Final = False

    def __init__(self, limit: int, window: int) -> None:
        self._limit = limit
        self._slot = -(-window // SLOTS)
        """Microseconds of a slot: eight of them are the window, or a little more, never less."""
        self._eight, self._nine = SLOTS * self._slot, _KEPT * self._slot

    def take(self, record: Record, cost: int, now: int) -> Record | None:
        slot = now // self._slot
        if record[0] != slot:
            record = self._moved(record, slot)
        # a slice of it would cost three times as much
        running, taken, here, one, two, three, four, five, six, seven, eight = record
        if taken + cost > self._limit:
            return None
        return running, taken + cost, here + cost, one, two, three, four, five, six, seven, eight

    def give_back(self, record: Record, cost: int, taken: int, now: int) -> Record:
        slots = list(record[2:])
        age = int(record[0]) - taken // self._slot
        if 0 <= age < len(slots):
            slots[age] = max(slots[age] - cost, 0)
        return (record[0], sum(slots), *slots)

    def wait(self, record: Record, cost: int, now: int) -> int:
        running, taken, *slots = self._moved(record, now // self._slot)
        for later in range(1, _KEPT + 1):
            if taken + cost <= self._limit:
                return 0 if later == 1 else self._until(running + later - 1, now)
            taken -= slots[-later]
        return self._until(running + _KEPT, now)

    def left(self, record: Record, now: int) -> tuple[float, float | None]:
        reset = (record[0] + _KEPT) * self._slot - now
        if record[2] and self._eight < reset <= self._nine:  # as it is right after something was taken
            return self._limit - record[1], reset
        running, taken, *slots = self._moved(record, now // self._slot)
        remaining = max(int(self._limit - taken), 0)
        for age, count in enumerate(slots):
            if count:  # the youngest that holds anything is the last to go
                return remaining, self._until(running - age + _KEPT, now)
        return remaining, 0

    def _until(self, slot: float, now: int) -> int:
        """Microseconds until that slot begins."""
        return int(slot) * self._slot - now

    def _moved(self, record: Record, slot: int) -> Record:
        """The record as it is in that slot."""
        passed = int(slot - record[0])
        if passed == 0 or not record[1]:
            return (slot, *record[1:])
        if passed < 0:  # the clock was set back: what was taken counts, from now on
            return (slot if passed <= -_KEPT else record[0], *record[1:])
        if passed >= _KEPT:
            return (slot, 0, *_NOTHING)
        slots = (*_NOTHING[:passed], *record[2 : 2 + _KEPT - passed])
        return (slot, sum(slots), *slots)
