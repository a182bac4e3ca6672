"""[routes.*], compiled: the match, and the steps that a request of the route will meet, in their order."""

from gatewayctl.config.models import GatewayConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.plan.actions import forward_plan, redirect_plan, respond_plan
from gatewayctl.plan.deprecation import deprecated_plan
from gatewayctl.plan.edits import request_edit_plan, response_edit_plan
from gatewayctl.plan.findings import Findings
from gatewayctl.plan.guards import guard_plans
from gatewayctl.plan.limits import limit_plans
from gatewayctl.plan.model import BodyLimitPlan, RoutePlan, StepPlan
from gatewayctl.plan.order import in_step_order
from gatewayctl.plan.resilience import sticky_field_plan
from gatewayctl.routing import CompiledRoute, RouteError, RouteSpec, RoutingOptions, compile_route


def route_plan(
    name: str, route: RouteConfig, config: GatewayConfig, options: RoutingOptions, findings: Findings
) -> RoutePlan | None:
    """One route, None if something is wrong with it (``findings`` then says what)."""
    errors_before = findings.errors
    match = _match(name, route, options, findings)
    if match is None:
        return None
    steps: list[StepPlan] = [
        step
        for step in (
            _body_limit(name, route, config),
            respond_plan(name, route, config, match, findings),
            redirect_plan(name, route, config, match, findings),
            request_edit_plan(name, route, config, match, findings),
            response_edit_plan(name, route, config, match, findings),
            deprecated_plan(name, route),
            sticky_field_plan(route, config),
            forward_plan(name, route, config, match, findings),
        )
        if step is not None
    ]
    steps += limit_plans(name, route, config)
    steps += guard_plans(name, route, config)
    if findings.errors > errors_before:
        return None
    return RoutePlan(name, match, in_step_order(steps), tuple(route.tags))


def _match(name: str, route: RouteConfig, options: RoutingOptions, findings: Findings) -> CompiledRoute | None:
    spec = RouteSpec(
        name=name,
        path=route.path,
        path_regex=route.path_regex,
        methods=None if route.methods is None else tuple(route.methods),
        hosts=tuple(str(host) for host in route.hosts),
        headers=route.headers,
        query=route.query,
        priority=route.priority,
    )
    try:
        return compile_route(spec, options)
    except RouteError as error:
        for problem in error.problems:
            at = ("routes", name, problem.field, *(() if problem.item is None else (problem.item,)))
            findings.error_within(
                problem.code, problem.message, at, problem.start, problem.end, help=problem.help, of_key=problem.of_key
            )
        return None


def _body_limit(name: str, route: RouteConfig, config: GatewayConfig) -> BodyLimitPlan | None:
    """The route's own limit, else that of [server]; none for "unlimited"."""
    own = route.max_body_size
    if own is not None:
        return None if isinstance(own, str) else BodyLimitPlan(own, ("routes", name, "max_body_size"))
    limit = config.server.max_body_size
    return None if limit is None else BodyLimitPlan(limit, ("server", "max_body_size"))
