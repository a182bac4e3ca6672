"""Sources by the plan that describes them."""

from collections.abc import Callable
from typing import Any, Final

from gatewayctl.plan.feeds import FeedPlan, StaticPlan
from gatewayctl.plan.upstreams import ConsulPlan, DnsPlan, FilePlan, ZookeeperPlan
from gatewayctl.upstream.discovery.base import Source
from gatewayctl.upstream.discovery.consul import ConsulSource
from gatewayctl.upstream.discovery.dns import DnsSource
from gatewayctl.upstream.discovery.file import FileSource
from gatewayctl.upstream.discovery.static import StaticSource
from gatewayctl.upstream.discovery.zookeeper import ZookeeperSource

SOURCES: Final[dict[type, Callable[[Any, tuple[str, ...]], Source]]] = {
    StaticPlan: lambda plan, _: StaticSource(plan),
    DnsPlan: DnsSource,
    FilePlan: lambda plan, _: FileSource(plan),
    ConsulPlan: lambda plan, _: ConsulSource(plan),
    ZookeeperPlan: lambda plan, _: ZookeeperSource(plan),
}
"""Made of the plan and of the DNS servers that the server's plan names."""


def source_of(plan: FeedPlan) -> Source:
    """The source of a feed."""
    return SOURCES[type(plan.source)](plan.source, plan.nameservers)
