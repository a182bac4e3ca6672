"""The keeper of records that the processes of a host share; see ``policy/records.py``.

The supervisor binds every generation too: what that asks for it makes (``MadeKeeper``) and hands on, and a worker opens
what it was handed (``HandedKeeper``) when it binds the same. The supervisor looks into named tables alone: of the others'
keys it knows nothing.
"""

import os
import weakref
from collections.abc import Iterator, Sequence
from typing import Any, Final

from gatewayctl.core.frozen import frozen
from gatewayctl.policy.records import Change, Place, Records
from gatewayctl.state.records import LocalRecords
from gatewayctl.state.shared.layout import Layout, make_memory
from gatewayctl.state.shared.moving import Moving
from gatewayctl.state.shared.owners import Owners
from gatewayctl.state.shared.table import SharedRecords

UNBOUNDED: Final = 100_000
"""For how many keys a table has room that must not push any out: far more than are ever held or named at once."""


class SharedKeeper:
    """See ``Keeper``."""

    shared: Final = True

    def __init__(self, owners: Owners) -> None:
        self.owners = owners

    def layout(self, width: int, most: int, *, owned: bool, named: bool, whole: bool) -> Layout:
        """That of a table that is asked for so."""
        return Layout(width, UNBOUNDED if owned or named else most, self.owners.count, owned, named, whole)

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


def id_of(name: str, layout: Layout) -> str:
    """Tables of one name and different form are different ones: a generation that fails must not take its table from the
    one that goes on."""
    return f"{name} ({layout.width} numbers, {layout.most} keys)"


@frozen
class Handed:
    """What a worker is told of a table; its memory comes with it as a descriptor. ``serial`` is a memory's own number."""

    serial: int
    id: str


@frozen
class Made:
    """A table that the supervisor has made: its memory's descriptor, and what it may look into itself."""

    handed: Handed
    name: str
    layout: Layout
    memory: int
    opened: SharedRecords | None


class MadeKeeper(SharedKeeper):
    """See ``Keeper``: the supervisor's."""

    def __init__(self, owners: Owners) -> None:
        super().__init__(owners)
        self._made: dict[str, Made] = {}
        self._moving: list[tuple[str, str, Moving]] = []
        """What counts on with other bounds: the ids of the old table and the new one."""
        self._serial = 0

    @property
    def memories(self) -> list[tuple[Handed, int]]:
        """What there is to be handed on, with its descriptors."""
        return [(made.handed, made.memory) for made in self._made.values()]

    def records(
        self, name: str, width: int, most: int, *, owned: bool = False, named: bool = False, whole: bool = False
    ) -> Records:
        """See ``Keeper``. Those that are not named are never looked into here."""
        layout = self.layout(width, most, owned=owned, named=named, whole=whole)
        id = id_of(name, layout)
        made = self._made.get(id)
        if made is None:
            made = self._made[id] = self._make(id, name, layout)
        return LocalRecords(width, most, id=id) if made.opened is None else made.opened

    def _make(self, id: str, name: str, layout: Layout) -> Made:
        memory = make_memory(layout)
        self._serial += 1
        for old, before in self._made.items():
            if before.name == name and before.layout.width == layout.width:  # it counts on, with other bounds
                tables = self._unsearched(before.memory, before.layout), self._unsearched(memory, layout)
                self._moving.append((old, id, Moving(*tables)))
        opened = SharedRecords(memory, layout, self.owners, id=id, serial=self._serial) if layout.named else None
        return Made(Handed(self._serial, id), name, layout, memory, opened)

    def moving(self) -> Iterator[None]:
        """Brings tables that count on with other bounds up to what they were made from, a small piece at a time: a million
        keys take seconds. To be used up when the processes have opened them, shortly before they begin to use them: what
        is counted in the old ones after that is lost."""
        for _, _, moving in self._moving:
            yield from moving.pieces()

    def _unsearched(self, memory: int, layout: Layout) -> SharedRecords:
        return SharedRecords(memory, layout, self.owners, finds=False)

    def retire_others(self, keep: set[str]) -> None:
        """See ``Keeper``."""
        for id in [id for id, made in self._made.items() if id not in keep and not made.layout.named]:
            self._forget(id)

    def close(self) -> None:
        """Nothing is shared any more."""
        for id in list(self._made):
            self._forget(id)

    def _forget(self, id: str) -> None:
        made = self._made.pop(id)
        for moving in [moving for moving in self._moving if id in moving[:2]]:
            self._moving.remove(moving)
            moving[2].close()
        if made.opened is not None:
            made.opened.close()
        os.close(made.memory)


class HandedKeeper(SharedKeeper):
    """See ``Keeper``: a worker's."""

    def __init__(self, owners: Owners) -> None:
        super().__init__(owners)
        self._handed: dict[str, tuple[int, int]] = {}
        self._opened: dict[str, SharedRecords] = {}

    def hand(self, handed: Handed, descriptor: int) -> None:
        """Takes the descriptor over, for when the table is asked for."""
        before = self._handed.pop(handed.id, None)
        if before is not None:
            os.close(before[1])
        known = self._opened.get(handed.id)
        if known is not None and known.serial == handed.serial:
            os.close(descriptor)  # it is open already
        else:
            self._handed[handed.id] = handed.serial, descriptor

    def records(
        self, name: str, width: int, most: int, *, owned: bool = False, named: bool = False, whole: bool = False
    ) -> Records:
        """See ``Keeper``. Raises KeyError for one that was not handed: the supervisor binds the same."""
        layout = self.layout(width, most, owned=owned, named=named, whole=whole)
        id = id_of(name, layout)
        if id in self._handed:
            serial, descriptor = self._handed.pop(id)
            table = SharedRecords(descriptor, layout, self.owners, id=id, serial=serial)
            weakref.finalize(table, os.close, descriptor)
            self._opened[id] = table
        return self._opened[id]

    def retire_others(self, keep: set[str]) -> None:
        """See ``Keeper``. A memory goes with the last that uses it."""
        for id in [id for id, table in self._opened.items() if id not in keep and not table.layout.named]:
            del self._opened[id]
