"""[limits.*] and [stores.*], compiled, and the limits that a route has."""

from gatewayctl.config.models import GatewayConfig
from gatewayctl.config.models.limits import LimitConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.plan.policies import KeyPath, LimitFieldsPlan, LimitPlan, LimitsPlan, PoliciesPlan, StorePlan


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


def limit_plans(name: str, route: RouteConfig, config: GatewayConfig) -> "list[LimitsPlan | LimitFieldsPlan]":
    """The steps of a route's limits: what is taken, and what is told of it. None without limits."""
    at: KeyPath
    if route.limits is None:
        names, at = config.defaults.limits, ("defaults", "limits")
    else:
        names, at = route.limits, ("routes", name, "limits")
    limits = tuple(dict.fromkeys(names))
    if not limits:
        return []
    known = [config.limits[limit] for limit in limits if limit in config.limits]  # one that is wrong is told elsewhere
    told = any(limit.headers and limit.mode != "report" for limit in known)
    return [LimitsPlan(limits, at), *([LimitFieldsPlan(at)] if told else [])]
