"""The power of two choices: of two instances drawn by weight, the less busy one. Never the busiest, whatever their number."""

from collections.abc import Mapping

from gatewayctl.policy.balancing.base import NO_LOADS, Load, Random, Usable
from gatewayctl.policy.balancing.fleet import Fleet


class PowerOfTwoChoices:
    """See ``Balancer``."""

    __slots__ = ("_fleet", "_random")

    def __init__(self, random: Random) -> None:
        self._fleet = Fleet()
        self._random = random

    def replace(
        self, weights: Mapping[str, int], loads: Mapping[str, Load] = NO_LOADS, now: float | None = None
    ) -> None:
        self._fleet.replace(weights, loads, now)

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

    def observe(self, id: str, seconds: float, now: float) -> None:
        """Counts requests, not seconds."""
