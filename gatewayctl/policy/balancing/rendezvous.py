"""Hash: what a request has in common with others decides its instance (rendezvous hashing, weighted).

Each instance draws a lot from the key and its own id; the highest, weighted, wins. Where an instance leaves, only its
keys move, over all others by weight; where one comes, it takes its share and nothing else moves.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from math import log
from typing import Final

from gatewayctl.policy.balancing.base import NO_LOADS, Load, Random, Usable

_REMEMBERED: Final = 4096
"""Keys whose instance is kept instead of drawn anew; all are forgotten when there are more."""
_STEPS: Final = 2.0**52


class Rendezvous:
    """See ``Balancer``."""

    __slots__ = ("_found", "_random", "_weights")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._weights: dict[str, int] = {}
        self._found: dict[bytes, str] = {}

    def replace(
        self, weights: Mapping[str, int], loads: Mapping[str, Load] = NO_LOADS, now: float | None = None
    ) -> None:
        new = {id: weight for id, weight in sorted(weights.items()) if weight > 0}
        if new != self._weights:
            self._weights = new
            self._found = {}

    def pick(self, usable: Usable | None = None, now: float = 0.0, key: bytes = b"") -> str | None:
        weights = self._weights
        if not weights:
            return None
        if not key:  # a request without what is hashed goes anywhere
            key = b"%.17f" % self._random()
            return self._highest(weights if usable is None else [id for id in weights if usable(id)], key)
        found = self._found.get(key)
        if found is None:
            found = self._highest(weights, key)
            if found is None:
                return None
            if len(self._found) >= _REMEMBERED:
                self._found = {}
            self._found[key] = found
        if usable is None or usable(found):
            return found
        return self._highest([id for id in weights if usable(id)], key)

    def _highest(self, ids: Iterable[str], key: bytes) -> str | None:
        weights = self._weights
        return max(ids, key=lambda id: weights[id] / -log(_lot(key, id)), default=None)

    def observe(self, id: str, seconds: float, now: float) -> None:
        """The key alone decides."""


def _lot(key: bytes, id: str) -> float:
    """A number between 0 and 1, both excluded, that only these two determine."""
    drawn = int.from_bytes(blake2b(key + b"\0" + id.encode(), digest_size=8).digest(), "big")
    return ((drawn >> 12) + 0.5) / _STEPS
