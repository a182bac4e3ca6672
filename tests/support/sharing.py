"""Several processes of a host that share their records, played by one process."""

import os
from types import TracebackType

from gatewayctl.policy.records import Records
from gatewayctl.state.shared import Layout, Owners, SharedKeeper, SharedRecords, make_memory


class HostKeeper(SharedKeeper):
    """The keeper of one of them."""

    def __init__(self, owners: Owners, memories: dict[str, int]) -> None:
        super().__init__(owners)
        self._memories = memories
        self._tables: dict[str, SharedRecords] = {}

    def records(self, name: str, width: int, most: int, *, owned: bool = False, named: bool = False) -> Records:
        """See ``Keeper``."""
        if name not in self._tables:
            layout = Layout(width, most if most < 1000 else 1000, self.owners.count, owned, named)
            if name not in self._memories:
                self._memories[name] = make_memory(layout)
            self._tables[name] = SharedRecords(self._memories[name], layout, self.owners)
        return self._tables[name]

    def retire_others(self, keep: set[str]) -> None:
        """See ``Keeper``."""


class HostKeepers:
    """``keepers`` are those of ``count`` processes."""

    def __init__(self, count: int) -> None:
        first = Owners.made(count)
        self._memories: dict[str, int] = {}
        self._owners = [Owners(os.dup(first.descriptor), count, index) for index in range(count)]
        first.close()
        self.keepers = [HostKeeper(owners, self._memories) for owners in self._owners]

    def kill(self, index: int) -> None:
        """That process has been found gone, and another takes its place."""
        self._owners[0].gone(index)

    def __enter__(self) -> "HostKeepers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for memory in self._memories.values():
            os.close(memory)
        for owners in self._owners:
            owners.close()
