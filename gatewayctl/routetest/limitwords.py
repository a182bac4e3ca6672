"""What the policies of a request are, in words: its limits and their keys, and how attempts are made and judged."""

from typing import TYPE_CHECKING

from gatewayctl.config import Loaded
from gatewayctl.core.units import format_duration
from gatewayctl.plan.model import ServicePlan
from gatewayctl.plan.policies import BreakerPlan, LimitPlan, RetryPlan
from gatewayctl.routetest.places import place

if TYPE_CHECKING:
    from gatewayctl.routetest.stepwords import Passage


def limit_words(limit: LimitPlan) -> str:
    """A limit without its key: ``per-client: 100 in 1m (sliding_window)``."""
    much = f"{limit.limit} at once" if limit.algorithm == "concurrency" else f"{limit.limit} in {_time(limit.window)}"
    burst = f", up to {limit.burst} together" if limit.algorithm == "token_bucket" else ""
    cost = f", {limit.cost} for this request" if limit.cost > 1 else ""
    where = "" if limit.store == "memory" else f", counted in {limit.store}"
    report = "; only reported" if limit.reports else ""
    return f"{limit.name}: {much}{burst}{cost} ({limit.algorithm}{where}){report}"


def key_words(limit: LimitPlan, passage: "Passage") -> str:
    """What this request is counted by. Values that a client sent are named, not shown: they may be credentials."""
    words = []
    for part in limit.key:
        known = {
            "client_ip": f"client_ip {passage.client_ip}",
            "consumer": _consumer_words(passage),
            "route": "" if passage.route is None else f"route {passage.route.name}",
        }.get(part, part)
        kind, _, name = part.partition(":")
        sent = name.lower().encode() in {f.name for f in passage.head.fields}
        lacks = (kind == "header" and not sent) or (kind == "claim" and not _has_claim(passage, name))
        words.append(f"client_ip {passage.client_ip} (it has no {part})" if lacks else known)
    return " and ".join(words)


def _consumer_words(passage: "Passage") -> str:
    if passage.identity is not None and passage.identity.consumer:
        return f"consumer {passage.identity.consumer}"
    return f"client_ip {passage.client_ip} (it has no consumer)"


def _has_claim(passage: "Passage", name: str) -> bool:
    return passage.identity is not None and passage.identity.claim_text(name) is not None


def own_limits(passage: "Passage") -> tuple[str, ...] | None:
    """The limits that the consumer has of its own; None for none, and where nobody is known."""
    if passage.identity is None:
        return None
    consumer = passage.plan.identity.consumers.get(passage.identity.consumer)
    return None if consumer is None else consumer.limits


def policed(service: ServicePlan, retry: RetryPlan | None, loaded: Loaded) -> list[str]:
    """Balancing, breaker, bulkhead, outlier detection and retries of the attempts at a service."""
    at = ("services", service.name)
    does = []
    if service.load_balancer not in ("round_robin", "weighted"):
        by = f" by {service.hash_key}" if service.load_balancer == "hash" else ""
        does.append(f"an instance by {service.load_balancer}{by}, {place(loaded, (*at, 'load_balancer'))}")
    if service.sticky is not None:
        does.append(f"sticky by the cookie {service.sticky.cookie.decode()}, {place(loaded, (*at, 'sticky'))}")
    if service.breaker is not None:
        does.append(f"{breaker_words(service.breaker)}, {place(loaded, service.breaker.said_at)}")
    if service.max_in_flight is not None:
        does.append(
            f"at most {service.max_in_flight} in flight at an instance, {place(loaded, (*at, 'max_in_flight'))}"
        )
    outlier = service.outlier
    if outlier is not None:
        failures, time = outlier.consecutive_failures, _time(outlier.ejection_time)
        does.append(f"an instance is ejected for {time} after {failures} failures, {place(loaded, (*at, 'outlier'))}")
    if retry is not None:
        does.append(f"{retry_words(retry)}, {place(loaded, retry.said_at)}")
    return does


def breaker_words(plan: BreakerPlan) -> str:
    """When a breaker opens."""
    share = f"{plan.failure_rate:.0%} of {plan.min_requests} or more in {_time(plan.window)}"
    each = {"service": "", "instance": ", one for each instance", "route": ", one for each route"}[plan.scope]
    return f"breaker {plan.name}{each}: opens after {plan.failure_threshold} failures in a row or {share}"


def retry_words(plan: RetryPlan) -> str:
    """What is tried again, and how often."""
    causes = [*sorted(plan.causes), *map(str, sorted(plan.statuses))]
    methods = ", ".join(sorted(method.decode() for method in plan.methods))
    return f"retries {plan.name}: up to {plan.attempts} tries of {methods} on {', '.join(causes)}"


def _time(seconds: float) -> str:
    return format_duration(seconds)
