"""A route without authentication among protected ones.

Finds routes that send to a service without authentication, without `auth = "none"`, where another route to the same
service requires it.

Why: The service relies on the gateway for some of its paths. A route that was added without `auth` opens what the others
close, and looks no different in a review.

Example:

    [services.orders]
    builtin = "echo"

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [routes.orders]
    path    = "/orders"
    service = "orders"
    auth    = "key"

    [routes.order]
    path    = "/orders/{id}"
    service = "orders"

Instead:

    [services.orders]
    builtin = "echo"

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [defaults]
    auth = "key"

    [routes.orders]
    path    = "/orders"
    service = "orders"

    [routes.order]
    path    = "/orders/{id}"
    service = "orders"

    [routes.status]
    path    = "/orders/status"
    service = "orders"
    auth    = "none"

Fix: None; whether the route is public is for you to say.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.guards import guarded
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import matched_by
from gatewayctl.routing.compiled import Kind

RULE = Rule("L402", "open-among-protected")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    protected: dict[str, str] = {}
    for name, route in subject.enabled():
        if route.service is not None and guarded(subject, route):
            protected.setdefault(route.service, name)
    for compiled in subject.routes.compiled:
        route = subject.config.routes[compiled.name]
        if route.service not in protected or route.auth is not None or guarded(subject, route):
            continue
        if [segment.kind for segment in compiled.segments] in ([Kind.STAR], [Kind.REST]):
            continue  # that is L105's
        other = protected[route.service or ""]
        yield Found(
            ("routes", compiled.name, matched_by(compiled)),
            f'"{compiled.name}" reaches "{route.service}" without authentication, and "{other}" does not',
            "open to everybody",
            'add auth, or auth = "none" if it is public on purpose',
            related=(
                (
                    ("routes", other, "auth" if subject.written("routes", other, "auth") else "service"),
                    "this route requires it",
                ),
            ),
        )
