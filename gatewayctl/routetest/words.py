"""How routes and services are put into words, the same in every command that shows them."""

from collections.abc import Container

from gatewayctl.plan.model import ForwardPlan, RedirectPlan, RespondPlan, RoutePlan
from gatewayctl.routing.compiled import Check, CompiledRoute, Condition

ANY: str = "*"


def methods(route: CompiledRoute) -> str:
    """``GET, POST``, or ``*``."""
    return ANY if route.methods is None else ", ".join(method.decode() for method in route.methods)


def conditions(
    route: CompiledRoute, secret_headers: Container[str] = (), secret_query: Container[str] = ()
) -> list[str]:
    """Header and query conditions: ``x-channel: beta``, ``x-version ~ [0-9]+``, ``?v=2``, ``?debug is there``.

    The values of those that are named secret are shown as ``***``.
    """
    headers = [_condition(condition, "", ": ", secret_headers) for condition in route.headers]
    return headers + [_condition(condition, "?", "=", secret_query) for condition in route.query]


def _condition(condition: Condition, mark: str, equal: str, secret: Container[str]) -> str:
    name = condition.name.decode()
    value = "***" if name.lower() in secret else condition.source
    match condition.check:
        case Check.EQUAL:
            return f"{mark}{name}{equal}{value}"
        case Check.REGEX:
            return f"{mark}{name} ~ {value}"
        case _:
            return f"{mark}{name} is there"


def target(route: RoutePlan) -> str:
    """Where a route leads: the service's name, ``respond 200`` or ``redirect 308``."""
    for step in route.steps:
        if isinstance(step, ForwardPlan):
            return step.service
        if isinstance(step, RespondPlan):
            return f"respond {step.status}"
        if isinstance(step, RedirectPlan):
            return f"redirect {step.status}"
    return ""
