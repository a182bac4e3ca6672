"""The smallest limit that would have refused at most so much of a demand, found by trying limits with the real engine."""

from heapq import heappop, heappush
from typing import Final, NamedTuple

from gatewayctl.plan.policies import LimitPlan
from gatewayctl.policy.limits import ALGORITHMS
from gatewayctl.policy.limits.base import SECOND, Algorithm
from gatewayctl.policy.records import Record
from gatewayctl.replay.demand import Demand

SHARES: Final = (0.0, 0.001, 0.01)
"""What may be refused: nothing, 0.1 % and 1 %."""

_UNKNOWN: Final = 1 << 62


class Suggestion(NamedTuple):
    """``limit`` refuses ``refused`` requests, which is at most ``share`` of all; None: no limit does, with this burst."""

    share: float
    limit: int | None
    refused: int


def suggestions(plan: LimitPlan, demand: Demand) -> list[Suggestion]:
    """One for each of ``SHARES``. The limit is looked at by itself: what others refuse is not taken off the demand."""
    trial = _Trial(plan, demand)
    found: list[Suggestion] = []
    low = plan.cost
    for share in sorted(SHARES, reverse=True):
        made = trial.smallest(share, low)
        found.append(made)
        if made.limit is None:
            continue
        low = made.limit  # what refuses less is not smaller
    return sorted(found)


class _Trial:
    def __init__(self, plan: LimitPlan, demand: Demand) -> None:
        self._plan, self._demand = plan, demand
        self._window = int(plan.window * SECOND)
        self._own_burst = plan.algorithm == "token_bucket" and plan.burst != plan.limit
        self._most = max(demand.totals, default=0) * plan.cost
        self._known: dict[int, int] = {}
        """What limits refuse that were tried to the end."""
        never = plan.burst if self._own_burst else 0
        self._clean = [0 if total * plan.cost <= never else total * plan.cost for total in demand.totals]
        """From which limit on a key is never refused, as far as is known: for it, a larger limit needs no trial."""
        if self._own_burst:
            self._clean = [clean and _UNKNOWN for clean in self._clean]

    def smallest(self, share: float, low: int) -> Suggestion:
        """The smallest limit from ``low`` on, by doubling and halving."""
        budget = int(self._demand.events * share)
        highest = max(self._window, self._most, low) if self._own_burst else max(self._most, low)
        step, below, high = 1, low - 1, low
        while not self._fits(high, budget):
            if high >= highest:
                return Suggestion(share, None, 0)
            below, high = high, min(high + step, highest)
            step *= 2
        while high - below > 1:
            middle = (below + high) // 2
            if self._fits(middle, budget):
                high = middle
            else:
                below = middle
        return Suggestion(share, high, self._known[high])

    def _fits(self, limit: int, budget: int) -> bool:
        if limit not in self._known:
            refused = self._refused(limit, budget)
            if refused > budget:
                return False
            self._known[limit] = refused
        return self._known[limit] <= budget

    def _refused(self, limit: int, budget: int) -> int:
        """How many requests this limit refuses; it stops counting beyond ``budget``."""
        burst = self._plan.burst if self._own_burst else limit
        algorithm = ALGORITHMS[self._plan.algorithm](limit, self._window, burst)
        never = [clean <= limit for clean in self._clean]
        if all(never):
            return 0
        by = [0] * len(never)
        """Refused requests of each key."""
        refused = (self._count_held if algorithm.holds else self._count)(algorithm, never, by, budget)
        if refused <= budget:
            self._clean = [min(clean, limit) if not one else clean for clean, one in zip(self._clean, by, strict=True)]
        return refused

    def _count(self, algorithm: Algorithm, never: list[bool], by: list[int], budget: int) -> int:
        take, cost = algorithm.take, self._plan.cost
        unseen: Record = (0,) * algorithm.width
        records: list[Record] = [unseen] * len(never)
        refused = 0
        for chunk in self._demand.chunks():
            for now, key in zip(chunk[::3], chunk[1::3], strict=True):
                if never[key]:
                    continue
                after = take(records[key], cost, now)
                if after is not None:
                    records[key] = after
                    continue
                refused += 1
                by[key] += 1
                if refused > budget:
                    return refused
        return refused

    def _count_held(self, algorithm: Algorithm, never: list[bool], by: list[int], budget: int) -> int:
        cost = self._plan.cost
        records: list[Record] = [(0,) * algorithm.width] * len(never)
        ends: list[tuple[int, int]] = []
        refused = 0
        for chunk in self._demand.chunks():
            for now, key, held in zip(chunk[::3], chunk[1::3], chunk[2::3], strict=True):
                if never[key]:
                    continue
                while ends and ends[0][0] <= now:
                    _, ended = heappop(ends)
                    records[ended] = algorithm.give_back(records[ended], cost, now, now)
                after = algorithm.take(records[key], cost, now)
                if after is not None:
                    records[key] = after
                    heappush(ends, (now + held, key))
                    continue
                refused += 1
                by[key] += 1
                if refused > budget:
                    return refused
        return refused
