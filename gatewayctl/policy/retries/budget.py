"""A retry budget: retries may be a share of the requests of the last ten seconds, but so many a second always.

Where everything fails, each try being tried again would multiply the load on a service that is down already.
"""

from typing import Final

SECONDS: Final = 10


class RetryBudget:
    """Counts in seconds of the clock; what is older than ten is forgotten."""

    __slots__ = ("_requests", "_retries", "_second", "exhausted", "least", "made", "name", "service", "share")

    def __init__(self, share: float, least: int, name: str = "", service: str = "") -> None:
        self.name = name
        self.service = service
        self.share = share
        self.least = least
        """Retries a second that are always allowed."""
        self.made = 0
        """Retries so far."""
        self.exhausted = 0
        """Retries that were not made because the budget was used up."""
        self._second = 0
        self._requests = [0] * SECONDS
        self._retries = [0] * SECONDS

    def request(self, now: float) -> None:
        """A request that may be tried again has come."""
        if int(now) != self._second:
            self._turn(int(now))
        self._requests[0] += 1

    def retry(self, now: float) -> bool:
        """Whether one more try is within the budget; if so, it is counted."""
        if int(now) != self._second:
            self._turn(int(now))
        retries = self._retries
        if retries[0] < self.least or sum(retries) + 1 <= self.share * sum(self._requests):
            retries[0] += 1
            self.made += 1
            return True
        self.exhausted += 1
        return False

    def _turn(self, second: int) -> None:
        """Goes on to another second; a clock that was set back begins anew."""
        passed = second - self._second
        gone = min(passed, SECONDS) if passed > 0 else SECONDS
        for counts in (self._requests, self._retries):
            del counts[SECONDS - gone :]
            counts[:0] = [0] * gone
        self._second = second
