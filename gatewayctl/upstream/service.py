"""A service as the data path uses it: its instances by id and the balancer that chooses between them."""

import ssl
from collections.abc import Collection

from gatewayctl.core.units import format_duration
from gatewayctl.plan.model import InstancePlan, ServicePlan
from gatewayctl.policy.balancing.base import Balancer
from gatewayctl.policy.health.availability import HEALTH, UNRESOLVED, Availability
from gatewayctl.policy.request_keys import Keyed, cookie
from gatewayctl.upstream.conduct import Conduct
from gatewayctl.upstream.instance import Instance


class Service:
    """One generation's view of a service. The instances, the balancer and ``availability`` are states and outlive it.

    ``conduct`` is None where nothing is judged and every instance takes what it is given.
    """

    __slots__ = (
        "_balancer",
        "_instances",
        "_most",
        "_plainly",
        "_sole",
        "_tls",
        "availability",
        "conduct",
        "first_byte_note",
        "first_byte_timeout",
        "log_name",
        "members",
        "name",
        "plan",
        "trouble",
        "tunnel_idle_timeout",
    )

    def __init__(
        self,
        plan: ServicePlan,
        members: tuple[InstancePlan, ...],
        instances: dict[str, Instance],
        balancer: Balancer,
        availability: Availability,
        tls: ssl.SSLContext | None = None,
        conduct: Conduct | None = None,
    ) -> None:
        self.plan = plan
        self.members = members
        """The instances as they were written or found."""
        self._tls = tls
        self.trouble = ""
        """What is wrong with where the instances are found; empty where nothing is."""
        self.name = plan.name
        self.log_name = plan.name.encode()
        self._instances = instances
        self._balancer = balancer
        self.availability = availability
        self.conduct = conduct
        self._most = None if conduct is None else conduct.max_in_flight
        self._plainly = conduct is None or (conduct.hash_part is None and conduct.sessions is None)
        """An instance is chosen without a look at the request."""
        self._sole: Instance | None = None
        """The one instance that takes requests, where there is but one."""
        self.first_byte_timeout = plan.first_byte_timeout
        self.first_byte_note = f"the service did not start to answer within {format_duration(plan.first_byte_timeout)}"
        self.tunnel_idle_timeout = plan.tunnel_idle_timeout

    def adopt(self, now: float) -> None:
        """This generation is in force from ``now`` on: the balancer gets its weights, the instances its settings."""
        weights = {i.id: i.weight if i.status == "up" else 0 for i in self.members}
        self._balancer.replace(weights, self._instances, now)
        up = [id for id, weight in weights.items() if weight]
        self._sole = self._instances[up[0]] if len(up) == 1 else None
        priorities = {i.id: i.priority for i in self.members}
        self.availability.replace(up, priorities if len(set(priorities.values())) > 1 else None)
        if self.conduct is not None:
            if self.conduct.sessions is not None:
                self.conduct.sessions.replace(up)
            if self.conduct.ejections is not None:
                self.conduct.ejections.adopt(up, now)
        for plan in self.members:
            instance = self._instances[plan.id]
            instance.configure(self.plan, plan, self._tls if plan.scheme == "https" else None)
            self.availability.mark(plan.id, UNRESOLVED, not instance.dialer.addresses)
            if self.plan.health is None:
                instance.health = None
                self.availability.mark(plan.id, HEALTH, False)

    def populate(self, members: tuple[InstancePlan, ...], instances: dict[str, Instance], now: float) -> None:
        """Other instances have been found: requests go to these from ``now`` on."""
        self.members = members
        self._instances = instances
        self.adopt(now)

    def pick(self) -> Instance | None:
        """The instance for the next request, None if none can take it."""
        usable = self.availability.usable
        sole = self._sole
        if sole is not None and usable is None and not sole.retired:
            return sole
        chosen = self._balancer.pick(usable)
        if chosen is None:
            return None
        instance = self._instances.get(chosen)
        if instance is None:  # the balancer serves a newer generation already, this request does not know the instance
            chosen = self._balancer.pick(self._instances.__contains__)
            return None if chosen is None else self._instances[chosen]
        return instance

    def choose(self, request: Keyed, now: float, tried: Collection[str], refused: Collection[str]) -> Instance | None:
        """The instance for an attempt, at ``now``: none of ``refused``, one of ``tried`` only where there is no other.

        An instance that is full is passed over. None if no instance takes it.
        """
        if not tried and not refused and self._plainly:
            chosen = self._balancer.pick(self.availability.usable, now)
            instance = None if chosen is None else self._instances.get(chosen)
            most = self._most
            if instance is not None and (most is None or instance.in_flight < most):
                return instance
        if tried:
            other = self._choose(request, now, {*tried, *refused})
            if other is not None:
                return other
        return self._choose(request, now, refused)

    def _choose(self, request: Keyed, now: float, without: Collection[str]) -> Instance | None:
        conduct, instances = self.conduct, self._instances
        available = self.availability.usable
        most = self._most
        key, named = b"", None
        if conduct is not None:
            if conduct.hash_part is not None:
                key = conduct.hash_part(request) or b""
            if conduct.sessions is not None:
                token = cookie(request.head, conduct.sticky_cookie)
                named = None if token is None else conduct.sessions.named(token)

        def usable(id: str) -> bool:
            instance = instances.get(id)
            return (
                instance is not None
                and id not in without
                and (available is None or available(id))
                and (most is None or instance.in_flight < most)
            )

        if named is not None and usable(named):
            return instances[named]
        chosen = self._balancer.pick(None if without else available, now, key)
        if chosen is not None and not usable(chosen):
            chosen = self._balancer.pick(usable, now, key)
        return None if chosen is None else instances[chosen]

    @property
    def instances(self) -> list[Instance]:
        """All instances, in the order of the configuration, or of their ids where they were found."""
        return [self._instances[plan.id] for plan in self.members]
