"""A service as the data path uses it: its instances by id and the balancer that chooses between them."""

from gatewayctl.plan.model import ServicePlan
from gatewayctl.policy.balancing.base import Balancer
from gatewayctl.policy.health.availability import Availability
from gatewayctl.upstream.instance import Instance


class Service:
    """One generation's view of a service. The instances, the balancer and ``availability`` are states and outlive it."""

    __slots__ = (
        "_balancer",
        "_instances",
        "_plan",
        "availability",
        "first_byte_timeout",
        "name",
        "preserve_host",
        "tunnel_idle_timeout",
    )

    def __init__(
        self, plan: ServicePlan, instances: dict[str, Instance], balancer: Balancer, availability: Availability
    ) -> None:
        self._plan = plan
        self.name = plan.name
        self._instances = instances
        self._balancer = balancer
        self.availability = availability
        self.first_byte_timeout = plan.first_byte_timeout
        self.tunnel_idle_timeout = plan.tunnel_idle_timeout
        self.preserve_host = plan.host_header == "preserve"

    def adopt(self, now: float) -> None:
        """This generation is in force from ``now`` on: the balancer gets its weights, the instances its settings."""
        weights = {i.id: i.weight if i.status == "up" else 0 for i in self._plan.instances}
        self._balancer.replace(weights, self._instances, now)
        self.availability.replace([id for id, weight in weights.items() if weight])
        for plan in self._plan.instances:
            self._instances[plan.id].configure(self._plan, plan)

    def pick(self) -> Instance | None:
        """The instance for the next request, None if none can take it."""
        chosen = self._balancer.pick(self.availability.usable)
        if chosen is None:
            return None
        instance = self._instances.get(chosen)
        if instance is None:  # the balancer serves a newer generation already, this request does not know the instance
            chosen = self._balancer.pick(self._instances.__contains__)
            return None if chosen is None else self._instances[chosen]
        return instance

    @property
    def instances(self) -> list[Instance]:
        """All instances, in the order of the configuration."""
        return [self._instances[plan.id] for plan in self._plan.instances]
