"""Which route takes a request: patterns, canonical paths, the one total order, the table and what explains it.

Pure and offline: the same compiled routes answer live requests, ``route-test``, ``lint`` and ``diff``.
"""

from gatewayctl.routing.candidates import Candidate, explain_candidates
from gatewayctl.routing.canonical import PathError, canonical_path
from gatewayctl.routing.compile import compile_route
from gatewayctl.routing.compiled import CompiledRoute, HostPattern, Row, rank, rows
from gatewayctl.routing.entry import Match, Miss
from gatewayctl.routing.exact import Ambiguity, find_ambiguities
from gatewayctl.routing.nearest import NearMiss, explain_miss
from gatewayctl.routing.rendering import TemplateValues, Values, render, render_location, render_path
from gatewayctl.routing.single import Request
from gatewayctl.routing.spec import RouteError, RouteProblem, RouteSpec, RoutingOptions
from gatewayctl.routing.table import Table, TableBuilder
from gatewayctl.routing.templates import Template, TemplateError, TemplateNames, TemplateProblem, parse_template
from gatewayctl.routing.witness import Witness

__all__ = [
    "Ambiguity",
    "Candidate",
    "CompiledRoute",
    "HostPattern",
    "Match",
    "Miss",
    "NearMiss",
    "PathError",
    "Request",
    "RouteError",
    "RouteProblem",
    "RouteSpec",
    "RoutingOptions",
    "Row",
    "Table",
    "TableBuilder",
    "Template",
    "TemplateError",
    "TemplateNames",
    "TemplateProblem",
    "TemplateValues",
    "Values",
    "Witness",
    "canonical_path",
    "compile_route",
    "explain_candidates",
    "explain_miss",
    "find_ambiguities",
    "parse_template",
    "rank",
    "render",
    "render_location",
    "render_path",
    "rows",
]
