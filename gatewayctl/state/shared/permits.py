"""Permits by key, so many at once for the whole host: requests in flight, half-open trials, concurrency limits.

A record has a field for each process: its term (see ``owners``) in the upper half, how many it holds in the lower. What
a process held that was killed does not count from the moment it is found gone.
"""

from typing import Final

from gatewayctl.state.shared.base import KEYS, Layout, Record, Store
from gatewayctl.state.shared.owners import Owners

_BITS: Final = 32
_COUNT: Final = (1 << _BITS) - 1


def permits_layout(owners: Owners, keys: int = KEYS) -> Layout:
    """That of a store for permits. A key of which permits are held is not given up for another's sake."""
    terms = owners.terms
    return Layout("q" * owners.count, keys, lambda record: _held(record, terms) > 0)


class Permits:
    """``store`` is one with ``permits_layout``, of this process or shared."""

    __slots__ = ("_index", "_nobody", "_owners", "_store")

    def __init__(self, store: Store, owners: Owners) -> None:
        self._store = store
        self._owners = owners
        self._index = owners.index
        self._nobody = (0,) * owners.count

    def take(self, key: bytes, most: int, now: float) -> bool:
        """Whether one more may be held; if so this process holds it until ``give``."""

        def decide(record: Record | None, now: float) -> tuple[Record, bool]:
            known = record or self._nobody
            if _held(known, self._owners.terms) >= most:
                return known, False
            return self._changed(known, 1), True

        return self._store.update(key, decide, now)

    def give(self, key: bytes, now: float) -> None:
        """Gives back one that this process has taken."""

        def decide(record: Record | None, now: float) -> tuple[Record, None]:
            return self._changed(record or self._nobody, -1), None

        self._store.update(key, decide, now)

    def held(self, key: bytes, now: float) -> int:
        """How many are held of that key, by all."""

        def decide(record: Record | None, now: float) -> tuple[Record, int]:
            known = record or self._nobody
            return known, _held(known, self._owners.terms)

        return self._store.update(key, decide, now)

    def _changed(self, record: Record, by: int) -> Record:
        index, term = self._index, self._owners.terms[self._index]
        own = record[index] & _COUNT if record[index] >> _BITS == term else 0
        return (*record[:index], term << _BITS | max(own + by, 0), *record[index + 1 :])


def _held(record: Record, terms: "memoryview[int]") -> int:
    """How many permits the living hold."""
    return sum(own & _COUNT for own, term in zip(record, terms, strict=True) if own and own >> _BITS == term)
