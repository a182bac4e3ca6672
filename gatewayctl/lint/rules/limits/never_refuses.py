"""This limit can never refuse anything.

Finds limits of concurrency that are above `server.max_connections`, or above what all instances behind their routes
take at once (`max_in_flight`). Limits that several hosts share are passed over.

Why: Further connections wait, or the instances are full and answer is 503, long before the limit is reached: it
protects nothing.

Example:

    [limits.together]
    algorithm = "concurrency"
    limit     = 500
    key       = "global"

    [services.users]
    instances     = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]
    max_in_flight = 50

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["together"]

Instead:

    [limits.together]
    algorithm = "concurrency"
    limit     = 80
    key       = "global"

    [services.users]
    instances     = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]
    max_in_flight = 50

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["together"]

Fix: None: it may be either of the two that is wrong.
"""

from collections.abc import Collection, Iterator

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import limited_by, services_of
from gatewayctl.lint.subject import Subject

RULE = Rule("L308", "limit-never-refuses")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    limited = limited_by(subject)
    for name, limit in sorted(subject.config.limits.items()):
        if limit.algorithm != "concurrency" or limit.store != "memory":
            continue
        most = limit.limit // limit.cost
        at: KeyPath = ("limits", name, "limit")
        connections = subject.config.server.max_connections
        room = _room(subject, limited.get(name, {}).values())
        if most >= connections:
            yield Found(
                at,
                f'"{name}" never refuses: there are never more than {connections} connections',
                "never reached",
                "lower it below server.max_connections",
                related=((("server", "max_connections"), "further ones wait"),),
            )
        elif room is not None and most > room:
            yield Found(
                at,
                f'"{name}" never refuses: the instances behind it take {room} requests at once',
                "never reached",
                "lower it, or raise max_in_flight of the services",
            )


def _room(subject: Subject, routes: Collection[RouteConfig]) -> int | None:
    """How many requests the instances behind these routes take at once; None where nothing bounds them."""
    services = {service for route in routes for service in services_of(route)}
    if not services or not all(services_of(route) for route in routes):
        return None
    room = 0
    for name in services:
        service = subject.config.services[name]
        if service.instances is None or service.max_in_flight is None:
            return None
        if subject.uncertain(("services", name, "max_in_flight")):
            return None
        room += service.max_in_flight * sum(one.status != "down" for one in service.instances)
    return room
