"""Least connections: the instance with the fewest requests in flight for its weight; those that are level take turns.

The turns are smooth weighted round robin, so that an idle fleet shares by weight as well. It looks at every instance;
for hundreds of them ``p2c`` does nearly as well and looks at two.
"""

import sys

from gatewayctl.policy.balancing.base import Random, Usable
from gatewayctl.policy.balancing.fleet import Lots, OfFleet, Seat


class LeastConnections(OfFleet):
    """See ``Balancer``."""

    __slots__ = ("_at",)

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self._at = 0

    def pick(self, usable: Usable | None = None, now: float = 0.0, key: bytes = b"") -> str | None:
        fleet = self._fleet
        lots = fleet.settled if usable is None and now >= fleet.warm_at else fleet.lots(usable, now)
        seats = lots.seats
        if not seats:
            return None
        if lots.sums is not None:
            return self._by_weight(lots, now)
        at = self._at + 1  # of those that are level, the first after the last one chosen
        chosen, least = seats[0], sys.maxsize
        for seat in seats[at:] + seats[:at]:
            busy = seat.load.in_flight
            if busy < least:
                chosen, least = seat, busy
                if not busy:
                    break
        self._at = seats.index(chosen)
        return chosen.id

    def _by_weight(self, lots: Lots, now: float) -> str:
        level: list[Seat] = []
        least = float("inf")
        for seat in lots.seats:
            busy = seat.load.in_flight / seat.weight_at(now)
            if busy < least:
                level, least = [seat], busy
            elif busy == least:
                level.append(seat)
        total = 0.0
        for seat in level:
            weight = seat.weight_at(now)
            seat.credit += weight
            total += weight
        chosen = max(level, key=lambda seat: seat.credit)
        chosen.credit -= total
        return chosen.id
