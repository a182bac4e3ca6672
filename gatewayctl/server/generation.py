"""From a compiled plan to a generation in force: bind to the states that live on, swap by one assignment, retire the rest.

Everything here is done in slices between which the event loop serves traffic; nothing is visible until ``Swap.apply``.
"""

import asyncio
import gc
import ssl
import sys
from collections import deque
from collections.abc import AsyncIterator, Hashable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from gatewayctl.plan.feeds import feeds_of
from gatewayctl.plan.identity import AnyPlan, IdentityPlan, JwtPlan
from gatewayctl.plan.model import InstancePlan, Plan, RoutePlan, ServicePlan
from gatewayctl.plan.table import routing_options
from gatewayctl.plan.tls import ServerTlsPlan
from gatewayctl.policy.auth import SCHEMES, choice
from gatewayctl.policy.auth.base import Scheme
from gatewayctl.policy.balancing import BALANCERS
from gatewayctl.policy.health.availability import Availability
from gatewayctl.proxy.bound import Bound, BoundRoute
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.routing import TableBuilder
from gatewayctl.server.compiling import CompileFailed
from gatewayctl.server.fleets import Fleets
from gatewayctl.server.policing import RECORDS, Policing
from gatewayctl.server.turns import Turns
from gatewayctl.state.certificates import Certificates
from gatewayctl.state.registry import Registry
from gatewayctl.steps.parts import parts_of
from gatewayctl.telemetry.series import Histogram, RouteSeries
from gatewayctl.upstream.discovery.base import Snapshot
from gatewayctl.upstream.instance import Instance, instance_key
from gatewayctl.upstream.service import Service
from gatewayctl.upstream.tls import TlsUnusable, client_context

if TYPE_CHECKING:
    from gatewayctl.upstream.echo import EchoInstance

_CONTAINERS: Final = frozenset({dict, list, tuple, set, frozenset})
_UNMATCHED: Final = ("route", "")
_UNUSED: Final = 2
"""References to a generation that only its list has: that one, and that of the call which counts them."""


class Generations:
    """Makes generations for one gateway. ``echoes`` are the built-in upstreams that are running.

    ``ports`` are those of built-in instances that run in another process, by service and instance; without it they run here.
    """

    def __init__(self, gateway: Gateway, *, ports: Mapping[tuple[str, str], int] | None = None) -> None:
        self._gateway = gateway
        self.ports = ports
        self._in_force: set[Hashable] = set()
        self._policing = Policing(gateway)
        self.echoes: Registry[EchoInstance] = Registry()
        self.fleets = Fleets(gateway, self._state)
        self._contexts: Registry[ssl.SSLContext] = Registry()

    async def bind(self, plan: Plan, slices: AsyncIterator[tuple[RoutePlan, ...]], number: int) -> "Swap":
        """A generation ready to be put in force. ``plan`` comes without its routes, ``slices`` brings them.

        Where it fails, and what ``slices`` raises comes through here, ``give_back`` is to be called.
        """
        turns = Turns()
        keep: set[Hashable] = {_UNMATCHED}
        services: dict[str, Service] = {}
        feeds = feeds_of(plan)
        await self.fleets.prepare(feeds)
        for name, service in plan.services.items():
            services[name] = await self._service(
                service, self.fleets.latest(feeds.get(name)), keep, plan.metrics.buckets
            )
            if turns.over():
                await turns.rest()
        options = routing_options(plan.server)
        counting = self._policing.counting(plan, keep)
        parts = parts_of(plan.identity, self._schemes(plan.identity, keep), counting, self._gateway.wall_clock)
        builder = TableBuilder(options)
        routes: list[BoundRoute] = []
        plans: list[RoutePlan] = []
        moved: list[tuple[RouteSeries, str]] = []
        buckets = plan.metrics.buckets
        async for some in slices:
            for route in some:
                builder.add(route.match, len(routes))
                forward = route.forward
                service_of = None if forward is None else services[forward.service]
                key = ("route", route.name)
                keep.add(key)
                series = self._series(key, buckets)
                service_name = "" if forward is None else forward.service
                if series.service != service_name:
                    moved.append((series, service_name))
                routes.append(BoundRoute(route, service_of, series, options, parts, self._policing.retry(route, keep)))
                plans.append(route)
                if turns.over():
                    await turns.rest()
        bound = Bound(
            replace(plan, routes=tuple(plans)),
            generation=number,
            table=builder.finish(),
            routes=routes,
            services=services,
            unmatched=self._series(_UNMATCHED, buckets),
            certificates=self._certificates(plan.server.tls),
            default_cors=parts.cors.get(plan.identity.default_cors or ""),
        )
        return Swap(self._gateway, self, bound, keep, moved)

    def put_in_force(self, keep: set[Hashable]) -> None:
        """From now on only what is in ``keep`` is needed."""
        self._in_force = keep
        self.fleets.put_in_force(feeds_of(self._gateway.bound.plan))
        self.give_back()

    def give_back(self) -> None:
        """Ends what the generation in force does not need: what it has replaced, or what was made for one that failed."""
        gateway = self._gateway
        keep = self._in_force | self.fleets.keys()
        self.fleets.give_back()
        for instance in gateway.instances.retire_others(keep):
            instance.retire()
        gateway.balancers.retire_others(keep)
        gateway.availabilities.retire_others(keep)
        for detector in gateway.detectors.retire_others(keep):
            detector.end()
        for store in gateway.stores.retire_others(keep):
            store.close()
        gateway.breakers.retire_others(keep)
        gateway.budgets.retire_others(keep)
        gateway.limits.retire_others(keep)
        gateway.schemes.retire_others(keep)
        for key_set in gateway.surroundings.key_sets.retire_others(keep):
            key_set.stop()
        gateway.series.retire_others(keep)
        gateway.keeper.retire_others({key[1] for key in keep if isinstance(key, tuple) and key[0] == RECORDS})
        self._contexts.retire_others(keep)
        for echo in self.echoes.retire_others(keep):
            echo.close()

    def _certificates(self, plan: ServerTlsPlan | None) -> Certificates | None:
        """The certificates of the https listeners. Raises BadCertificate; then the generation before goes on."""
        if plan is None:
            return None
        gateway = self._gateway
        before: Bound | None = getattr(gateway, "bound", None)
        known = None if before is None else before.certificates
        if known is not None and known.plan == plan:
            return known
        return Certificates(plan, known, gateway.wall_clock(), gateway.reporter.event)

    def _schemes(self, plan: IdentityPlan, keep: set[Hashable]) -> dict[str, Scheme]:
        """The authentication schemes. One that has not changed remembers whom it has verified."""
        consumers = frozenset(plan.consumers.values()) if plan.schemes else frozenset()
        schemes: dict[str, Scheme] = {}
        choices: list[AnyPlan] = []
        for name, scheme in plan.schemes.items():
            if isinstance(scheme, AnyPlan):
                choices.append(scheme)
                continue
            key = ("scheme", scheme, consumers)
            keep.add(key)
            if isinstance(scheme, JwtPlan) and scheme.fetched is not None:
                keep.add(("keys", scheme.fetched))
            make = partial(SCHEMES[type(scheme)], scheme, plan.consumers, self._gateway.surroundings)
            schemes[name] = self._gateway.schemes.obtain(key, make)
        return schemes | {scheme.name: choice(scheme, schemes) for scheme in choices}

    def _series(self, key: Hashable, buckets: tuple[float, ...]) -> RouteSeries:
        return self._gateway.series.obtain(key, lambda: RouteSeries(buckets))

    async def _service(
        self, plan: ServicePlan, snapshot: Snapshot | None, keep: set[Hashable], buckets: tuple[float, ...]
    ) -> Service:
        members = self.fleets.members(plan, snapshot)
        tls = await self._context(plan, keep)
        instances = {}
        for member in members:
            port = await self._echo_port(plan, member, keep) if member.builtin else 0
            instances[member.id] = self._state(plan, member, port=port, buckets=buckets)
            keep.add(instance_key(plan.name, member))
        algorithm = "round_robin" if plan.load_balancer == "weighted" else plan.load_balancer
        key = ("balancer", plan.name, algorithm)
        fitness = ("availability", plan.name)
        keep |= {key, fitness}
        gateway = self._gateway
        balancer = gateway.balancers.obtain(key, lambda: BALANCERS[algorithm](gateway.random))
        availability = gateway.availabilities.obtain(fitness, Availability)
        conduct = self._policing.conduct(plan, balancer, availability, keep)
        return Service(plan, members, instances, balancer, availability, tls, conduct)

    async def _context(self, plan: ServicePlan, keep: set[Hashable]) -> ssl.SSLContext | None:
        """The TLS of a service that has, or may come to have, https instances. Equal settings share one."""
        if plan.discovery is None and not any(instance.scheme == "https" for instance in plan.instances):
            return None
        key = ("tls", plan.tls)
        keep.add(key)
        known = self._contexts.get(key)
        if known is not None:
            return known
        try:
            context = await asyncio.to_thread(client_context, plan.tls)
        except TlsUnusable as error:
            raise CompileFailed(f"the TLS files of service {plan.name} cannot be used ({error})") from None
        return self._contexts.obtain(key, lambda: context)

    async def _echo_port(self, service: ServicePlan, plan: InstancePlan, keep: set[Hashable]) -> int:
        if self.ports is not None:
            return self.ports[service.name, plan.id]
        from gatewayctl.upstream.echo import EchoInstance

        key = ("echo", service.name, plan.id)
        keep.add(key)
        echo = self.echoes.obtain(key, lambda: EchoInstance(service.name, plan.id))
        await echo.start()
        return echo.port

    def _state(
        self, service: ServicePlan, plan: InstancePlan, *, port: int = 0, buckets: tuple[float, ...] | None = None
    ) -> Instance:
        """The instance's state; a new one counts durations by ``buckets``, else by those in force."""
        gateway = self._gateway
        instance = gateway.instances.obtain(
            instance_key(service.name, plan),
            lambda: Instance(
                service.name, plan, clock=gateway.clock, wheel=gateway.wheel, report=gateway.report, port=port
            ),
        )
        if not instance.durations.bounds:
            instance.durations = Histogram(gateway.bound.plan.metrics.buckets if buckets is None else buckets)
        if not hasattr(instance, "plan"):
            instance.configure(service, plan)
        return instance


class Swap:
    """A bound generation that waits to be put in force."""

    def __init__(
        self,
        gateway: Gateway,
        generations: Generations,
        bound: Bound,
        keep: set[Hashable],
        moved: list[tuple[RouteSeries, str]],
    ) -> None:
        self._gateway = gateway
        self._generations = generations
        self._keep = keep
        self._moved = moved
        self.bound = bound

    def apply(self) -> Bound | None:
        """Puts it in force: one assignment. Gives the generation before, None if there was none."""
        gateway = self._gateway
        before: Bound | None = getattr(gateway, "bound", None)
        known = {} if before is None else before.plan.services
        for name, service in self.bound.services.items():
            if known.get(name) != self.bound.plan.services[name]:
                service.adopt(gateway.clock())
        if before is None or before.plan.metrics.buckets != self.bound.plan.metrics.buckets:
            self._use_buckets(self.bound.plan.metrics.buckets)
        for series, service_name in self._moved:
            series.service = service_name
        gateway.bound = self.bound
        if before is not None:
            self._end_old_trust(before)
        self._generations.put_in_force(self._keep)
        gc.freeze()  # a full collection over a large configuration would stop traffic for tens of milliseconds
        return before

    def _end_old_trust(self, before: Bound) -> None:
        """Where other authorities count from now on, no connection lives on that was let in by those of before."""
        old, new = before.plan.server.tls, self.bound.plan.server.tls
        if old is not None and new is not None and old.asks_for != new.asks_for:
            for connection in [one for one in self._gateway.connections if one.scheme == b"https"]:
                connection.shutdown()

    def _use_buckets(self, buckets: tuple[float, ...]) -> None:
        """Histograms begin anew where their bounds change; Prometheus takes that for a restart."""
        for service in self.bound.services.values():
            for instance in service.instances:
                instance.durations = Histogram(buckets)
        for route in self.bound.routes:
            if route.series.durations.bounds != buckets:
                route.series.durations = Histogram(buckets)


async def dismantle(old: list[Bound]) -> None:
    """Frees generations once no request is on them any more, a piece at a time. Empties ``old``.

    Freeing ten thousand routes at once would stop traffic for up to 50 ms; their pieces are therefore let go one by one.
    A WebSocket may keep its generation for days; the others are freed meanwhile.
    """
    while old:
        at = next((at for at in range(len(old)) if sys.getrefcount(old[at]) <= _UNUSED), None)
        if at is None:
            await asyncio.sleep(0.5)
            continue
        bound = old.pop(at)
        parts: deque[object] = deque([bound.table, bound.plan, bound.routes])
        del bound
        await _let_go(parts)


async def _let_go(parts: deque[object]) -> None:
    """Frees what hangs together in small steps: each thing is let go while its parts are still held here."""
    turns = Turns()
    while parts:
        thing = parts.popleft()
        if sys.getrefcount(thing) <= 2:  # ours alone: it goes, its parts stay for a moment
            parts.extend(part for part in gc.get_referents(thing) if _is_part(part))
        del thing
        if turns.over():
            await turns.rest()


def _is_part(thing: object) -> bool:
    kind = type(thing)
    return kind in _CONTAINERS or kind.__module__.startswith("gatewayctl.")
