"""``gatewayctl graph``: the way of requests as a picture, for a document or a pull request."""

from enum import StrEnum
from typing import Annotated, Final

import typer

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import usage


class Form(StrEnum):
    mermaid = "mermaid"
    dot = "dot"


class Layer(StrEnum):
    host = "host"
    route = "route"
    policy = "policy"
    service = "service"
    instance = "instance"


BUNDLED_FROM: Final = 60
"""Routes from which on those that go the same way are drawn as one, unless all are asked for."""
MOST_EDGES: Final = 500
"""Edges of a flowchart that Mermaid draws unless it is told otherwise (its setting maxEdges)."""


def run(
    configuration: Configuration,
    format: Annotated[Form, typer.Option("--format", help="Mermaid for Markdown, DOT for Graphviz.")] = Form.mermaid,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the graph to FILE.")
    ] = None,
    route: Annotated[list[str] | None, typer.Option("--route", metavar="NAME", help="Only these routes.")] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", metavar="NAME", help="Only what leads to these services.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="Only routes with one of these.")
    ] = None,
    host: Annotated[
        list[str] | None, typer.Option("--host", metavar="HOST", help="Only routes with one of these host patterns.")
    ] = None,
    layer: Annotated[
        list[Layer] | None, typer.Option("--layer", help="Only these kinds of nodes. May be given again.")
    ] = None,
    every_route: Annotated[
        bool,
        typer.Option(
            "--every-route", help=f"Draw each route by itself, however many; else bundled from {BUNDLED_FROM}."
        ),
    ] = False,
) -> int:
    """Draw hosts, routes, their policies, services and instances as a Mermaid flowchart or a DOT graph.

    Of many routes, those with the same hosts, policies and service become one node, so that a thousand can be read;
    --route, --service, --tag, --host and --layer narrow it. Secrets do not appear.

    Exit codes: 0, or 2 for an invalid configuration or a name that is not there.
    """
    from gatewayctl.foreign.graph import LAYERS, View, dot, graph_of, mermaid

    console = Console(output=output)
    loaded, plan = configuration.compiled(console)
    _check("route", route, [one.name for one in plan.routes])
    _check("service", service, list(plan.services))
    layers = [one.value for one in layer] if layer else LAYERS
    narrowed = View(route or (), service or (), tag or (), host or (), layers)
    graph = graph_of(loaded, plan, narrowed)
    drawn = sum(node.kind == "route" for node in graph.nodes.values())
    if drawn >= BUNDLED_FROM and not every_route:
        graph = graph_of(loaded, plan, View(route or (), service or (), tag or (), host or (), layers, bundled=True))
        console.hint(f"{drawn} routes, those that go the same way as one; --every-route draws each")
    if format is Form.mermaid and len(graph.edges) > MOST_EDGES:
        console.hint(f"{len(graph.edges)} edges: Mermaid draws {MOST_EDGES} at most; narrow it, or use --format dot")
    if not graph.nodes:
        console.hint("nothing is left to draw: no route is like that")
    console.print((mermaid if format is Form.mermaid else dot)(graph).removesuffix("\n"))
    console.finish()
    return 0


def _check(what: str, names: list[str] | None, known: list[str]) -> None:
    from gatewayctl.core.suggest import did_you_mean

    for name in names or ():
        if name not in known:
            way_out = did_you_mean(name, known) or f"gatewayctl {what}s lists them"
            raise usage(f'there is no enabled {what} "{name}"', way_out)
