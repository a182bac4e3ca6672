"""Counters and histograms that cost next to nothing to add to. ``exposition.py`` renders them at scrape time.

Labels come from the configuration only (routes, services, instances, reasons), never from requests, so that their
number is bounded.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

METHODS: Final = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT"})
OTHER_METHOD: Final = b"_OTHER"
_CLASSES: Final = 6


class Histogram:
    """Counts by upper bound (seconds), with a sum. The last slot is +Inf."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """Adds one observation; a value equal to a bound belongs to it (``le``)."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.sum += seconds

    def add(self, other: "Histogram") -> None:
        """Adds what another process has counted; nothing where it counts by other bounds, which were in force before."""
        if other.bounds == self.bounds:
            self.counts = [one + more for one, more in zip(self.counts, other.counts, strict=True)]
            self.sum += other.sum


class RouteSeries:
    """What is counted for one route: requests by method and status class, durations, answers of our own by reason."""

    __slots__ = ("_requests", "durations", "received", "refusals", "sent", "service")

    def __init__(self, buckets: Sequence[float]) -> None:
        self.service = ""
        """The service the route sends to, for the label; empty if it answers itself."""
        self._requests: dict[bytes, list[int]] = {}
        self.durations = Histogram(buckets)
        self.refusals: dict[str, int] = {}
        self.received = 0
        self.sent = 0

    def count(self, method: bytes, status: int, seconds: float, received: int, sent: int, reason: str) -> None:
        """One settled request; ``received`` and ``sent`` are body bytes."""
        try:
            counts = self._requests[method]
        except KeyError:
            counts = self._of(method if method in METHODS else OTHER_METHOD)
        counts[status // 100] += 1
        durations = self.durations
        durations.counts[bisect_left(durations.bounds, seconds)] += 1
        durations.sum += seconds
        self.received += received
        self.sent += sent
        if reason:
            self.refusals[reason] = self.refusals.get(reason, 0) + 1

    def _of(self, method: bytes) -> list[int]:
        """The counts of a method by status class."""
        return self._requests.setdefault(method, [0] * _CLASSES)

    @property
    def requests(self) -> dict[tuple[bytes, int], int]:
        """How many there were, by method and status class (2 for 200 to 299); without those that there were none of."""
        return {
            (method, status): count
            for method, counts in self._requests.items()
            for status, count in enumerate(counts)
            if count
        }

    def add(self, other: "RouteSeries") -> None:
        """Adds what another process has counted for the same route."""
        for (method, status), count in other.requests.items():
            self._of(method)[status] += count
        for reason, count in other.refusals.items():
            self.refusals[reason] = self.refusals.get(reason, 0) + count
        self.durations.add(other.durations)
        self.received += other.received
        self.sent += other.sent
