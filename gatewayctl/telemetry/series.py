"""Counters and histograms that cost next to nothing to add to. ``exposition.py`` renders them at scrape time.

Labels come from the configuration only (routes, services, instances, reasons), never from requests, so that their
number is bounded.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

METHODS: Final = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT"})
OTHER_METHOD: Final = b"_OTHER"


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

    __slots__ = ("durations", "received", "refusals", "requests", "sent", "service")

    def __init__(self, buckets: Sequence[float]) -> None:
        self.service = ""
        """The service the route sends to, for the label; empty if it answers itself."""
        self.requests: dict[tuple[bytes, int], int] = {}
        self.durations = Histogram(buckets)
        self.refusals: dict[str, int] = {}
        self.received = 0
        self.sent = 0

    def count(self, method: bytes, status: int, seconds: float, received: int, sent: int, reason: str) -> None:
        """One settled request; ``received`` and ``sent`` are body bytes."""
        try:
            self.requests[method, status // 100] += 1
        except KeyError:
            key = (method if method in METHODS else OTHER_METHOD, status // 100)
            self.requests[key] = self.requests.get(key, 0) + 1
        durations = self.durations
        durations.counts[bisect_left(durations.bounds, seconds)] += 1
        durations.sum += seconds
        self.received += received
        self.sent += sent
        if reason:
            self.refusals[reason] = self.refusals.get(reason, 0) + 1

    def add(self, other: "RouteSeries") -> None:
        """Adds what another process has counted for the same route."""
        for key, count in other.requests.items():
            self.requests[key] = self.requests.get(key, 0) + count
        for reason, count in other.refusals.items():
            self.refusals[reason] = self.refusals.get(reason, 0) + count
        self.durations.add(other.durations)
        self.received += other.received
        self.sent += other.sent
