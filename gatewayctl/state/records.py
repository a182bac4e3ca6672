"""Records of this process alone: what ``policy/records.py`` asks for, where nobody else shares them."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from gatewayctl.policy.records import Change, Place, Record, Taker


class LocalRecords:
    """See ``Records``. Owned records are never pushed out: what holds them bounds their number."""

    __slots__ = ("_kept", "_most", "_unseen", "id", "named", "width")

    words: Final = (0,)

    def __init__(self, width: int, most: int, *, id: str = "", owned: bool = False, named: bool = False) -> None:
        self.width = width
        self.id = id
        self.named = named
        self._most: float = float("inf") if owned or named else most
        self._unseen: Record = (0,) * width
        self._kept: OrderedDict[bytes, Record] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def bound(self, most: int) -> None:
        """At most so many from now on."""
        if self._most != float("inf"):
            self._most = most
            while len(self._kept) > most:
                self._kept.popitem(last=False)

    def read(self, key: bytes) -> Record:
        return self._kept.get(key, self._unseen)

    def take(self, key: bytes, algorithm: Taker, cost: int, now: int) -> tuple[Record, bool]:
        kept = self._kept
        record = kept.get(key, self._unseen)
        after = algorithm.take(record, cost, now)
        if after is None:
            return record, False
        kept[key] = after
        kept.move_to_end(key)
        if len(kept) > self._most:
            kept.popitem(last=False)
        return after, True

    def word(self, key: bytes) -> int:
        return 0

    def write(self, key: bytes, record: Record) -> None:
        kept = self._kept
        if not record[-1] and not any(record):
            kept.pop(key, None)
            return
        kept[key] = record
        kept.move_to_end(key)
        if len(kept) > self._most:
            kept.popitem(last=False)


class LocalKeeper:
    """See ``Keeper``."""

    __slots__ = ("_tables",)

    shared: Final = False

    def __init__(self) -> None:
        self._tables: dict[str, LocalRecords] = {}

    def records(self, name: str, width: int, most: int, *, owned: bool = False, named: bool = False) -> LocalRecords:
        table = self._tables.get(name)
        if table is None or table.width != width:
            table = self._tables[name] = LocalRecords(width, most, id=name, owned=owned, named=named)
        else:
            table.bound(most)
        return table

    def change(self, places: Sequence[Place], by: Change) -> None:
        after = by([table.read(key) for table, key in places])
        if after is not None:
            for (table, key), record in zip(places, after, strict=True):
                table.write(key, record)

    def retire_others(self, keep: set[str]) -> None:
        """See ``Keeper``."""
        for name in [name for name, table in self._tables.items() if name not in keep and not table.named]:
            del self._tables[name]
