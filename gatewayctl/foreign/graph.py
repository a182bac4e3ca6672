"""The way of requests as a graph: hosts, routes, the policies that they name, services, instances.

What is drawn is data first (``graph_of``), then text: ``mermaid`` and ``dot`` write the same nodes and edges.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field
from itertools import pairwise
from typing import Final

from gatewayctl.config import Loaded
from gatewayctl.core.frozen import frozen, mutable
from gatewayctl.plan.model import Plan, RoutePlan
from gatewayctl.routetest.hidden import Hidden
from gatewayctl.routetest.words import methods, target

LAYERS: Final = ("host", "route", "policy", "service", "instance")
POLICIES: Final = ("auth", "access", "limits", "cors", "retry", "transform")
"""The settings of a route that name policies, in the order in which a request meets them."""


@frozen
class Node:
    """``kind`` is one of LAYERS; ``lines`` are what is written in it."""

    kind: str
    lines: tuple[str, ...]


@mutable
class Graph:
    """Nodes by an identity that is theirs alone, and edges between them, each once."""

    nodes: dict[tuple[str, ...], Node] = field(default_factory=dict)
    edges: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = field(default_factory=dict)

    def node(self, kind: str, name: str, *lines: str) -> tuple[str, ...]:
        """The node of that kind and name, made when it is first asked for."""
        identity = (kind, name)
        self.nodes.setdefault(identity, Node(kind, (name, *lines)))
        return identity

    def edge(self, *way: tuple[str, ...]) -> None:
        """Edges along these nodes."""
        for pair in pairwise(way):
            self.edges.setdefault(pair)


@frozen
class View:
    """What is drawn: ``routes``, ``services``, ``tags`` and ``hosts`` narrow it (empty: all), ``layers`` are shown."""

    routes: Sequence[str] = ()
    services: Sequence[str] = ()
    tags: Sequence[str] = ()
    hosts: Sequence[str] = ()
    layers: Sequence[str] = LAYERS
    bundled: bool = False
    """Routes that go the same way through the same policies are one node."""


def graph_of(loaded: Loaded, plan: Plan, view: View) -> Graph:
    """The graph of a valid configuration. Secrets do not appear in it."""
    graph, hidden = Graph(), Hidden(loaded)
    shown = [route for route in plan.routes if _is_shown(route, view, hidden)]
    bundles: dict[tuple[object, ...], list[RoutePlan]] = {}
    for route in shown:
        way = (_hosts(route, hidden), _policies(loaded, route), target(route))
        bundles.setdefault(way if view.bundled else (*way, route.name), []).append(route)
    for routes in bundles.values():
        _draw(graph, loaded, plan, routes, view, hidden)
    return graph


def _is_shown(route: RoutePlan, view: View, hidden: Hidden) -> bool:
    return (
        (not view.routes or route.name in view.routes)
        and (not view.services or target(route) in view.services)
        and (not view.tags or bool(set(view.tags) & set(route.tags)))
        and (not view.hosts or bool(set(view.hosts) & set(_hosts(route, hidden))))
    )


def _hosts(route: RoutePlan, hidden: Hidden) -> tuple[str, ...]:
    return tuple(hidden.host(route, host) or "" for host in route.match.hosts) or ("any host",)


def _policies(loaded: Loaded, route: RoutePlan) -> tuple[tuple[str, str], ...]:
    """The policies that apply to a route: its own, else those of [defaults]."""
    if loaded.config is None:
        return ()
    written, defaults = loaded.config.routes[route.name], loaded.config.defaults
    found: list[tuple[str, str]] = []
    for setting in POLICIES:
        own = getattr(written, setting)
        value = getattr(defaults, setting, None) if own is None else own
        names = (value,) if isinstance(value, str) else tuple(value or ())
        found += [(setting, name) for name in names if name != "none"]
    return tuple(found)


def _draw(graph: Graph, loaded: Loaded, plan: Plan, routes: Sequence[RoutePlan], view: View, hidden: Hidden) -> None:
    first = routes[0]
    made: list[list[tuple[str, ...]]] = []
    if "host" in view.layers:
        made.append([graph.node("host", host) for host in _hosts(first, hidden)])
    if "route" in view.layers:
        made.append([_route(graph, routes, hidden)])
    policies = _policies(loaded, first)
    if "policy" in view.layers and policies:
        made += [[graph.node("policy", f"{setting}: {name}")] for setting, name in _in_groups(policies)]
    leads = target(first)
    service = plan.services.get(leads) if first.forward is not None else None
    if "service" in view.layers:
        made.append([graph.node("service", leads) if service else graph.node("answer", leads)])
    for before, after in pairwise(made):
        for one in before:
            for other in after:
                graph.edge(one, other)
    if service is not None and "instance" in view.layers and made:
        ids = [" ".join(dict.fromkeys(hidden.instance(service, instance))) for instance in service.instances]
        states = [instance.status for instance in service.instances]
        for label, state in zip(ids, states, strict=True):
            node = ("instance", service.name, label)
            graph.nodes.setdefault(node, Node("instance", (label, *([state] if state != "up" else []))))
            for last in made[-1]:
                graph.edge(last, node)


def _in_groups(policies: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Several of one kind as one step: ``limits: a, b``."""
    names: dict[str, list[str]] = {}
    for setting, name in policies:
        names.setdefault(setting, []).append(name)
    return [(setting, ", ".join(all_)) for setting, all_ in names.items()]


def _route(graph: Graph, routes: Sequence[RoutePlan], hidden: Hidden) -> tuple[str, ...]:
    first = routes[0]
    if len(routes) == 1:
        pattern = f"{methods(first.match)} {hidden.pattern(first)}"
        return graph.node("route", first.name, pattern, *hidden.conditions(first))
    more = [route.name for route in routes[1:3]]
    rest = len(routes) - 1 - len(more)
    lines = [*more, *([f"and {rest} more"] if rest else [])]
    identity = ("route", first.name)
    graph.nodes[identity] = Node("route", (f"{len(routes)} routes", first.name, *lines))
    return identity


_MERMAID: Final = {
    "host": ('(["', '"])'), "route": ('["', '"]'), "policy": ('{{"', '"}}'), "service": ('[["', '"]]'),
    "instance": ('[("', '")]'), "answer": ('>"', '"]'),
}  # fmt: skip
_DOT: Final = {
    "host": "oval", "route": "box", "policy": "hexagon", "service": "component", "instance": "cylinder", "answer": "note",
}  # fmt: skip


def mermaid(graph: Graph) -> str:
    """A Mermaid flowchart. In labels only letters, digits and blanks stand for themselves, all else is an entity."""
    numbers = {identity: f"n{number}" for number, identity in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for identity, node in graph.nodes.items():
        opening, closing = _MERMAID[node.kind]
        lines.append(f"  {numbers[identity]}{opening}{'<br/>'.join(map(_entities, node.lines))}{closing}")
    lines += [f"  {numbers[one]} --> {numbers[other]}" for one, other in graph.edges]
    return "\n".join(lines) + "\n"


def dot(graph: Graph) -> str:
    """A directed graph for Graphviz, its nodes in columns by their kind."""
    numbers = {identity: f"n{number}" for number, identity in enumerate(graph.nodes)}
    lines = ["digraph gateway {", "  rankdir=LR;", '  node [fontname="Helvetica", fontsize=11];']
    for identity, node in graph.nodes.items():
        label = "\\n".join(map(_escaped, node.lines))
        lines.append(f'  {numbers[identity]} [label="{label}", shape={_DOT[node.kind]}];')
    lines += [f"  {numbers[one]} -> {numbers[other]};" for one, other in graph.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _entities(text: str) -> str:
    return "".join(char if char.isalnum() or char in " -_/.:,*" else f"#{ord(char)};" for char in text)


def _escaped(text: str) -> str:
    return "".join(" " if ord(char) < 32 else char for char in text).replace("\\", "\\\\").replace('"', '\\"')
