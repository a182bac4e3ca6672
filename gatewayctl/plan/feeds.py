"""Which services have instances that change by themselves: found by discovery, named for DNS to resolve, or checked.

A feed is the identity of such a source over reloads: as long as its plan is equal, it runs on.
"""

from typing import Final

from gatewayctl.core.frozen import frozen
from gatewayctl.plan.model import InstancePlan, Plan, ServicePlan
from gatewayctl.plan.upstreams import ConsulPlan, DiscoveryPlan, DnsPlan, FilePlan, HealthPlan, TlsPlan, ZookeeperPlan


@frozen
class StaticPlan:
    """Instances that are written out; only the addresses of their hosts change."""

    instances: tuple[InstancePlan, ...]


@frozen
class ChecksPlan:
    """The active checks of a service's instances, and how these are reached."""

    service: str
    health: HealthPlan
    tls: TlsPlan
    host_header: str


@frozen
class FeedPlan:
    """Where the instances of ``service`` come from. ``nameservers`` are ``address:port``; none: the system's."""

    service: str
    source: StaticPlan | DiscoveryPlan
    nameservers: tuple[str, ...]
    checks: ChecksPlan | None = None


def feed_of(service: ServicePlan, nameservers: tuple[str, ...]) -> FeedPlan | None:
    """The feed of a service, None if all its instances stand where they are written and nobody checks them."""
    checks = None
    if service.health is not None:
        checks = ChecksPlan(service.name, service.health, service.tls, service.host_header)
    if service.discovery is not None:
        return FeedPlan(service.name, service.discovery, nameservers, checks)
    if checks is not None or any(instance.by_name for instance in service.instances):
        return FeedPlan(service.name, StaticPlan(service.instances), nameservers, checks)
    return None


_KINDS: Final = {DnsPlan: "dns", FilePlan: "file", ConsulPlan: "consul", ZookeeperPlan: "zookeeper"}


def source_kind(service: ServicePlan) -> str | None:
    """How the instances of a service are found, as the configuration calls it; None where they are written out."""
    return None if service.discovery is None else _KINDS[type(service.discovery)]


def feeds_of(plan: Plan) -> dict[str, FeedPlan]:
    """The feeds of all services that have one, by service."""
    found = ((name, feed_of(service, plan.server.nameservers)) for name, service in plan.services.items())
    return {name: feed for name, feed in found if feed is not None}
