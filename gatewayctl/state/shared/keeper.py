"""The keeper of records that the processes of a host share; see ``policy/records.py``.

The supervisor binds every generation too: what that asks for it makes (``MadeKeeper``) and hands on, and a worker opens
what it was handed (``HandedKeeper``) when it binds the same. The supervisor looks into named tables alone: of the others'
keys it knows nothing.
"""

import os
import weakref
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Final

from gatewayctl.policy.records import Change, Place, Records
from gatewayctl.state.records import LocalRecords
from gatewayctl.state.shared.owners import Owners
from gatewayctl.state.shared.table import Layout, SharedRecords, make_memory

UNBOUNDED: Final = 100_000
"""For how many keys a table has room that must not push any out: far more than are ever held or named at once."""


class SharedKeeper:
    """See ``Keeper``."""

    shared: Final = True

    def __init__(self, owners: Owners) -> None:
        self.owners = owners

    def layout(self, width: int, most: int, *, owned: bool, named: bool) -> Layout:
        """That of a table that is asked for so."""
        return Layout(width, UNBOUNDED if owned or named else most, self.owners.count, owned, named)

    def change(self, places: Sequence[Place], by: Change) -> None:
        """See ``Keeper``."""
        if len(places) > 1:
            self._change_together(places, by)
            return
        (place,) = places
        records: Any = place[0]
        records.change(place[1], by)

    def _change_together(self, places: Sequence[Place], by: Change) -> None:
        """All their locks are taken, by all in the same order: none waits for another in a circle."""
        keyed: list[tuple[SharedRecords, int]] = []
        for place in places:
            table: Any = place[0]
            keyed.append((table, table.hashed(place[1])))
        wanted = {(table.serial, table.stripe(hashed)): table for table, hashed in keyed}
        held: list[tuple[SharedRecords, int]] = []
        try:
            for serial, stripe in sorted(wanted):
                table = wanted[serial, stripe]
                table.lock(stripe)
                held.append((table, stripe))
            found = [table.find_at(hashed) for table, hashed in keyed]
            after = by([table.load_at(at) for (table, _), at in zip(keyed, found, strict=True)])
            if after is not None:
                for (table, hashed), at, record in zip(keyed, found, after, strict=True):
                    table.save_at(hashed, at, record)
        finally:
            for table, stripe in reversed(held):
                table.unlock(stripe)


@dataclass(frozen=True, slots=True)
class Handed:
    """What a worker is told of a table; its memory comes with it as a descriptor. ``serial`` is a memory's own number."""

    serial: int
    name: str


class MadeKeeper(SharedKeeper):
    """See ``Keeper``: the supervisor's."""

    def __init__(self, owners: Owners) -> None:
        super().__init__(owners)
        self.memories: dict[str, tuple[Handed, int]] = {}
        """What there is to be handed on, by name, with its descriptor."""
        self._layouts: dict[str, Layout] = {}
        self._opened: dict[str, SharedRecords] = {}
        self._serial = 0

    def records(self, name: str, width: int, most: int, *, owned: bool = False, named: bool = False) -> Records:
        """See ``Keeper``. Those that are not named are never looked into here."""
        layout = self.layout(width, most, owned=owned, named=named)
        if self._layouts.get(name) != layout:
            self._make(name, layout)
        return self._opened[name] if named else LocalRecords(width, most)

    def _make(self, name: str, layout: Layout) -> None:
        before = self._layouts.get(name)
        memory = make_memory(layout)
        self._serial += 1
        if before is not None and replace(before, most=layout.most) == layout:  # it counts on, with other bounds
            with (
                closing(SharedRecords(self.memories[name][1], before, self.owners, finds=False)) as old,
                closing(SharedRecords(memory, layout, self.owners, finds=False)) as new,
            ):
                old.copy_to(new)
        self._forget(name)
        self.memories[name] = Handed(self._serial, name), memory
        self._layouts[name] = layout
        if layout.named:
            self._opened[name] = SharedRecords(memory, layout, self.owners, serial=self._serial)

    def retire_others(self, keep: set[str]) -> None:
        """See ``Keeper``."""
        for name in [name for name, layout in self._layouts.items() if name not in keep and not layout.named]:
            self._forget(name)

    def close(self) -> None:
        """Nothing is shared any more."""
        for name in list(self._layouts):
            self._forget(name)

    def _forget(self, name: str) -> None:
        if name in self.memories:
            opened = self._opened.pop(name, None)
            if opened is not None:
                opened.close()
            os.close(self.memories.pop(name)[1])
            del self._layouts[name]


class HandedKeeper(SharedKeeper):
    """See ``Keeper``: a worker's."""

    def __init__(self, owners: Owners) -> None:
        super().__init__(owners)
        self._handed: dict[str, tuple[int, int]] = {}
        self._opened: dict[str, SharedRecords] = {}

    def hand(self, handed: Handed, descriptor: int) -> None:
        """Takes the descriptor over, for when the table is asked for."""
        before = self._handed.pop(handed.name, None)
        if before is not None:
            os.close(before[1])
        known = self._opened.get(handed.name)
        if known is not None and known.serial == handed.serial:
            os.close(descriptor)  # it is open already
        else:
            self._handed[handed.name] = handed.serial, descriptor

    def records(self, name: str, width: int, most: int, *, owned: bool = False, named: bool = False) -> Records:
        """See ``Keeper``. Raises KeyError for one that was not handed: the supervisor binds the same."""
        if name in self._handed:
            serial, descriptor = self._handed.pop(name)
            layout = self.layout(width, most, owned=owned, named=named)
            table = SharedRecords(descriptor, layout, self.owners, serial=serial)
            weakref.finalize(table, os.close, descriptor)
            self._opened[name] = table
        return self._opened[name]

    def retire_others(self, keep: set[str]) -> None:
        """See ``Keeper``. A memory goes with the last that uses it."""
        for name in [name for name, table in self._opened.items() if name not in keep and not table.layout.named]:
            del self._opened[name]
