"""All workers' counts in one: what the admin address shows of the gateway, as if it were one process.

What a worker had counted stays counted when it is gone, so that no counter ever goes back; what it held (connections,
requests in flight) goes with it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field

from gatewayctl.core.frozen import frozen, mutable
from gatewayctl.plan.model import InstancePlan, Plan
from gatewayctl.policy.health.availability import Availability
from gatewayctl.proxy.bound import Bound
from gatewayctl.proxy.gateway import Gateway, UnderscoreNames
from gatewayctl.server.workers.counts import UNMATCHED, Counts, InstanceCounts, InstanceKey
from gatewayctl.server.workers.policies import (
    PolicyCounts,
    TotalBudget,
    TotalDetector,
    TotalLimit,
    TotalPolicies,
    TotalShelf,
    Values,
    add,
    needed,
)
from gatewayctl.state.certificates import Certificates
from gatewayctl.telemetry.series import Histogram, RouteSeries
from gatewayctl.upstream.discovery.base import Health
from gatewayctl.upstream.instance import Instance


@mutable
class Tally:
    """What one worker has counted since its start, by all that it has said."""

    routes: dict[str, RouteSeries] = field(default_factory=dict)
    instances: dict[InstanceKey, InstanceCounts] = field(default_factory=dict)
    policies: PolicyCounts = field(default_factory=dict)
    newest: Counts = field(default_factory=Counts)

    def hear(self, counts: Counts) -> None:
        """What it says now."""
        self.routes.update(counts.routes)
        self.instances.update(counts.instances)
        self.policies.update(counts.policies)
        self.newest = counts


class Totals:
    """``living`` gives the tallies of the workers there are."""

    def __init__(self, gateway: Gateway, living: Callable[[], Iterable[Tally]]) -> None:
        self._gateway = gateway
        self._living = living
        self._gone = Tally()
        self._buckets: tuple[float, ...] = ()

    def bury(self, tally: Tally) -> None:
        """That worker is gone; what it had counted is kept."""
        gone = self._gone
        for name, series in tally.routes.items():
            known = gone.routes.setdefault(name, RouteSeries(series.durations.bounds))
            _agree(known, series)
            known.add(series)
        for key, counts in tally.instances.items():
            _add(gone.instances.setdefault(key, _nothing(counts.durations.bounds)), counts)
        add(gone.policies, tally.policies)
        gone.newest.underscores += tally.newest.underscores
        gone.newest.internal_errors += tally.newest.internal_errors
        gone.newest.log_dropped += tally.newest.log_dropped

    def forget_others(self, bound: Bound) -> None:
        """Only what this generation has is still counted: as in one process, what comes back later begins anew."""
        routes = {UNMATCHED, *(route.name for route in bound.routes)}
        instances = {(name, i.id) for name, service in bound.services.items() for i in service.instances}
        wanted = needed(self._gateway)
        for tally in (self._gone, *self._living()):
            tally.policies = {key: counts for key, counts in tally.policies.items() if wanted(key)}
            for name in tally.routes.keys() - routes:
                del tally.routes[name]
            for key in tally.instances.keys() - instances:
                del tally.instances[key]

    def sum(self, field: str) -> int:
        """One number of ``Counts`` over all, also over those that are gone."""
        return sum(int(getattr(tally.newest, field)) for tally in self._all())

    def series(self, name: str, own: RouteSeries) -> RouteSeries:
        """What all have counted for a route (``UNMATCHED``: for none); ``own`` is the supervisor's, which counts nothing."""
        total = RouteSeries(own.durations.bounds)
        total.service = own.service
        for tally in self._all():
            if (series := tally.routes.get(name)) is not None:
                total.add(series)
        return total

    def instance(self, key: InstanceKey, bounds: tuple[float, ...]) -> InstanceCounts:
        """What all have counted for an instance."""
        total = _nothing(bounds)
        for tally in self._all():
            if (counts := tally.instances.get(key)) is not None:
                _add(total, counts)
        for tally in self._living():
            if (counts := tally.instances.get(key)) is not None:
                total.in_flight += counts.in_flight
                total.connections += counts.connections
                total.idle += counts.idle
        return total

    def policies(self) -> PolicyCounts:
        """What all have counted of limits, retries, ejections and breakers."""
        total: PolicyCounts = {}
        for tally in self._all():
            add(total, tally.policies)
        return total

    def counted(self) -> set[str]:
        """The routes for which anything has been counted."""
        return {name for tally in self._all() for name in tally.routes}

    def _all(self) -> list[Tally]:
        return [self._gone, *self._living()]


def _agree(known: RouteSeries, newer: RouteSeries) -> None:
    """Histograms begin anew where the bounds have changed meanwhile."""
    if known.durations.bounds != newer.durations.bounds:
        known.durations = Histogram(newer.durations.bounds)


def _nothing(bounds: Sequence[float]) -> InstanceCounts:
    return InstanceCounts([0] * 6, 0, 0, 0, Histogram(bounds))


def _add(total: InstanceCounts, counts: InstanceCounts) -> None:
    total.answers = [one + more for one, more in zip(total.answers, counts.answers, strict=True)]
    total.connect_failures += counts.connect_failures
    total.opened += counts.opened
    total.reused += counts.reused
    total.durations.add(counts.durations)


# ── the gateway as the admin address sees it ──────────────────────────


class TotalInstance(InstanceCounts):
    """See ``admin.control.AdminInstance``."""

    __slots__ = ("health", "id", "plan", "where")

    id: str
    plan: InstancePlan
    where: str
    health: Health | None


@frozen
class TotalService:
    """See ``admin.control.AdminService``."""

    instances: list[TotalInstance]
    availability: Availability
    trouble: str


@frozen
class TotalRoute:
    """See ``telemetry.counted.CountedRoute``."""

    name: str
    series: RouteSeries


@frozen
class TotalGeneration:
    """See ``admin.control.AdminGeneration``."""

    plan: Plan
    generation: int
    routes: list[TotalRoute]
    services: dict[str, TotalService]
    unmatched: RouteSeries
    certificates: Certificates | None


class TotalGateway:
    """See ``admin.control.AdminGateway``: the supervisor's gateway with all workers' numbers in place of its own."""

    def __init__(self, gateway: Gateway, totals: Totals) -> None:
        self._gateway = gateway
        self._totals = totals
        self.clock = gateway.clock
        self.created = gateway.created
        self.report = gateway.report
        self._policies = TotalPolicies(gateway, totals.policies)

    @property
    def breakers(self) -> Values[TotalShelf]:
        """With the host's states."""
        return self._policies.breakers

    @property
    def limits(self) -> Values[TotalLimit]:
        """Counts of all workers."""
        return self._policies.limits

    @property
    def budgets(self) -> Values[TotalBudget]:
        """Counts of all workers."""
        return self._policies.budgets

    @property
    def detectors(self) -> Values[TotalDetector]:
        """Counts of all workers."""
        return self._policies.detectors

    @property
    def bound(self) -> TotalGeneration:
        """The generation in force with the counts as they are known now; made anew each time."""
        bound, totals = self._gateway.bound, self._totals
        counted = totals.counted()
        return TotalGeneration(
            bound.plan,
            bound.generation,
            [
                TotalRoute(r.name, totals.series(r.name, r.series) if r.name in counted else r.series)
                for r in bound.routes
            ],
            {
                name: TotalService(
                    [self._instance(name, i) for i in service.instances], service.availability, service.trouble
                )
                for name, service in bound.services.items()
            },
            totals.series(UNMATCHED, bound.unmatched),
            bound.certificates,
        )

    def _instance(self, service: str, instance: Instance) -> TotalInstance:
        counts = self._totals.instance((service, instance.id), instance.durations.bounds)
        total = TotalInstance(
            counts.answers,
            counts.connect_failures,
            counts.opened,
            counts.reused,
            counts.durations,
            counts.in_flight,
            counts.connections,
            counts.idle,
        )
        total.id, total.plan, total.where, total.health = instance.id, instance.plan, instance.where, instance.health
        return total

    @property
    def leaving(self) -> bool:
        """Its end has begun."""
        return self._gateway.leaving

    @property
    def in_flight(self) -> int:
        """Requests in flight in all workers."""
        return self._totals.sum("in_flight")

    @property
    def connections(self) -> range:
        """As many as there are connections; nobody but a worker has them."""
        return range(self._totals.sum("connections"))

    @property
    def underscores(self) -> UnderscoreNames:
        """Counts of all workers."""
        total = UnderscoreNames(_unused)
        total.dropped = self._totals.sum("underscores")
        return total

    @property
    def bad_proxy_headers(self) -> int:
        """Those of all workers."""
        return self._totals.sum("bad_proxy_headers")

    @property
    def internal_errors(self) -> int:
        """Those of all workers and of the supervisor."""
        return self._gateway.internal_errors + self._totals.sum("internal_errors")


def _unused(name: bytes) -> None:
    """Nothing is noted in a sum."""
