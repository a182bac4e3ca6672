"""Binds the policies of a plan to the states that live on: limits with their counters, breakers, detectors, budgets."""

from collections.abc import Hashable
from functools import partial
from typing import Final

from gatewayctl.plan.model import Plan, RoutePlan, ServicePlan
from gatewayctl.plan.policies import BreakerPlan, StorePlan
from gatewayctl.policy.balancing.base import Balancer
from gatewayctl.policy.balancing.sticky import StickySessions
from gatewayctl.policy.breakers.breaker import Breaker, HostBreaker, breaker_records
from gatewayctl.policy.breakers.memory import State
from gatewayctl.policy.breakers.table import Rules
from gatewayctl.policy.health.availability import Availability
from gatewayctl.policy.health.outlier import OutlierDetector, OutlierRules
from gatewayctl.policy.limits.limit import Limit, LimitCount
from gatewayctl.policy.limits.shared import SharedStore
from gatewayctl.policy.request_keys import part_of
from gatewayctl.policy.retries.budget import RetryBudget
from gatewayctl.proxy.bound import Retry
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.steps.parts import Counting
from gatewayctl.upstream.conduct import BreakerShelf, Conduct
from gatewayctl.upstream.ejections import Ejections
from gatewayctl.upstream.rooms import Rooms

_MICRO = 1_000_000
RECORDS: Final = "records"
"""Under this and its id a table of records is needed by a generation."""


class Policing:
    """For one gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def counting(self, plan: Plan, keep: set[Hashable]) -> Counting:
        """What the limits of a generation count with."""
        gateway, limits = self._gateway, {}
        for name, limit in plan.policies.limits.items():
            key = ("limit", name)
            made = Limit(limit, gateway.keeper, gateway.limits.obtain(key, partial(LimitCount, name)))
            keep |= {key, (RECORDS, made.records.id)}
            limits[name] = made
        stores = {name: self._store(store, keep) for name, store in plan.policies.stores.items()}
        return Counting(gateway.keeper, limits, stores, gateway.lease, gateway.clock)

    def _store(self, plan: StorePlan, keep: set[Hashable]) -> SharedStore:
        from gatewayctl.state.redis_store import RedisStore

        key = ("store", plan)
        keep.add(key)
        gateway = self._gateway
        return gateway.stores.obtain(key, lambda: RedisStore(plan.name, plan.url, gateway.clock, gateway.reporter))

    def retry(self, route: RoutePlan, keep: set[Hashable]) -> Retry | None:
        """The retries of a route. Routes to one service under one policy share a budget."""
        forward = route.forward
        plan = None if forward is None else forward.retry
        if forward is None or plan is None:
            return None
        key = ("budget", plan.name, forward.service, plan.budget, plan.min_budget)
        keep.add(key)
        least = -(-plan.min_budget // self._gateway.workers)  # each worker has its own budget
        budget = self._gateway.budgets.obtain(key, partial(RetryBudget, plan.budget, least, plan.name, forward.service))
        return Retry(plan, budget)

    def conduct(
        self, plan: ServicePlan, balancer: Balancer, availability: Availability, keep: set[Hashable]
    ) -> Conduct | None:
        """How attempts at a service are let through and judged; None where nobody asks for that."""
        hashes, observes = plan.load_balancer == "hash", plan.load_balancer == "ewma"
        breaker = plan.breaker
        if not (breaker or plan.outlier or plan.max_in_flight or plan.sticky or hashes or observes):
            return None
        return Conduct(
            balancer,
            breaker_of=None if breaker is None else self._shelf(plan.name, breaker, keep),
            scope="" if breaker is None else breaker.scope,
            bad=frozenset() if breaker is None else breaker.failure_statuses,
            slow=0.0 if breaker is None else breaker.slow_call,
            fallback=None if breaker is None else breaker.fallback,
            ejections=self._ejections(plan, availability, keep),
            max_in_flight=plan.max_in_flight,
            rooms=self._rooms(plan),
            hash_part=part_of(plan.hash_key) if hashes else None,
            sessions=None if plan.sticky is None else StickySessions(plan.name),
            sticky_cookie=b"" if plan.sticky is None else plan.sticky.cookie,
            observes=observes,
        )

    def _rooms(self, plan: ServicePlan) -> Rooms | None:
        keeper = self._gateway.keeper
        return Rooms(keeper, plan.name, plan.max_in_flight) if plan.max_in_flight and keeper.shared else None

    def _shelf(self, service: str, plan: BreakerPlan, keep: set[Hashable]) -> BreakerShelf:
        rules = Rules(
            failure_threshold=plan.failure_threshold,
            failure_rate=plan.failure_rate,
            min_requests=plan.min_requests,
            window=int(plan.window * _MICRO),
            recovery=int(plan.recovery_timeout * _MICRO),
            half_open_requests=plan.half_open_requests,
        )
        key = ("breaker", plan.name, service, plan.scope, rules)
        keep.add(key)
        gateway = self._gateway
        kind = HostBreaker if gateway.keeper.shared else Breaker
        breaker_records(gateway.keeper)  # it is there before the first of its breakers is needed

        def make(of: str) -> Breaker:
            return kind(plan.name, f"{service}/{plan.scope}/{of}", rules, gateway.keeper, self._say_state)

        shelf = gateway.breakers.obtain(key, lambda: BreakerShelf(plan.name, service, plan.scope, make))
        if plan.scope == "service":
            shelf("")  # it is there to be seen from the first
        return shelf

    def _say_state(self, breaker: Breaker) -> None:
        service, scope, of = breaker.of.split("/", 2)
        facts: dict[str, object] = {"breaker": breaker.name, "service": service}
        if of:
            facts[scope] = of
        if breaker.state is State.OPEN:
            facts["seconds"] = round(breaker.wait(self._gateway.clock()), 3)
        level = "warning" if breaker.state is State.OPEN else "info"
        self._gateway.reporter.event(level, f"breaker {breaker.name} of {service} is {breaker.state.word}", **facts)

    def _ejections(self, plan: ServicePlan, availability: Availability, keep: set[Hashable]) -> Ejections | None:
        outlier = plan.outlier
        if outlier is None:
            return None
        rules = OutlierRules(outlier.consecutive_failures, int(outlier.ejection_time * _MICRO), outlier.max_ejected)
        gateway, key = self._gateway, ("outlier", plan.name)
        keep.add(key)

        def say(service: str, id: str, seconds: float) -> None:
            gateway.reporter.event(
                "warning", f"{service}/{id} is ejected", service=service, instance=id, seconds=round(seconds, 3)
            )

        detector = gateway.detectors.obtain(
            key, lambda: OutlierDetector(plan.name, rules, availability, gateway.keeper, say)
        )
        return Ejections(detector, rules, gateway.wheel, watches=gateway.keeper.shared)
