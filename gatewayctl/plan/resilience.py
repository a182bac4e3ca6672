"""[breakers.*], [retries.*] and outlier detection, compiled for the service or route that names them."""

from collections.abc import Iterable

from gatewayctl.config.kinds.http import Statuses
from gatewayctl.config.models import GatewayConfig
from gatewayctl.config.models.resilience import FallbackConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.config.models.services import ServiceConfig
from gatewayctl.plan.policies import (
    BreakerPlan,
    FallbackPlan,
    KeyPath,
    OutlierPlan,
    RetryPlan,
    StickyFieldPlan,
    StickyPlan,
)


def breaker_plan(name: str, service: ServiceConfig, config: GatewayConfig) -> BreakerPlan | None:
    """The breaker of a service, its own or the default one."""
    at: KeyPath
    if service.breaker is None:
        named, at = config.defaults.breaker, ("defaults", "breaker")
    else:
        named, at = service.breaker, ("services", name, "breaker")
    if named is None or named == "none":
        return None
    breaker = config.breakers[named]
    return BreakerPlan(
        name=named,
        failure_threshold=breaker.failure_threshold,
        failure_rate=breaker.failure_rate,
        min_requests=breaker.min_requests,
        window=breaker.window,
        recovery_timeout=breaker.recovery_timeout,
        half_open_requests=breaker.half_open_requests,
        failure_statuses=_numbers(breaker.failure_statuses),
        slow_call=breaker.slow_call,
        scope=breaker.scope,
        fallback=None if breaker.fallback is None else _fallback(breaker.fallback),
        said_at=at,
    )


def _fallback(fallback: FallbackConfig) -> FallbackPlan:
    return FallbackPlan(
        status=fallback.status or 503,
        body=(fallback.body or "").encode(),
        fields=tuple((name.encode(), value.encode()) for name, value in fallback.headers.items()),
        service=fallback.service or "",
    )


def outlier_plan(service: ServiceConfig) -> OutlierPlan | None:
    """The outlier detection of a service."""
    outlier = service.outlier
    if outlier is None:
        return None
    return OutlierPlan(outlier.consecutive_failures, outlier.ejection_time, outlier.max_ejected)


def sticky_plan(service: ServiceConfig) -> StickyPlan | None:
    """The sticky sessions of a service."""
    sticky = service.sticky
    return None if sticky is None else StickyPlan(sticky.cookie.encode(), int(sticky.ttl))


def sticky_field_plan(route: RouteConfig, config: GatewayConfig) -> StickyFieldPlan | None:
    """The cookie on the answers of a route whose service has sticky sessions."""
    service = None if route.service is None else config.services.get(route.service)
    if route.service is None or service is None:  # one that is wrong, or not there, is told elsewhere
        return None
    sticky = sticky_plan(service)
    return None if sticky is None else StickyFieldPlan(sticky, ("services", route.service, "sticky"))


def retry_plan(name: str, route: RouteConfig, config: GatewayConfig) -> RetryPlan | None:
    """The retries of a route, its own or the default ones."""
    at: KeyPath
    if route.retry is None:
        named, at = config.defaults.retry, ("defaults", "retry")
    else:
        named, at = route.retry, ("routes", name, "retry")
    if named is None or named == "none":
        return None
    retry = config.retries.get(named)
    if retry is None:  # as above
        return None
    return RetryPlan(
        name=named,
        attempts=retry.attempts,
        causes=frozenset(cause for cause in retry.on if isinstance(cause, str)),
        statuses=_numbers(cause for cause in retry.on if isinstance(cause, Statuses)),
        methods=frozenset(method.encode() for method in retry.methods),
        attempt_timeout=retry.attempt_timeout,
        max_body=retry.max_body,
        backoff=retry.backoff,
        budget=retry.budget,
        min_budget=retry.min_budget,
        said_at=at,
    )


def _numbers(ranges: Iterable[Statuses]) -> frozenset[int]:
    return frozenset(status for some in ranges for status in range(some.first, some.last + 1))
