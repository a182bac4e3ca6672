"""Concurrency: so many at once. What is taken is held until the request has ended."""

from typing import Final

from gatewayctl.policy.limits.base import SECOND
from gatewayctl.policy.records import Record


class Concurrency:
    """See ``Algorithm``. The record: what is held."""

    width: Final = 1
    whole: Final = True
    holds: Final = True

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def take(self, record: Record, cost: int, now: int) -> Record | None:
        held = record[0] + cost
        return None if held > self._limit else (held,)

    def give_back(self, record: Record, cost: int, taken: int, now: int) -> Record:
        return (max(record[0] - cost, 0),)

    def wait(self, record: Record, cost: int, now: int) -> int:
        return 0 if record[0] + cost <= self._limit else SECOND

    def left(self, record: Record, now: int) -> tuple[float, float | None]:
        return max(int(self._limit - record[0]), 0), None
