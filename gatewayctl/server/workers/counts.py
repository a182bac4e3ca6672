"""What a worker has counted, as it says it to the supervisor: all numbers since its start, of what has changed lately."""

from collections.abc import Iterator
from dataclasses import field
from typing import Final

from gatewayctl.core.frozen import mutable
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.turns import Turns
from gatewayctl.server.workers.policies import PolicyCounts, counted
from gatewayctl.telemetry.series import Histogram, RouteSeries
from gatewayctl.upstream.instance import Instance

UNMATCHED: Final = ""
"""The name under which requests are counted that no route took; no route is called so."""
InstanceKey = tuple[str, str]
"""Service and instance."""


@mutable
class InstanceCounts:
    """An instance as a worker sees it; see ``upstream.instance``."""

    answers: list[int]
    connect_failures: int
    opened: int
    reused: int
    durations: Histogram
    in_flight: int = 0
    connections: int = 0
    idle: int = 0

    def mark(self) -> tuple[int, ...]:
        """Differs whenever anything has been counted."""
        return (*self.answers, self.connect_failures, self.opened, self.in_flight, self.connections, self.idle)


@mutable
class Counts:
    """``routes``, ``instances`` and ``policies`` only where something has changed since the last time; the rest always."""

    routes: dict[str, RouteSeries] = field(default_factory=dict)
    instances: dict[InstanceKey, InstanceCounts] = field(default_factory=dict)
    policies: PolicyCounts = field(default_factory=dict)
    in_flight: int = 0
    connections: int = 0
    underscores: int = 0
    internal_errors: int = 0
    log_dropped: int = 0
    bad_proxy_headers: int = 0


class Counting:
    """Gathers what has changed in one gateway since it was gathered before."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._routes: dict[str, tuple[RouteSeries, int]] = {}
        self._instances: dict[InstanceKey, tuple[int, ...]] = {}
        self._policies: PolicyCounts = {}

    async def gather(self, log_dropped: int) -> Counts:
        """What there is to say now. In short pieces: there may be ten thousand routes."""
        gateway = self._gateway
        counts = Counts(
            in_flight=gateway.in_flight,
            connections=len(gateway.connections),
            underscores=gateway.underscores.dropped,
            internal_errors=gateway.internal_errors,
            log_dropped=log_dropped,
            bad_proxy_headers=gateway.bad_proxy_headers,
        )
        if not hasattr(gateway, "bound"):
            return counts
        self._forget_the_removed()
        turns = Turns()
        for name, series in self._series():
            if series.requests:
                now = series, sum(series.requests.values())
                if self._routes.get(name) != now:
                    self._routes[name] = now
                    counts.routes[name] = series
            if turns.over():
                await turns.rest()
        for key, instance in self._all_instances():
            seen = _counts(instance)
            mark = seen.mark()
            if self._instances.get(key) != mark:
                self._instances[key] = mark
                counts.instances[key] = seen
            if turns.over():
                await turns.rest()
        before, self._policies = self._policies, dict(counted(self._gateway))
        counts.policies = {key: now for key, now in self._policies.items() if before.get(key) != now}
        return counts

    def _forget_the_removed(self) -> None:
        bound = self._gateway.bound
        if len(self._routes) > len(bound.routes) + 1:
            names = {name for name, _ in self._series()}
            self._routes = {name: seen for name, seen in self._routes.items() if name in names}

    def _series(self) -> Iterator[tuple[str, RouteSeries]]:
        bound = self._gateway.bound
        yield UNMATCHED, bound.unmatched
        for route in bound.routes:
            yield route.name, route.series

    def _all_instances(self) -> Iterator[tuple[InstanceKey, Instance]]:
        for name, service in self._gateway.bound.services.items():
            for instance in service.instances:
                yield (name, instance.id), instance


def _counts(instance: Instance) -> InstanceCounts:
    return InstanceCounts(
        list(instance.answers),
        instance.connect_failures,
        instance.opened,
        instance.reused,
        instance.durations,
        instance.in_flight,
        instance.connections,
        instance.idle,
    )
