"""A timeout of this service is longer than its routes wait.

Finds a written `connect_timeout` or `first_byte_timeout` of a service, or of `[defaults]`, that is longer than the
`timeout` of every route to it.

Why: The route's timeout ends the request first, always: the longer one has no effect, and an attempt that hangs uses up
all the time there is, so that nothing is left for a retry.

Example:

    [services.reports]
    instances          = [{ url = "http://10.0.0.11:9001" }]
    first_byte_timeout = "2m"

    [routes.reports]
    path    = "/reports/*"
    service = "reports"

Instead:

    [services.reports]
    instances          = [{ url = "http://10.0.0.11:9001" }]
    first_byte_timeout = "2m"

    [routes.reports]
    path    = "/reports/*"
    service = "reports"
    timeout = "2m"

Fix: None: it may be either of the two that is wrong.
"""

from collections.abc import Iterator

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import routes_to, services_of, timeout_of, timeout_place
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import format_duration

RULE = Rule("L212", "timeout-never-reached")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    config = subject.config
    routes_of = routes_to(subject)
    for key in ("connect_timeout", "first_byte_timeout"):
        for name, service in sorted(config.services.items()):
            own = getattr(service, key)
            if own is not None:
                yield from _found(subject, ("services", name, key), own, routes_of.get(name, {}))
        if subject.written("defaults", key):
            without = {
                name: route
                for name, route in subject.enabled()
                if any(getattr(config.services[service], key) is None for service in services_of(route))
            }
            yield from _found(subject, ("defaults", key), getattr(config.defaults, key), without)


def _found(subject: Subject, path: KeyPath, seconds: float, routes: dict[str, RouteConfig]) -> Iterator[Found]:
    """The finding where no route waits that long."""
    waits = {name: timeout_of(subject, name, route) for name, route in routes.items()}
    known = [(wait, name) for name, wait in waits.items() if wait is not None]
    if not known or len(known) < len(waits) or max(known)[0] >= seconds:
        return
    longest, name = max(known)
    place = timeout_place(subject, name, routes[name])
    yield Found(
        path,
        f"{path[-1]} is {format_duration(seconds)}, but no route waits longer than {format_duration(longest)}",
        "never reached",
        "lower it, or raise the timeout of the route",
        related=((place, "ends the request first"),) if subject.written(*place) else (),
    )
