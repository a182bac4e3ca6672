"""What stands before a route: CORS, access list, authentication, requirements. By name, its own or the default."""

from gatewayctl.config import GatewayConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.plan.identity import AccessPlan, AuthPlan, CorsPlan, PreflightPlan, RequirePlan
from gatewayctl.plan.model import KeyPath, StepPlan

Used = tuple[str, KeyPath] | None
"""The name of a policy and where it is said; None for none."""


def used(name: str, key: str, own: str | None, default: str | None) -> Used:
    """The policy of a route: its own, else the default, "none" for none."""
    if own is not None:
        return None if own == "none" else (own, ("routes", name, key))
    return None if default is None or default == "none" else (default, ("defaults", key))


def auth_of(name: str, route: RouteConfig, config: GatewayConfig) -> Used:
    """The scheme that a route's clients are identified by."""
    return used(name, "auth", route.auth, config.defaults.auth)


def guard_plans(name: str, route: RouteConfig, config: GatewayConfig) -> list[StepPlan]:
    """The guards of a route, those that it has."""
    steps: list[StepPlan] = []
    cors = used(name, "cors", route.cors, config.defaults.cors)
    if cors is not None:
        steps += [PreflightPlan(*cors), CorsPlan(*cors)]
    access = used(name, "access", route.access, config.defaults.access)
    if access is not None:
        steps.append(AccessPlan(*access))
    auth = auth_of(name, route, config)
    if auth is None:
        return steps
    steps.append(AuthPlan(*auth))
    require = route.require
    if require is not None:
        steps.append(
            RequirePlan(
                scheme=auth[0],
                scopes=tuple(require.scopes),
                claims=tuple((claim, tuple(values)) for claim, values in sorted(require.claims.items())),
                consumers=frozenset(require.consumers),
                tags=frozenset(require.tags),
                said_at=("routes", name, "require"),
            )
        )
    return steps
