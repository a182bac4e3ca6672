"""A store of one process: a dictionary in the order of use."""

from collections import OrderedDict

from gatewayctl.state.shared.base import Decide, Layout, Record, T


class LocalStore:
    """See ``Store``."""

    __slots__ = ("_keeps", "_most", "_records")

    def __init__(self, layout: Layout) -> None:
        self._most = layout.keys
        self._keeps = layout.keeps
        self._records: OrderedDict[bytes, Record] = OrderedDict()

    def update(self, key: bytes, decide: Decide[T], now: float) -> T:
        """See ``Store``."""
        records = self._records
        before = records.get(key)
        record, decision = decide(before, now)
        records[key] = record
        if before is not None:
            records.move_to_end(key)
        elif len(records) > self._most:
            self._make_room()
        return decision

    def _make_room(self) -> None:
        """The least recent key goes, of those that may."""
        keeps = self._keeps
        for key, record in self._records.items():
            if keeps is None or not keeps(record):
                del self._records[key]
                return

    def __len__(self) -> int:
        return len(self._records)
