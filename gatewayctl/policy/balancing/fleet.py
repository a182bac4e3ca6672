"""What the balancers that weigh instances against each other have in common: the seats, by weight, and drawing lots."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from gatewayctl.core.frozen import frozen
from gatewayctl.policy.balancing.base import NO_LOADS, Load, Random, Usable
from gatewayctl.policy.balancing.warming import LONG_SINCE, SLOW_START, share


class Idle:
    """The load of an instance of which nothing is known."""

    in_flight: Final = 0


_IDLE: Final = Idle()


class Seat:
    """An instance in a balancer. ``cost`` and ``stamp`` are ``ewma``'s, ``credit`` is of those that take turns."""

    __slots__ = ("cost", "credit", "id", "load", "since", "stamp", "weight")

    def __init__(self, id: str, since: float) -> None:
        self.id = id
        self.since = since
        self.weight = 1
        self.load: Load = _IDLE
        self.credit = 0.0
        self.cost = -1.0
        self.stamp = 0.0

    def weight_at(self, now: float) -> float:
        """Its weight, less while it is warming."""
        return self.weight * share(self.since, now)


@frozen
class Lots:
    """Seats to draw from: ``sums`` are their weights, added up; None where all are equal."""

    seats: tuple[Seat, ...]
    sums: Sequence[float] | None

    def draw(self, random: Random) -> int:
        """The place of a seat, each as likely as its weight. There must be one."""
        if self.sums is None:
            return int(random() * len(self.seats))
        return min(bisect_right(self.sums, random() * self.sums[-1]), len(self.seats) - 1)

    def draw_another(self, first: int, random: Random) -> int:
        """The place of another seat than ``first``. There must be two."""
        sums = self.sums
        if sums is None:
            place = int(random() * (len(self.seats) - 1))
            return place + 1 if place >= first else place
        before = sums[first - 1] if first else 0.0
        own = sums[first] - before
        lot = random() * (sums[-1] - own)
        place = min(bisect_right(sums, lot if lot < before else lot + own), len(self.seats) - 1)
        return place if place != first else place - 1 if place else 1


class Fleet:
    """The seats of those whose weight is above 0, in the order of their ids."""

    __slots__ = ("_by_id", "settled", "warm_at")

    def __init__(self) -> None:
        self._by_id: dict[str, Seat] = {}
        self.settled = Lots((), None)
        """All seats with their whole weights."""
        self.warm_at = LONG_SINCE
        """When the last one that joined has its whole share."""

    def replace(self, weights: Mapping[str, int], loads: Mapping[str, Load], now: float | None) -> None:
        """See ``Balancer.replace``."""
        before = self._by_id
        joined = now if before and now is not None else LONG_SINCE
        self._by_id = {}
        for id, weight in sorted(weights.items()):
            if weight > 0:
                seat = before.get(id) or Seat(id, joined)
                seat.weight = weight
                seat.load = loads.get(id, _IDLE)
                self._by_id[id] = seat
        seats = tuple(self._by_id.values())
        self.warm_at = max((seat.since + SLOW_START for seat in seats), default=LONG_SINCE)
        self.settled = _lots(seats, [seat.weight for seat in seats])

    def get(self, id: str) -> Seat | None:
        """The seat of an instance."""
        return self._by_id.get(id)

    def lots(self, usable: Usable | None, now: float) -> Lots:
        """The seats that may be drawn, with what they weigh now."""
        if usable is None and now >= self.warm_at:
            return self.settled
        seats = self.settled.seats
        if usable is not None:
            seats = tuple(seat for seat in seats if usable(seat.id))
        return _lots(seats, [seat.weight_at(now) for seat in seats])


def _lots(seats: tuple[Seat, ...], weights: Sequence[float]) -> Lots:
    return Lots(seats, None if len(set(weights)) <= 1 else list(accumulate(weights)))


class OfFleet:
    """What balancers over a fleet share of ``Balancer``; each says how it picks."""

    __slots__ = ("_fleet", "_random")

    def __init__(self, random: Random) -> None:
        self._fleet = Fleet()
        self._random = random

    def replace(
        self, weights: Mapping[str, int], loads: Mapping[str, Load] = NO_LOADS, now: float | None = None
    ) -> None:
        self._fleet.replace(weights, loads, now)

    def observe(self, id: str, seconds: float, now: float) -> None:
        """How long a request took is nothing to most of them."""
