"""[services.*], compiled: defaults filled in, the built-in echo spelled out as instances."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from gatewayctl.config.models import GatewayConfig
from gatewayctl.config.models.discovery import (
    ConsulDiscoveryConfig,
    DnsDiscoveryConfig,
    FileDiscoveryConfig,
    ZookeeperDiscoveryConfig,
)
from gatewayctl.config.models.health import HealthConfig
from gatewayctl.config.models.services import ServiceConfig, ServiceTlsConfig
from gatewayctl.plan.model import InstancePlan, ServicePlan
from gatewayctl.plan.resilience import breaker_plan, outlier_plan, sticky_plan
from gatewayctl.plan.upstreams import (
    ConsulPlan,
    DiscoveryPlan,
    DnsPlan,
    FilePlan,
    HealthPlan,
    TlsPlan,
    ZookeeperPlan,
)

DEFAULT_BUILTIN_INSTANCES = 2


def service_plans(config: GatewayConfig, contents: Mapping[str, bytes]) -> dict[str, ServicePlan]:
    """All services by name, in the order of their names. ``contents`` are the files that they name, as far as known."""
    return {name: _service(name, service, config, contents) for name, service in sorted(config.services.items())}


def _service(name: str, service: ServiceConfig, config: GatewayConfig, contents: Mapping[str, bytes]) -> ServicePlan:
    defaults = config.defaults

    def own(value: float | None, default: float) -> float:
        return default if value is None else value

    return ServicePlan(
        name=name,
        load_balancer=service.load_balancer,
        instances=_instances(name, service),
        host_header=service.host_header,
        connect_timeout=own(service.connect_timeout, defaults.connect_timeout),
        first_byte_timeout=own(service.first_byte_timeout, defaults.first_byte_timeout),
        idle_timeout=own(service.idle_timeout, defaults.idle_timeout),
        tunnel_idle_timeout=own(service.tunnel_idle_timeout, defaults.tunnel_idle_timeout),
        keepalive_idle=service.keepalive.idle,
        keepalive_max_idle=service.keepalive.max_idle,
        keepalive_max_requests=service.keepalive.max_requests,
        tls=TlsPlan() if service.tls is None else _tls(service.tls, contents),
        discovery=_discovery(service),
        health=None if service.health is None else _health(service.health),
        hash_key=service.hash_key or "client_ip",
        sticky=sticky_plan(service),
        breaker=breaker_plan(name, service, config),
        outlier=outlier_plan(service),
        max_in_flight=service.max_in_flight,
    )


def _instances(name: str, service: ServiceConfig) -> tuple[InstancePlan, ...]:
    if service.builtin is not None:
        count = service.builtin_instances or DEFAULT_BUILTIN_INSTANCES
        return tuple(
            InstancePlan(f"{name}-{number}", "http", "127.0.0.1", 0, 1, "up", builtin=True)
            for number in range(1, count + 1)
        )
    return tuple(
        InstancePlan(i.name, i.url.scheme, i.url.host, i.url.port, i.weight, i.status, path=i.url.path)
        for i in service.instances or ()
    )


def _tls(tls: ServiceTlsConfig, contents: Mapping[str, bytes]) -> TlsPlan:
    stamp = hashlib.sha256()
    for name in (tls.ca, tls.cert, tls.key):
        content = contents.get(name, b"")
        stamp.update(b"%d:%b" % (len(content), content))
    named = tls.ca or tls.cert or tls.key
    return TlsPlan(tls.verify, tls.ca, tls.cert, tls.key, tls.server_name, stamp.hexdigest() if named else "")


_SOURCES: Final[dict[type, Callable[[Any, str], DiscoveryPlan]]] = {
    DnsDiscoveryConfig: lambda c, scheme: DnsPlan(c.name, c.port or 0, c.record, scheme, c.nameservers),
    FileDiscoveryConfig: lambda c, scheme: FilePlan(c.path, scheme),
    ConsulDiscoveryConfig: lambda c, scheme: ConsulPlan(
        c.address, c.name, c.tag, c.datacenter, c.token.get_secret_value(), scheme
    ),
    ZookeeperDiscoveryConfig: lambda c, scheme: ZookeeperPlan(c.hosts, c.path, scheme),
}
"""The plan of each kind of discovery. Instances that say no scheme are spoken to over TLS where the service has it."""


def _discovery(service: ServiceConfig) -> DiscoveryPlan | None:
    if service.discovery is None:
        return None
    return _SOURCES[type(service.discovery)](service.discovery, "http" if service.tls is None else "https")


def _health(health: HealthConfig) -> HealthPlan:
    return HealthPlan(
        type=health.type,
        path=health.path,
        port=health.port or 0,
        interval=health.interval,
        timeout=health.timeout,
        jitter=health.jitter,
        healthy_after=health.healthy_after,
        unhealthy_after=health.unhealthy_after,
        statuses=tuple((s.first, s.last) for s in health.statuses),
        headers=tuple(health.headers.items()),
    )
