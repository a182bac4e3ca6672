"""A redirect leads to a path that nothing takes.

Finds redirects to a path of this gateway that gets a 404.

Why: The client is sent on to an error. It is found late, since the redirect itself works.

Example:

    [routes.old]
    path     = "/v1/users"
    redirect = { to = "/v2/user" }

    [routes.users]
    path    = "/v2/users"
    respond = { status = 200 }

Instead:

    [routes.old]
    path     = "/v1/users"
    redirect = { to = "/v2/users" }

    [routes.users]
    path    = "/v2/users"
    respond = { status = 200 }

Fix: None; the target is for you to say.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.redirects import local_redirects
from gatewayctl.lint.subject import Subject

RULE = Rule("L111", "redirect-to-nowhere")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for one in local_redirects(subject):
        if one.taker is None:
            yield Found(
                ("routes", one.name, "redirect", "to"),
                f"{subject.shown(one.request)} is redirected to {one.shown}, which no route takes",
                "answered with 404",
                "correct the target, or add a route for it",
            )
