"""A redirect leads to itself.

Finds redirects to a path of this gateway that the same route takes.

Why: The browser goes round until it gives up, and the user sees "too many redirects". In tests with one request nothing
is noticed.

Example:

    [routes.old]
    path     = "/shop/*"
    redirect = { to = "/shop/{rest}" }

Instead:

    [routes.old]
    path     = "/shop/*"
    redirect = { to = "/store/{rest}" }

    [routes.store]
    path    = "/store/*"
    respond = { status = 200 }

Fix: None; the target is for you to say.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.redirects import local_redirects
from gatewayctl.lint.subject import Subject

RULE = Rule("L110", "redirect-loop", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for one in local_redirects(subject):
        if one.taker == one.route:
            yield Found(
                ("routes", one.name, "redirect", "to"),
                f'"{one.name}" redirects to itself: {subject.shown(one.request)} leads to {one.shown}',
                "the same route takes this",
                "redirect to a path that another route takes, or to another host",
            )
