"""How many requests came and were refused over time, in a bounded number of buckets however long a log is."""

from typing import Final, NamedTuple

MOST: Final = 2048
"""Buckets; when there would be more, two become one."""
SECOND: Final = 1_000_000


class Bucket(NamedTuple):
    """Requests of a stretch of time, and those of them that were refused."""

    requests: int
    refused: int


class Timeline:
    """Counts by whole seconds first. Times are microseconds and never go back."""

    __slots__ = ("_counts", "_first", "_in_second", "_second", "peak", "peak_at", "width")

    def __init__(self) -> None:
        self.width = 1
        """Seconds of a bucket."""
        self.peak = 0
        """The most requests in one second."""
        self.peak_at = 0
        """The second, since the epoch, in which that was first."""
        self._first = 0
        self._second = self._in_second = 0
        self._counts: list[list[int]] = []

    def count(self, now: int, refused: bool) -> None:
        """One request."""
        second = now // SECOND
        if not self._counts:
            self._first = second
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        if self._in_second > self.peak:
            self.peak, self.peak_at = self._in_second, second
        place = (second - self._first) // self.width
        while place >= MOST:
            self._halve()
            place = (second - self._first) // self.width
        while place >= len(self._counts):
            self._counts.append([0, 0])
        bucket = self._counts[place]
        bucket[0] += 1
        bucket[1] += refused

    @property
    def began(self) -> int:
        """The first second, since the epoch."""
        return self._first

    def buckets(self, most: int) -> tuple[int, list[Bucket]]:
        """The seconds of a bucket, and at most so many buckets from the first request to the last."""
        joined = max(-(-len(self._counts) // most), 1)
        made = [self._counts[at : at + joined] for at in range(0, len(self._counts), joined)]
        return self.width * joined, [Bucket(sum(c[0] for c in part), sum(c[1] for c in part)) for part in made]

    def _halve(self) -> None:
        self.width *= 2
        counts = self._counts
        halves = [counts[at : at + 2] for at in range(0, len(counts), 2)]
        self._counts = [[sum(c[0] for c in pair), sum(c[1] for c in pair)] for pair in halves]
