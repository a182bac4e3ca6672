"""What the limits step needs of a store that several hosts share."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

from gatewayctl.policy.limits.limit import Decision, Limit


class StoreError(Exception):
    """The store cannot be asked now. The message may be logged: it holds no secret."""


class Claim:
    """What one request wants of one limit; ``lease`` names what it then holds, where the limit is one of concurrency.
    ``taken``: when it was taken, by the store's clock and in a form of its own."""

    __slots__ = ("key", "lease", "limit", "taken")

    def __init__(self, limit: Limit, key: bytes, lease: bytes) -> None:
        self.limit = limit
        self.key = key
        self.lease = lease
        self.taken = 0


class SharedStore(Protocol):
    """Counters that other hosts use too, by a clock of their own."""

    def decide(self, claims: Sequence[Claim]) -> Awaitable[Sequence[Decision]]:
        """Checks all, then takes all, in one atomic step; takes from none where one that enforces refuses.

        Raises StoreError, within a bounded time.
        """

    def close(self) -> None:
        """Nobody needs it any more: its connections end."""

    def give_back(self, claims: Sequence[Claim]) -> None:
        """Gives back what was taken, whenever the store can be reached; does not wait."""
