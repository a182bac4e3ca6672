"""Records of this process alone: what ``policy/records.py`` asks for, where nobody else shares them."""

import sys
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from gatewayctl.policy.records import Change, Place, Record, Taker

_NO_BOUND: Final = sys.maxsize


class LocalRecords:
    """See ``Records``. Owned records are never pushed out: what holds them bounds their number.

    While it is less than half full nobody's turn to go is near, and which record was used last is not kept: at least the
    half that was used last is never pushed out.
    """

    __slots__ = ("_get", "_half", "_kept", "_most", "_unseen", "id", "named", "width")

    words: Final = (0,)

    def __init__(self, width: int, most: int, *, id: str = "", owned: bool = False, named: bool = False) -> None:
        self.width = width
        self.id = id
        self.named = named
        self._most = _NO_BOUND if owned or named else most
        self._half = self._most // 2
        self._unseen: Record = (0,) * width
        self._kept: OrderedDict[bytes, Record] = OrderedDict()
        self._get = self._kept.get

    def __len__(self) -> int:
        return len(self._kept)

    def bound(self, most: int) -> None:
        """At most so many, once those that are used now have had their turn: two go for each that comes."""
        if self._most != _NO_BOUND:
            self._most, self._half = most, most // 2

    def read(self, key: bytes) -> Record:
        return self._kept.get(key, self._unseen)

    def take(self, key: bytes, algorithm: Taker, cost: int, now: int) -> tuple[Record, bool]:
        get, kept = self._get, self._kept
        record = get(key, self._unseen)
        after = algorithm.take(record, cost, now)
        if after is None:
            return record, False
        kept[key] = after
        if len(kept) > self._half:
            self._age(key)
        return after, True

    def word(self, key: bytes) -> int:
        return 0

    def write(self, key: bytes, record: Record) -> None:
        kept = self._kept
        if not record[-1] and not any(record):
            kept.pop(key, None)
            return
        kept[key] = record
        if len(kept) > self._half:
            self._age(key)

    def _age(self, key: bytes) -> None:
        kept = self._kept
        kept.move_to_end(key)
        for _ in range(min(len(kept) - self._most, 2)):
            kept.popitem(last=False)


class LocalKeeper:
    """See ``Keeper``."""

    __slots__ = ("_tables",)

    shared: Final = False

    def __init__(self) -> None:
        self._tables: dict[str, LocalRecords] = {}

    def records(
        self, name: str, width: int, most: int, *, owned: bool = False, named: bool = False, whole: bool = False
    ) -> LocalRecords:
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
