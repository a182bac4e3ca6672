"""The stores of a gateway by identity: of one process, or one memory for all workers of a host.

A generation obtains what it needs while it is bound and ``retire_others`` lets go of the rest, as in ``registry``: what was
counted lives on over reloads. With several workers the supervisor, which binds every generation too, makes the memories
(``MadeStores``) and hands them on, and a worker opens what it was handed (``HandedStores``) when it binds the same.
"""

import os
import weakref
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from gatewayctl.state.shared.base import Layout, Store
from gatewayctl.state.shared.local import LocalStore
from gatewayctl.state.shared.owners import Owners
from gatewayctl.state.shared.table import SharedStore, make_memory


class Stores(Protocol):
    """``owners`` are the processes that share them; one, where there is but one."""

    @property
    def owners(self) -> Owners: ...

    def obtain(self, key: Hashable, layout: Layout) -> Store:
        """The store of that key, made on first need, and anew where its fields or its size have changed."""

    def retire_others(self, keep: set[Hashable]) -> None:
        """Lets go of those whose key is not in ``keep``; a request that still has one may go on using it."""


class LocalStores:
    """See ``Stores``: those of one process."""

    def __init__(self) -> None:
        self._owners: Owners | None = None
        self._stores: dict[Hashable, tuple[Layout, LocalStore]] = {}

    @property
    def owners(self) -> Owners:
        """This process alone."""
        if self._owners is None:
            self._owners = Owners.made(1)
        return self._owners

    def obtain(self, key: Hashable, layout: Layout) -> Store:
        """See ``Stores``."""
        known = self._stores.get(key)
        if known is None or not same(known[0], layout):
            known = self._stores[key] = layout, LocalStore(layout)
        return known[1]

    def retire_others(self, keep: set[Hashable]) -> None:
        """See ``Stores``."""
        for key in self._stores.keys() - keep:
            del self._stores[key]


@dataclass(frozen=True, slots=True)
class Handed:
    """What a worker is told of a store; its memory comes with it as a descriptor. ``serial`` is a memory's own number."""

    serial: int
    key: Hashable


class MadeStores:
    """See ``Stores``: those of the supervisor, which hands them on and makes no decision itself."""

    def __init__(self, owners: Owners) -> None:
        self.owners = owners
        self.memories: dict[Hashable, tuple[Handed, int]] = {}
        """What there is to be handed on, by key, with its descriptor."""
        self._layouts: dict[Hashable, Layout] = {}
        self._serial = 0

    def obtain(self, key: Hashable, layout: Layout) -> Store:
        """See ``Stores``. What it gives is never used here."""
        known = self._layouts.get(key)
        if known is None or not same(known, layout):
            self._forget(key)
            self._serial += 1
            self.memories[key] = Handed(self._serial, key), make_memory(layout)
            self._layouts[key] = layout
        return LocalStore(layout)

    def retire_others(self, keep: set[Hashable]) -> None:
        """See ``Stores``."""
        for key in self.memories.keys() - keep:
            self._forget(key)

    def _forget(self, key: Hashable) -> None:
        if key in self.memories:
            os.close(self.memories.pop(key)[1])
            del self._layouts[key]


class HandedStores:
    """See ``Stores``: those of a worker."""

    def __init__(self, owners: Owners) -> None:
        self.owners = owners
        self._handed: dict[Hashable, tuple[int, int]] = {}
        self._stores: dict[Hashable, tuple[int, SharedStore]] = {}

    def hand(self, handed: Handed, descriptor: int) -> None:
        """Takes the descriptor over, for when the key is obtained."""
        before = self._handed.pop(handed.key, None)
        if before is not None:
            os.close(before[1])
        known = self._stores.get(handed.key)
        if known is not None and known[0] == handed.serial:
            os.close(descriptor)  # it is open already
        else:
            self._handed[handed.key] = handed.serial, descriptor

    def obtain(self, key: Hashable, layout: Layout) -> Store:
        """See ``Stores``. Raises KeyError for a key that was not handed: the supervisor binds the same."""
        if key in self._handed:
            serial, descriptor = self._handed.pop(key)
            store = SharedStore(descriptor, layout)
            weakref.finalize(store, os.close, descriptor)
            self._stores[key] = serial, store
        return self._stores[key][1]

    def retire_others(self, keep: set[Hashable]) -> None:
        """See ``Stores``. A memory goes with the last that uses it."""
        for key in self._stores.keys() - keep:
            del self._stores[key]


def same(one: Layout, other: Layout) -> bool:
    """Whether what was written with one can be read with the other."""
    return (one.fields, one.keys) == (other.fields, other.keys)
