"""``compile_plan``: from a validated configuration to what will happen. Pure; every problem is a diagnostic with its place."""

from gatewayctl.config import GatewayConfig, Loaded
from gatewayctl.core.diagnostics import Diagnostic, has_errors, in_order
from gatewayctl.plan.ambiguities import report_ambiguities
from gatewayctl.plan.edits import missing_by_default
from gatewayctl.plan.findings import Findings
from gatewayctl.plan.limits import policies_plan
from gatewayctl.plan.listening import server_tls_plan
from gatewayctl.plan.model import Plan, RoutePlan
from gatewayctl.plan.routes import route_plan
from gatewayctl.plan.schemes import identity_plan
from gatewayctl.plan.sections import admin_plan, log_plan, metrics_plan, server_plan
from gatewayctl.plan.services import service_plans
from gatewayctl.plan.table import routing_options


def compile_plan(loaded: Loaded) -> tuple[Plan | None, tuple[Diagnostic, ...]]:
    """The plan of a loaded configuration, or None and what is wrong with it beyond what loading has found.

    Where loading found errors there is no plan, but the routes that are valid so far are still looked at, so that one
    run tells everything.
    """
    config = loaded.config or loaded.valid
    if config is None:
        return None, ()
    findings = Findings(loaded)
    server = server_plan(config, server_tls_plan(config, loaded))
    options = routing_options(server)
    identity = identity_plan(config, loaded, findings)
    routes: list[RoutePlan] = []
    for name, route in sorted(config.routes.items()):
        if route.enabled:
            compiled = route_plan(name, route, config, options, findings)
            if compiled is not None:
                routes.append(compiled)
        else:
            route_plan(
                name, route, config, options, findings
            )  # a disabled route may be enabled tomorrow: it must be right
    if loaded.config is not None and not has_errors(findings.all):
        report_ambiguities(routes, options, findings)
    diagnostics = tuple(in_order(findings.all))
    if loaded.config is None or has_errors(diagnostics):
        return None, diagnostics
    plan = Plan(
        digest=loaded.digest,
        server=server,
        admin=admin_plan(config),
        log=log_plan(config),
        metrics=metrics_plan(config),
        trace_sample_ratio=_sample_ratio(config),
        services=service_plans(config, loaded.contents),
        routes=tuple(routes),
        policies=policies_plan(config),
        identity=identity,
        missing=missing_by_default(config),
    )
    return plan, diagnostics


def _sample_ratio(config: GatewayConfig) -> float:
    return float(config.tracing.sample_ratio)
