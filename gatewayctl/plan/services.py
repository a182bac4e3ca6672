"""[services.*], compiled: defaults filled in, the built-in echo spelled out as instances."""

from gatewayctl.config.models import GatewayConfig
from gatewayctl.config.models.services import ServiceConfig
from gatewayctl.plan.model import InstancePlan, ServicePlan
from gatewayctl.plan.resilience import breaker_plan, outlier_plan, sticky_plan

DEFAULT_BUILTIN_INSTANCES = 2


def service_plans(config: GatewayConfig) -> dict[str, ServicePlan]:
    """All services by name, in the order of their names."""
    return {name: _service(name, service, config) for name, service in sorted(config.services.items())}


def _service(name: str, service: ServiceConfig, config: GatewayConfig) -> ServicePlan:
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
        InstancePlan(i.name, i.url.scheme, i.url.host, i.url.port, i.weight, i.status) for i in service.instances or ()
    )
