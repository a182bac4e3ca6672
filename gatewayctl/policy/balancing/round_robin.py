"""Smooth weighted round robin: exact over a cycle, and heavy instances are spread out instead of taking turns in a row.

Each pick adds every instance's weight to its credit, takes the one with the most, and charges it the sum of weights.
The cycle that this gives is computed once; a pick is then the next element. Where an instance is passed over, the pick
goes on round the cycle, so that what it would have got is spread over the others by weight.
"""

from collections.abc import Mapping
from functools import reduce
from math import gcd
from typing import Final

from gatewayctl.policy.balancing.base import NO_LOADS, Load, Random, Usable

_LONGEST_CYCLE: Final = 10_000


class RoundRobin:
    """See ``Balancer``."""

    __slots__ = ("_at", "_cycle", "_weights")

    def __init__(self, random: Random | None = None) -> None:
        self._weights: dict[str, int] = {}
        self._cycle: tuple[str, ...] = ()
        self._at = 0

    def replace(
        self, weights: Mapping[str, int], loads: Mapping[str, Load] = NO_LOADS, now: float | None = None
    ) -> None:
        new = {key: weight for key, weight in sorted(weights.items()) if weight > 0}
        if new == self._weights:
            return
        old, at = self._cycle, self._at
        self._weights = new
        self._cycle = cycle = smooth_cycle(new)
        self._at = 0
        following = next((key for key in (*old[at:], *old[:at]) if key in new), None)
        if following is not None:  # as far round the cycle as before, and on to whoever would have had the next turn
            place = at * len(cycle) // len(old)
            self._at = (place + (*cycle[place:], *cycle[:place]).index(following)) % len(cycle)

    def pick(self, usable: Usable | None = None, now: float = 0.0, key: bytes = b"") -> str | None:
        cycle, at = self._cycle, self._at
        if usable is None and cycle:
            self._at = at + 1 if at + 1 < len(cycle) else 0
            return cycle[at]
        for _ in cycle:
            chosen = cycle[at]
            at += 1
            if at == len(cycle):
                at = 0
            if usable is None or usable(chosen):
                self._at = at
                return chosen
        return None

    def observe(self, id: str, seconds: float, now: float) -> None:
        """Whoever has the turn has it."""


def smooth_cycle(weights: Mapping[str, int]) -> tuple[str, ...]:
    """One cycle of smooth weighted round robin over positive weights; its length is the sum of the reduced weights.

    Very uneven weights are scaled down to at most 10 000 turns a cycle, each instance keeping one at least.
    """
    if not weights:
        return ()
    divisor = reduce(gcd, weights.values())
    reduced = {key: weight // divisor for key, weight in weights.items()}
    total = sum(reduced.values())
    if total > _LONGEST_CYCLE:
        reduced = {key: max(1, round(weight * _LONGEST_CYCLE / total)) for key, weight in reduced.items()}
        total = sum(reduced.values())
    if len(set(reduced.values())) == 1:
        return tuple(reduced)
    credit = dict.fromkeys(reduced, 0)
    cycle = []
    for _ in range(total):
        for key, weight in reduced.items():
            credit[key] += weight
        chosen = max(credit, key=credit.__getitem__)
        credit[chosen] -= total
        cycle.append(chosen)
    return tuple(cycle)
