"""What is known of one limit while a log is simulated: how often it was asked, by which keys, and when."""

from typing import Final, NamedTuple

from gatewayctl.policy.limits.limit import Limit
from gatewayctl.replay.demand import Demand
from gatewayctl.replay.timeline import Timeline

MOST_KEYS: Final = 100_000
"""Keys of a limit that are counted apart; requests of further ones count for the refused share alone."""


class TopKey(NamedTuple):
    """A key in words, its requests, and those of them that were refused."""

    key: str
    requests: int
    refused: int


class LimitSeen:
    """One limit. ``further`` are requests of keys beyond those that are counted apart."""

    def __init__(self, limit: Limit, most_keys: int = MOST_KEYS) -> None:
        self.limit = limit
        self.timeline = Timeline()
        self.demand = Demand()
        self.asked = self.refused = self.further = 0
        self._most = most_keys
        self._numbers: dict[bytes, int] = {}
        self._words: list[str] = []
        self._refused: list[int] = []

    @property
    def keys(self) -> int:
        """How many keys are counted apart."""
        return len(self._words)

    @property
    def keys_refused(self) -> int:
        """How many of them were refused at least once."""
        return sum(map(bool, self._refused))

    def number(self, key: bytes) -> int | None:
        """The number of a key that was seen; None for a new one."""
        return self._numbers.get(key)

    def name(self, key: bytes, words: str) -> int | None:
        """The number of a new key, with the words for it; None where there are too many already."""
        if len(self._words) >= self._most:
            return None
        number = self._numbers[key] = len(self._words)
        self._words.append(words)
        self._refused.append(0)
        return number

    def count(self, now: int, key: int | None, held: int, within: bool) -> None:
        """One request at ``now`` that would be held so long (both microseconds)."""
        self.asked += 1
        self.timeline.count(now, not within)
        if not within:
            self.refused += 1
        if key is None:
            self.further += 1
            return
        self.demand.add(now, key, held)
        if not within:
            self._refused[key] += 1

    def top(self, most: int) -> list[TopKey]:
        """The keys that were refused most, then those that asked most."""
        totals = self.demand.totals
        found = sorted(range(len(totals)), key=lambda key: (-self._refused[key], -totals[key], self._words[key]))
        return [TopKey(self._words[key], totals[key], self._refused[key]) for key in found[:most]]
