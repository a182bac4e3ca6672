"""Peak EWMA: of two instances drawn by weight, the one whose requests would wait the shorter time.

What a request costs at an instance is a moving average of the time to the response head: it jumps up to a worse value
at once and comes down over ten seconds, also while nothing is sent there, so that an instance that was slow is tried
again. The cost is multiplied by one more than what is in flight for its weight. One that is new costs what the others do
on average.
"""

from math import exp
from typing import Final

from gatewayctl.policy.balancing.base import Usable
from gatewayctl.policy.balancing.fleet import OfFleet, Seat

DECAY: Final = 10.0
"""Seconds in which what is remembered weighs a third (1/e) of what it did."""


class PeakEwma(OfFleet):
    """See ``Balancer``."""

    __slots__ = ()

    def pick(self, usable: Usable | None = None, now: float = 0.0, key: bytes = b"") -> str | None:
        lots = self._fleet.lots(usable, now)
        seats, random = lots.seats, self._random
        if len(seats) < 2:
            return seats[0].id if seats else None
        place = lots.draw(random)
        one, other = seats[place], seats[lots.draw_another(place, random)]
        if one.cost < 0.0 or other.cost < 0.0:
            self._value_the_unknown(now)
        return other.id if self._wait(other, now) < self._wait(one, now) else one.id

    def observe(self, id: str, seconds: float, now: float) -> None:
        """A response began after so many seconds; a failed attempt is told as slow, for failing fast is no merit."""
        seat = self._fleet.get(id)
        if seat is None:
            return
        if seconds >= seat.cost:
            seat.cost = seconds
        else:
            kept = exp((seat.stamp - now) / DECAY) if now > seat.stamp else 1.0
            seat.cost = seat.cost * kept + seconds * (1.0 - kept)
        seat.stamp = now

    def _wait(self, seat: Seat, now: float) -> float:
        ahead = 1.0 + seat.load.in_flight / seat.weight_at(now)
        if seat.cost < 0.0:  # nobody has answered yet: all cost the same
            return ahead
        kept = exp((seat.stamp - now) / DECAY) if now > seat.stamp else 1.0
        return seat.cost * kept * ahead

    def _value_the_unknown(self, now: float) -> None:
        seats = self._fleet.lots(None, now).seats
        known = [seat.cost for seat in seats if seat.cost >= 0.0]
        if known:
            mean = sum(known) / len(known)
            for seat in seats:
                if seat.cost < 0.0:
                    seat.cost, seat.stamp = mean, now
