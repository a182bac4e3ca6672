"""Takes from the limits of a route: all are checked, then all are taken; a refused request takes from none."""

from collections.abc import Awaitable, Sequence
from functools import partial
from itertools import count
from typing import Final

from gatewayctl.core.failures import Failure, failure
from gatewayctl.plan.policies import LimitFieldsPlan, LimitsPlan
from gatewayctl.policy.limits.base import SECOND
from gatewayctl.policy.limits.limit import Decision, Limit, decision_of, limit_lines, limited, refused
from gatewayctl.policy.limits.shared import Claim, SharedStore, StoreError
from gatewayctl.policy.records import Keeper, Place, Record
from gatewayctl.policy.request_keys import COLON
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.parts import Parts

_HERE: Final = "memory"
_MICROS: Final = float(SECOND)


class LimitsStep:
    """See ``AdmitStep``. It waits only where a limit is counted by a store of several hosts."""

    __slots__ = ("_by_address", "_clock", "_goes_on", "_here", "_keeper", "_lease", "_leases", "_only", "_there")

    def __init__(self, plan: LimitsPlan, parts: Parts) -> None:
        limits = [parts.counting.limits[name] for name in plan.limits]
        self._keeper: Keeper = parts.counting.keeper
        self._clock = parts.counting.clock
        self._lease = parts.counting.lease
        self._leases = count()
        self._goes_on = plan.goes_on
        self._here = tuple(limit for limit in limits if limit.plan.store == _HERE)
        """Those that are counted on this host."""
        only = limits[0] if len(limits) == len(self._here) == 1 else None
        self._only = only if only is not None and not only.algorithm.holds else None
        """The commonest case: one limit, counted here, that time gives back."""
        self._by_address = self._only is not None and self._only.plan.key == ("client_ip",)
        """And by the client's address, which is its key as it stands unless it is of IPv6."""
        stores = dict.fromkeys(limit.plan.store for limit in limits if limit.plan.store != _HERE)
        self._there: tuple[tuple[SharedStore, tuple[Limit, ...]], ...] = tuple(
            (parts.counting.stores[name], tuple(limit for limit in limits if limit.plan.store == name))
            for name in stores
        )

    def admit(self, traffic: Traffic) -> "Failure | Awaitable[Failure | None] | None":
        """429 if one of them is used up."""
        only = self._only
        if only is not None:
            now = int(traffic.sent_at * _MICROS)
            address = traffic.client_ip
            key = address if self._by_address and COLON not in address else only.key(traffic)
            record, within = only.records.take(key, only.algorithm, only.cost, now)
            if within:
                only.count.allowed += 1
                traffic.taken, traffic.record, traffic.taken_at = only, record, now
                if self._goes_on:
                    traffic.on_course().undo = partial(self._give_back, (only.records, key), only, now)
                return None
            return self._concluded(traffic, [decision_of(only, record, now, within=False)])
        if self._there:
            return self._admit_everywhere(traffic)
        now = int(traffic.sent_at * SECOND)
        decisions = self._take(self._here, traffic, now)
        if self._goes_on:
            traffic.on_course().undo = partial(self._undo, decisions, (), traffic, now)
        return self._concluded(traffic, decisions)

    def _take(self, limits: Sequence[Limit], traffic: Traffic, now: int) -> list[Decision]:
        """Takes from the limits that are counted here, if all that enforce have enough."""
        decisions: list[Decision] = []

        def change(records: Sequence[Record]) -> Sequence[Record] | None:
            after: list[Record] = []
            short = False
            for limit, record in zip(limits, records, strict=True):
                plan = limit.plan
                taken = limit.algorithm.take(record, plan.cost, now)
                within = taken is not None
                if taken is None:
                    short = short or not plan.reports
                    taken = record
                decisions.append(decision_of(limit, taken, now, within=within))
                after.append(taken)
            return None if short else after

        places = [(limit.records, limit.key(traffic)) for limit in limits]
        self._keeper.change(places, change)
        if any(map(refused, decisions)):
            return decisions
        held = [
            (place, limit)
            for place, limit, decision in zip(places, limits, decisions, strict=True)
            if limit.algorithm.holds and decision.within
        ]
        for place, limit in held:
            traffic.on_course().guard(partial(self._give_back, place, limit, now))
        return decisions

    def _give_back(self, place: Place, limit: Limit, taken: int) -> None:
        cost, now = limit.plan.cost, int(self._clock() * SECOND)
        self._keeper.change([place], lambda records: [limit.algorithm.give_back(records[0], cost, taken, now)])

    def _concluded(self, traffic: Traffic, decisions: Sequence[Decision]) -> Failure | None:
        course = traffic.on_course()
        course.decisions = [*course.decisions, *decisions] if course.decisions else decisions
        refuses = False
        for limit, within, _, _ in decisions:
            if within:
                limit.count.allowed += 1
            elif limit.plan.reports:
                limit.count.reported += 1
                course.reported = (*course.reported, limit.plan.name)
            else:
                limit.count.refused += 1
                refuses = True
        return limited(decisions) if refuses else None

    # ── with a store of several hosts ─────────────────────────────────

    async def _admit_everywhere(self, traffic: Traffic) -> Failure | None:
        """First those that are counted here, then store by store; who refuses makes the earlier ones take it back."""
        now = int(traffic.sent_at * SECOND)
        decisions = self._take(self._here, traffic, now) if self._here else []
        taken: list[tuple[SharedStore, list[Claim]]] = []
        for store, limits in self._there:
            if any(map(refused, decisions)):
                break
            claims = [Claim(limit, limit.key(traffic), self._next_lease()) for limit in limits]
            try:
                decisions += await store.decide(claims)
                taken.append((store, claims))
            except StoreError:
                denied = self._without(store, limits, traffic, decisions, now)
                if denied is not None:
                    self._take_back(decisions, taken, traffic, now)
                    return denied
            except BaseException:  # the client has left: what may have been taken for it goes back
                self._take_back(decisions, [*taken, (store, claims)], traffic, now)
                raise
        if any(map(refused, decisions)):
            self._take_back(decisions, taken, traffic, now)
        else:
            self._hold(taken, decisions, traffic)
            if self._goes_on:
                traffic.on_course().undo = partial(self._undo, decisions, taken, traffic, now)
        return self._concluded(traffic, decisions)

    def _without(
        self, store: SharedStore, limits: Sequence[Limit], traffic: Traffic, decisions: list[Decision], now: int
    ) -> Failure | None:
        """The store does not answer: what each limit says for that case."""
        for limit in limits:
            limit.count.store_errors += 1
        if any(limit.plan.on_store_error == "deny" and not limit.plan.reports for limit in limits):
            return failure("store_unavailable", "the store of this limit does not answer")
        local = [limit for limit in limits if limit.plan.on_store_error == "local"]
        if local:
            decisions += self._take(local, traffic, now)
        return None

    def _hold(
        self, taken: Sequence[tuple[SharedStore, list[Claim]]], decisions: Sequence[Decision], traffic: Traffic
    ) -> None:
        within = {decision.limit for decision in decisions if decision.within}
        for store, claims in taken:
            held = [claim for claim in claims if claim.limit.algorithm.holds and claim.limit in within]
            if held:
                traffic.on_course().guard(partial(store.give_back, held))

    def _take_back(
        self,
        decisions: Sequence[Decision],
        taken: Sequence[tuple[SharedStore, list[Claim]]],
        traffic: Traffic,
        now: int,
    ) -> None:
        """Undoes what was taken, here at ``now``, for a request that is refused after all, or whose client left. What is
        held is a guard's."""
        there = {id(claim.limit) for _, claims in taken for claim in claims}
        for decision in decisions:
            limit = decision.limit
            if decision.within and id(limit) not in there and not limit.algorithm.holds:
                self._give_back((limit.records, limit.key(traffic)), limit, now)
        for store, claims in taken:
            beyond = {decision.limit for decision in decisions if not decision.within}
            if not any(claim.limit in beyond and not claim.limit.plan.reports for claim in claims):
                store.give_back([claim for claim in claims if claim.limit not in beyond])

    def _undo(
        self,
        decisions: Sequence[Decision],
        taken: Sequence[tuple[SharedStore, list[Claim]]],
        traffic: Traffic,
        now: int,
    ) -> None:
        """The limits after authentication refuse: what was taken here goes back. What is held is a guard's."""
        passing = [(store, [claim for claim in claims if not claim.limit.algorithm.holds]) for store, claims in taken]
        self._take_back(decisions, passing, traffic, now)

    def _next_lease(self) -> bytes:
        return b"%b:%d" % (self._lease, next(self._leases))


class LimitFieldsStep:
    """See ``AddStep``. A service's own RateLimit stays beside ours: the field is a list."""

    __slots__ = ()

    def __init__(self, plan: LimitFieldsPlan) -> None:
        pass

    def lines(self, traffic: Traffic) -> bytes:
        """What is left."""
        limit, course = traffic.taken, traffic.course
        if limit is None:
            return b"" if course is None else limit_lines(course.decisions)
        if course is not None and course.decisions:
            return limit_lines([*course.decisions, decision_of(limit, traffic.record, traffic.taken_at)])
        if not limit.tells:
            return b""
        remaining, reset = limit.algorithm.left(traffic.record, traffic.taken_at)  # the commonest case
        return limit.line % remaining if reset is None else limit.line % (remaining, -(-reset // SECOND))
