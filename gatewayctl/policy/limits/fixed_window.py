"""Fixed window: so many in a window that begins with a key's first request and is over all at once."""

from typing import Final

from gatewayctl.policy.records import Record


class FixedWindow:
    """See ``Algorithm``. The record: when the window began, what was taken in it."""

    width: Final = 2
    whole: Final = True
    holds: Final = False

    def __init__(self, limit: int, window: int) -> None:
        self._limit = limit
        self._window = window

    def take(self, record: Record, cost: int, now: int) -> Record | None:
        began, taken = self._at(record, now)
        return None if taken + cost > self._limit else (began, taken + cost)

    def give_back(self, record: Record, cost: int, taken: int, now: int) -> Record:
        if not record[0] <= taken < record[0] + self._window:  # another window has begun
            return record
        return (record[0], max(record[1] - cost, 0))

    def wait(self, record: Record, cost: int, now: int) -> int:
        began, taken = self._at(record, now)
        return 0 if taken + cost <= self._limit else int(began + self._window - now)

    def left(self, record: Record, now: int) -> tuple[float, float | None]:
        began, taken = self._at(record, now)
        return int(self._limit - taken), int(began + self._window - now) if taken else 0

    def _at(self, record: Record, now: int) -> Record:
        began, taken = record
        if not taken or now >= began + self._window:
            return now, 0
        if now < began:  # the clock was set back: what was taken counts, and for one more window at most
            return now, min(taken, self._limit)
        return began, min(taken, self._limit)
