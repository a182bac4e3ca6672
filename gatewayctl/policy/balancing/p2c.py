"""The power of two choices: of two instances drawn by weight, the less busy one. Never the busiest, whatever their number."""

from gatewayctl.policy.balancing.base import Usable
from gatewayctl.policy.balancing.fleet import OfFleet


class PowerOfTwoChoices(OfFleet):
    """See ``Balancer``."""

    __slots__ = ()

    def pick(self, usable: Usable | None = None, now: float = 0.0, key: bytes = b"") -> str | None:
        lots = self._fleet.lots(usable, now)
        seats, random = lots.seats, self._random
        if len(seats) < 2:
            return seats[0].id if seats else None
        place = lots.draw(random)
        one, other = seats[place], seats[lots.draw_another(place, random)]
        if other.load.in_flight / other.weight_at(now) < one.load.in_flight / one.weight_at(now):
            return other.id
        return one.id
