"""Routes between which only their names would decide: an error, with the request that shows it."""

from collections.abc import Sequence

from gatewayctl.config.masking import MASK
from gatewayctl.plan.findings import Findings
from gatewayctl.plan.model import RoutePlan
from gatewayctl.routing import RoutingOptions, find_ambiguities


def report_ambiguities(routes: Sequence[RoutePlan], options: RoutingOptions, findings: Findings) -> None:
    """Adds an error for each route that is ambiguous with one before it."""
    for found in find_ambiguities([route.match for route in routes], options):
        first, second = routes[found.first], routes[found.second]
        key = "path" if second.match.regex is None else "path_regex"
        if found.witness is None:
            message = f'the routes "{first.name}" and "{second.name}" cannot be told apart'
            label = "a regular expression that may match the same requests"
        else:
            request = found.witness.shown(findings.secret_parts, MASK.encode())
            message = f'the routes "{first.name}" and "{second.name}" both take {request}'
            label = "only the names would decide"
        other = "path" if first.match.regex is None else "path_regex"
        findings.error(
            "E307",
            message,
            ("routes", second.name, key),
            label=label,
            help="give one of them a higher priority, or make their conditions differ",
            related=findings.also_at(("routes", first.name, other), f'"{first.name}" is here'),
        )
