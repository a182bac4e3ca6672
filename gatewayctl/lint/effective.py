"""What holds for a route or service in the end: its own setting, else that of ``[defaults]``."""

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.models.resilience import BreakerConfig, RetryConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.config.models.services import InstanceConfig, ServiceConfig
from gatewayctl.lint.subject import Subject


def services_of(route: RouteConfig) -> tuple[str, ...]:
    """The services that answer the requests of a route: one, the sides of a split, or none."""
    if route.split is not None:
        return tuple(side.service for side in route.split)
    return () if route.service is None else (route.service,)


def routes_to(subject: Subject) -> dict[str, dict[str, RouteConfig]]:
    """For each service the enabled routes that send requests to it, by name."""
    found: dict[str, dict[str, RouteConfig]] = {}
    for name, route in subject.enabled():
        for service in services_of(route):
            found.setdefault(service, {})[name] = route
    return found


def timeout_of(subject: Subject, name: str, route: RouteConfig) -> float | None:
    """Seconds from the request to the head of its answer, over all attempts; None: no end, or one that is not known."""
    if subject.uncertain(timeout_place(subject, name, route)):
        return None
    if route.timeout is None:
        return subject.config.defaults.timeout
    return None if route.timeout == "none" else float(route.timeout)


def limited_by(subject: Subject) -> dict[str, dict[str, RouteConfig]]:
    """For each limit the enabled routes that have it, by name."""
    found: dict[str, dict[str, RouteConfig]] = {}
    for name, route in subject.enabled():
        for limit in limits_of(subject, route):
            found.setdefault(limit, {})[name] = route
    return found


def limits_of(subject: Subject, route: RouteConfig) -> tuple[str, ...]:
    """The names of a route's limits."""
    return tuple(subject.config.defaults.limits if route.limits is None else route.limits)


def retry_of(subject: Subject, route: RouteConfig) -> tuple[str, RetryConfig] | None:
    """The retry policy of a route that sends requests on, with its name."""
    name = _chosen(route.retry, subject.config.defaults.retry)
    return (name, subject.config.retries[name]) if name is not None and services_of(route) else None


def breaker_of(subject: Subject, service: ServiceConfig) -> tuple[str, BreakerConfig] | None:
    """The breaker of a service, with its name."""
    name = _chosen(service.breaker, subject.config.defaults.breaker)
    return None if name is None else (name, subject.config.breakers[name])


def first_byte_timeout_of(subject: Subject, service: ServiceConfig) -> float:
    """Seconds that an attempt may take to the head of its answer."""
    return service.first_byte_timeout or subject.config.defaults.first_byte_timeout


def connect_timeout_of(subject: Subject, service: ServiceConfig) -> float:
    """Seconds to open a connection."""
    return service.connect_timeout or subject.config.defaults.connect_timeout


def timeout_place(subject: Subject, name: str, route: RouteConfig) -> KeyPath:
    """Where the timeout of a route is said, should it be said at all."""
    return ("defaults", "timeout") if route.timeout is None else ("routes", name, "timeout")


def taking(service: ServiceConfig) -> list[tuple[int, InstanceConfig]]:
    """The written instances that get new requests, by their number."""
    return [(n, one) for n, one in enumerate(service.instances or ()) if one.status == "up" and one.weight > 0]


def _chosen(own: str | None, default: str | None) -> str | None:
    name = default if own is None else own
    return None if name == "none" else name
