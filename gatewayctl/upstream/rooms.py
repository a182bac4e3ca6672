"""How many requests the instances of a service have, of all processes of a host: an instance that is full is full for all.

A process that carries all traffic itself needs none of this: it sees the number on the instance.
"""

from collections.abc import Callable, Sequence

from gatewayctl.policy.records import Keeper, Record, Records


class Rooms:
    """``most`` requests at once for each instance of ``service``."""

    __slots__ = ("_keeper", "_most", "_prefix", "_records")

    def __init__(self, keeper: Keeper, service: str, most: int) -> None:
        self._keeper = keeper
        self._most = most
        self._prefix = service + "/"
        self._records: Records = keeper.records("in_flight", 1, 1_000_000, owned=True, named=True)

    def take(self, id: str) -> Callable[[], None] | None:
        """Room for one more request at an instance: what gives it back. None if it is full."""
        place = (self._records, (self._prefix + id).encode())
        taken = False

        def take(records: Sequence[Record]) -> Sequence[Record] | None:
            nonlocal taken
            taken = records[0][0] < self._most
            return [(records[0][0] + 1,)] if taken else None

        def give_back() -> None:
            self._keeper.change((place,), lambda records: [(max(records[0][0] - 1, 0),)])

        self._keeper.change((place,), take)
        return give_back if taken else None

    def held(self, id: str) -> int:
        """How many an instance has now."""
        return int(self._records.read((self._prefix + id).encode())[0])
