"""[limits.*] and [stores.*], compiled, and the limits that a route has."""

from gatewayctl.config.models import GatewayConfig
from gatewayctl.config.models.limits import LimitConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.plan.policies import (
    IdentityLimitsPlan,
    KeyPath,
    LimitFieldsPlan,
    LimitPlan,
    LimitsPlan,
    PoliciesPlan,
    StorePlan,
)


def policies_plan(config: GatewayConfig) -> PoliciesPlan:
    """All limits and stores, in the order of their names."""
    return PoliciesPlan(
        limits={name: _limit(name, limit) for name, limit in sorted(config.limits.items())},
        stores={name: StorePlan(name, store.url.get_secret_value()) for name, store in sorted(config.stores.items())},
    )


def _limit(name: str, limit: LimitConfig) -> LimitPlan:
    return LimitPlan(
        name=name,
        algorithm=limit.algorithm,
        limit=limit.limit,
        window=limit.window or 0.0,
        burst=limit.burst or limit.limit,
        key=tuple(limit.key),
        reports=limit.mode == "report",
        store=limit.store,
        on_store_error=limit.on_store_error,
        cost=limit.cost,
        headers=limit.headers and limit.mode != "report",
        max_keys=limit.max_keys,
    )


def limit_plans(
    name: str, route: RouteConfig, config: GatewayConfig
) -> "list[LimitsPlan | IdentityLimitsPlan | LimitFieldsPlan]":
    """The steps of a route's limits: what is taken, before and after it is known who asks, and what is told of it."""
    at: KeyPath
    if route.limits is None:
        names, at = config.defaults.limits, ("defaults", "limits")
    else:
        names, at = route.limits, ("routes", name, "limits")
    limits = tuple(dict.fromkeys(names))
    if not limits:
        return []
    known = {limit: config.limits[limit] for limit in limits if limit in config.limits}  # one that is not: E201 tells
    late_ones = {limit for limit, settings in known.items() if _needs_identity(settings)}
    before = tuple(limit for limit in limits if limit not in late_ones)
    by_consumer = tuple(limit for limit in limits if limit in late_ones and "consumer" in known[limit].key)
    by_claim = tuple(limit for limit in limits if limit in late_ones and limit not in by_consumer)
    steps: list[LimitsPlan | IdentityLimitsPlan | LimitFieldsPlan] = []
    if before:
        steps.append(LimitsPlan(before, at, bool(late_ones)))
    if late_ones:
        steps.append(IdentityLimitsPlan(by_claim, by_consumer, before, at))
    owned = (
        {limit for consumer in config.consumers.values() for limit in consumer.limits or ()} if by_consumer else set()
    )
    told = [*known.values(), *(config.limits[limit] for limit in owned if limit in config.limits)]
    fields = any(limit.headers and limit.mode != "report" for limit in told)
    return [*steps, *([LimitFieldsPlan(at)] if fields else [])]


def _needs_identity(limit: LimitConfig) -> bool:
    """Whether a limit counts by what is known of a request only after authentication."""
    return any(part == "consumer" or part.startswith("claim:") for part in limit.key)
