"""Templates of a route, parsed; what is wrong with one becomes a diagnostic at its very characters."""

from collections.abc import Mapping

from gatewayctl.config import GatewayConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.plan.findings import Findings
from gatewayctl.plan.model import KeyPath
from gatewayctl.routing import CompiledRoute, Template, TemplateError, TemplateNames, parse_template
from gatewayctl.routing.templates import Place


def template_names(route: RouteConfig, match: CompiledRoute, config: GatewayConfig) -> TemplateNames:
    """What exists on a route: its parameters, whether it sends to a service, whether it knows who asks."""
    auth = route.auth or config.defaults.auth or "none"
    return TemplateNames(params=match.params, service=route.service is not None, identity=auth != "none")


def template(text: str, place: Place, names: TemplateNames, at: KeyPath, findings: Findings) -> Template:
    """The parsed template; an empty one where it has problems, which are then among the findings."""
    if findings.is_placeholder(at):
        return Template(place, (), text.encode())
    try:
        return parse_template(text, place, names)
    except TemplateError as error:
        for problem in error.problems:
            findings.error_within(problem.code, problem.message, at, problem.start, problem.end, help=problem.help)
        return Template(place, (), b"")


def templates(
    texts: Mapping[str, str], place: Place, names: TemplateNames, at: KeyPath, findings: Findings
) -> tuple[tuple[bytes, Template], ...]:
    """The parsed values of a table, by name, in the order of the names."""
    return tuple(
        (name.encode(), template(text, place, names, (*at, name), findings)) for name, text in sorted(texts.items())
    )
