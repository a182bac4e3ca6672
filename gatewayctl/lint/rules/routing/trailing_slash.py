"""A path with a slash at its end, and nothing takes it without one.

Finds patterns that end in `/` for which the same request without that slash gets a 404.

Why: `/users/` and `/users` are two paths. People and programs write both, and no answer says that the slash is what is
missing.

Example:

    [routes.users]
    path    = "/users/"
    respond = { status = 200 }

Instead:

    [routes.users]
    path    = "/users/"
    respond = { status = 200 }

    [routes.users-without-slash]
    path     = "/users"
    redirect = { to = "/users/" }

Fix: None; a redirect, a second route or another path may be what you want.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject
from gatewayctl.routing.exact import Reached

RULE = Rule("L108", "trailing-slash")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    facts = subject.routes
    for index, route in enumerate(facts.compiled):
        if route.path is None or route.path == "/" or not route.path.endswith("/"):
            continue
        reached = facts.reach(index)
        if not isinstance(reached, Reached):
            continue
        request = reached.witness._replace(path=reached.witness.path.rstrip(b"/"))
        if request.path and facts.taker(request) is None:
            yield Found(
                ("routes", route.name, "path"),
                f"{subject.shown(request)} is answered with 404: only the path with the slash is routed",
                "not without the slash",
                "leave the slash out, or add a route without it that redirects here",
            )
