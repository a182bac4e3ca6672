"""Other methods of a protected path reach the same service without authentication.

Finds routes with `methods` and authentication beside a wider route without authentication to the same service: what the
first does not name, the second takes.

Why: `GET /users` needs a token, and `DELETE /users` does not. Methods that a route does not name are not refused where
another route takes them: any `/*` for all methods does away with 405 below it.

Example:

    [services.users]
    builtin = "echo"

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [routes.users]
    path    = "/users"
    methods = ["GET"]
    service = "users"
    auth    = "key"

    [routes.rest]
    path    = "/*"
    service = "users"
    auth    = "none"

Instead:

    [services.users]
    builtin = "echo"

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [routes.users]
    path    = "/users"
    service = "users"
    auth    = "key"

    [routes.rest]
    path    = "/*"
    service = "users"
    auth    = "none"

Fix: None; either the methods or the authentication is to be changed.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.guards import guarded
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import matched_by
from gatewayctl.routing.compiled import USUAL_METHODS
from gatewayctl.routing.exact import Reached

RULE = Rule("L106", "method-falls-through", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    facts = subject.routes
    for index, compiled in enumerate(facts.compiled):
        route = subject.config.routes[compiled.name]
        if compiled.methods is None or route.service is None or not guarded(subject, route):
            continue
        reached = facts.reach(index)
        if not isinstance(reached, Reached):
            continue
        for method in (m for m in USUAL_METHODS if m not in compiled.methods and m not in (b"OPTIONS", b"HEAD")):
            request = reached.witness._replace(method=method)
            winner = facts.taker(request)
            if winner is None or winner == index:
                continue
            other = facts.compiled[winner].name
            taking = subject.config.routes[other]
            if taking.service != route.service or guarded(subject, taking):
                continue
            yield Found(
                ("routes", compiled.name, "methods"),
                f'{subject.shown(request)} reaches "{route.service}" without authentication, by way of "{other}"',
                "other methods are not refused",
                f'leave methods out, or give "{other}" the authentication too',
                related=((("routes", other, matched_by(facts.compiled[winner])), "this route takes them"),),
            )
            break
