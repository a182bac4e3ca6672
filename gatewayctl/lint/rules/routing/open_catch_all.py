"""A route for everything else sends to a service without authentication.

Finds enabled routes whose path is `/*` or `/{rest:path}` and that forward without authentication, where other routes of
the configuration require it, unless `auth = "none"` is written.

Why: Every path that somebody forgets to route is open to everybody, and so is every slip in the path of a protected
route. A new endpoint of the service is public the moment it is deployed.

Example:

    [services.app]
    builtin = "echo"

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [routes.admin]
    path    = "/admin/*"
    service = "app"
    auth    = "key"

    [routes.rest]
    path    = "/*"
    service = "app"

Instead:

    [services.app]
    builtin = "echo"

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [defaults]
    auth = "key"

    [routes.admin]
    path    = "/admin/*"
    service = "app"

    [routes.rest]
    path    = "/*"
    service = "app"

Fix: None; whether the rest is public is for you to say.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.guards import guarded
from gatewayctl.lint.subject import Subject
from gatewayctl.routing.compiled import Kind

RULE = Rule("L105", "open-catch-all", Severity.WARNING)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    protected = [name for name, route in subject.enabled() if guarded(subject, route)]
    if not protected:
        return
    for compiled in subject.routes.compiled:
        route = subject.config.routes[compiled.name]
        wide = [segment.kind for segment in compiled.segments] in ([Kind.STAR], [Kind.REST])
        if not wide or route.service is None or route.auth is not None or guarded(subject, route):
            continue
        yield Found(
            ("routes", compiled.name, "path"),
            f'every path that no other route takes goes to "{route.service}" without authentication',
            f"open, while {len(protected)} of the routes are not",
            'add auth, or auth = "none" if the rest is public on purpose',
        )
