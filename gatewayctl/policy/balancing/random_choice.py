"""Random, by weight: needs no memory, and many gateways together still spread their requests."""

from collections.abc import Mapping

from gatewayctl.policy.balancing.base import NO_LOADS, Load, Usable
from gatewayctl.policy.balancing.fleet import OfFleet


class RandomChoice(OfFleet):
    """See ``Balancer``."""

    __slots__ = ()

    def replace(
        self, weights: Mapping[str, int], loads: Mapping[str, Load] = NO_LOADS, now: float | None = None
    ) -> None:
        self._fleet.replace(weights, loads, None)

    def pick(self, usable: Usable | None = None, now: float = 0.0, key: bytes = b"") -> str | None:
        lots = self._fleet.lots(usable, now)
        return lots.seats[lots.draw(self._random)].id if lots.seats else None
