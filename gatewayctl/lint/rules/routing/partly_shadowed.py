"""A route loses requests to another one whose path is wider.

Finds pairs of routes where the more specific path does not win, since a priority counts before the path, and shows a
request that goes elsewhere. A host counts before the path too: that is told of routes without a host that the gateway
answers itself. Routes with header or query conditions take requests on purpose and are left alone.

Why: Whoever reads `/healthz` expects it to answer on every host. A route for one host with `/*` goes before it there,
and the load balancer that asks this host hears something else.

Example:

    [routes.shop]
    hosts   = ["shop.example.com"]
    path    = "/*"
    respond = { status = 404 }

    [routes.health]
    path    = "/healthz"
    respond = { status = 200 }

Instead:

    [routes.shop]
    hosts   = ["shop.example.com"]
    path    = "/*"
    respond = { status = 404 }

    [routes.health]
    path     = "/healthz"
    priority = 1
    respond  = { status = 200 }

Fix: None; either route may be the one that should win.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import matched_by
from gatewayctl.routing.compiled import CompiledRoute
from gatewayctl.routing.exact import Covered
from gatewayctl.routing.witness import Witness

RULE = Rule("L102", "partly-shadowed-route")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    compiled = subject.routes.compiled
    for index, route in enumerate(compiled):
        for other in subject.routes.meeting(index):
            winner = compiled[other]
            own = subject.config.routes[route.name].service is None
            if not _surprising(route, winner, own) or isinstance(subject.routes.reach(index), Covered):
                continue
            taken = subject.routes.taken(index, other)
            if not isinstance(taken, Witness):
                continue
            why = "its priority is higher" if winner.priority > route.priority else "a route with a host goes first"
            yield Found(
                ("routes", route.name, matched_by(route)),
                f'"{winner.name}" takes requests from the more specific "{route.name}": {subject.shown(taken)}',
                why,
                f'give "{route.name}" the host or the priority too, if these requests are meant for it',
                related=((("routes", winner.name, matched_by(winner)), "the wider path"),),
            )


def _surprising(route: CompiledRoute, winner: CompiledRoute, own: bool) -> bool:
    """Whether the winner is the wider one, and wins by something that stands before the path. ``own``: the gateway
    answers the route itself, as it does for health checks, so that it is meant for every host."""
    if winner.headers or winner.query or route.regex is not None or winner.regex is not None:
        return False
    first = winner.priority > route.priority or (
        own and winner.priority == route.priority and bool(winner.hosts) and not route.hosts
    )
    return first and route.path_rank < winner.path_rank
