"""Instances that change while a generation is in force: snapshots come in, services and their instances follow.

Where snapshots come from is nobody's business here: from a control plane in this process, or from another through a pipe.
"""

import asyncio
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Final

from gatewayctl.plan.feeds import FeedPlan
from gatewayctl.plan.model import InstancePlan, ServicePlan
from gatewayctl.policy.health.availability import HEALTH, UNRESOLVED
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.upstream.discovery.base import Snapshot
from gatewayctl.upstream.instance import Instance, instance_key
from gatewayctl.upstream.service import Service

FIRST_WAIT: Final = 2.0
"""Seconds that a new generation waits for the first snapshots of its feeds before it begins without them."""

Maker = Callable[[ServicePlan, InstancePlan], Instance]
"""The state of an instance, made where there is none."""


class Fleets:
    """The latest snapshot of each feed. ``want(feeds)`` is called with those that are needed; set it before the first load."""

    def __init__(self, gateway: Gateway, make: Maker) -> None:
        self._gateway = gateway
        self._make = make
        self._latest: dict[FeedPlan, Snapshot] = {}
        self._arrived = asyncio.Event()
        self._in_force: Mapping[str, FeedPlan] = {}
        self.want: Callable[[Collection[FeedPlan]], None] = _nothing

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """A feed has found something else than before. Never raises for what is in it."""
        feed = snapshot.feed
        self._latest[feed] = snapshot
        self._arrived.set()
        service = self._service(feed)
        if service is not None:
            self._apply(service, snapshot)

    @property
    def known(self) -> list[Snapshot]:
        """The latest snapshot of each feed."""
        return list(self._latest.values())

    def keys(self) -> set[Hashable]:
        """The instances that are in force by what was found, as the registry knows them."""
        services = self._gateway.bound.services if self._in_force else {}
        return {instance_key(name, plan) for name in self._in_force for plan in services[name].members}

    def latest(self, feed: FeedPlan | None) -> Snapshot | None:
        """What is known of a feed."""
        return None if feed is None else self._latest.get(feed)

    async def prepare(self, feeds: Mapping[str, FeedPlan]) -> None:
        """Starts what another generation needs, and waits for what it finds, but not for long."""
        self.want({*self._in_force.values(), *feeds.values()})
        try:
            async with asyncio.timeout(FIRST_WAIT):
                while not self._latest.keys() >= set(feeds.values()):
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            return  # they come when they come

    def put_in_force(self, feeds: Mapping[str, FeedPlan]) -> None:
        """The generation in force has these feeds: what has changed while it was made is made good."""
        self._in_force = feeds
        wanted = set(feeds.values())
        for name, feed in feeds.items():
            self._apply(self._gateway.bound.services[name], self._latest.get(feed) or Snapshot(feed, (), known=False))
        self._latest = {feed: known for feed, known in self._latest.items() if feed in wanted}
        self.want(wanted)

    def give_back(self) -> None:
        """A generation did not come into force: its feeds are not needed."""
        self.want(set(self._in_force.values()))

    def members(self, plan: ServicePlan, snapshot: Snapshot | None) -> tuple[InstancePlan, ...]:
        """The instances that a generation begins with. A source that has not answered yet keeps what its service had."""
        if plan.discovery is None:
            return plan.instances
        if snapshot is not None and snapshot.known:
            return snapshot.instances
        bound = getattr(self._gateway, "bound", None)
        before = None if bound is None else bound.services.get(plan.name)
        return () if before is None else before.members

    def _service(self, feed: FeedPlan) -> Service | None:
        if self._in_force.get(feed.service) != feed:
            return None
        return self._gateway.bound.services.get(feed.service)

    def _apply(self, service: Service, snapshot: Snapshot) -> None:
        # One that went and came again while this generation was made has another state now than it was made with.
        stale = snapshot.instances != service.members or any(instance.retired for instance in service.instances)
        if snapshot.known and service.plan.discovery is not None and stale:
            self._populate(service, snapshot.instances)
        service.trouble = snapshot.trouble
        self._move(service, snapshot)
        for instance in service.instances:
            health = snapshot.health.get(instance.id)
            if health is not None:  # what was concluded before a reload stands until the next check
                instance.health = health
                service.availability.mark(instance.id, HEALTH, not health.fit)

    def _populate(self, service: Service, members: tuple[InstancePlan, ...]) -> None:
        before = service.members
        made = {plan.id: self._make(service.plan, plan) for plan in members}
        service.populate(members, made, self._gateway.clock())
        stay = {instance_key(service.name, plan) for plan in members}
        for plan in before:
            key = instance_key(service.name, plan)
            instance = None if key in stay else self._gateway.instances.drop(key)
            if instance is not None:
                instance.retire()

    def _move(self, service: Service, snapshot: Snapshot) -> None:
        """Tells the instances where their names are now. One without an address gets nothing while others have some."""
        for instance in service.instances:
            if instance.dialer.by_name:
                instance.move(snapshot.addresses.get(instance.dialer.host, instance.dialer.addresses))
                service.availability.mark(instance.id, UNRESOLVED, not instance.dialer.addresses)


def _nothing(feeds: Collection[FeedPlan]) -> None:
    """Nobody finds anything."""
