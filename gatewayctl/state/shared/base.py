"""What a store of small states promises, whatever it is made of.

``update`` is one step: nobody else sees or changes the record in between, whether on this event loop or in another
process. A record is lost only when its key has not been used for longest and room is needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")
Record = tuple[Any, ...]
"""Floats and whole numbers, as ``Layout.fields`` says."""
Decide = Callable[[Record | None, float], tuple[Record, T]]
"""From the record (None: the key is new) and the time to the record as it is from now on, and the decision. Pure, fast."""

KEYS: Final = 100_000
"""Keys that are remembered by default."""


@dataclass(frozen=True, slots=True)
class Layout:
    """``fields`` is one letter a field: ``d`` a float, ``q`` a whole number of 64 bits. ``keys`` may be remembered.

    ``keeps`` says of a record that it must not be given up for another key's sake, such as a permit that is held.
    """

    fields: str
    keys: int = KEYS
    keeps: Callable[[Record], bool] | None = None


class Store(Protocol):
    """Records by key."""

    def update(self, key: bytes, decide: Decide[T], now: float) -> T:
        """The decision; the record that came with it is kept. ``now`` in seconds of a clock that all processes share.

        What ``decide`` raises comes through and changes nothing.
        """
