"""Every route says the same.

Finds a policy or timeout that four routes or more, and all of them, give in the same words, where `[defaults]` says
nothing of it.

Why: The next route that is added will lack it. In `[defaults]` it holds for all, and a route that is to be different
says so.

Example:

    [transforms.tidy]
    request = { remove = ["x-debug"] }

    [routes.a1]
    path    = "/a1"
    respond = { status = 200 }
    transform = "tidy"

    [routes.b1]
    path    = "/b1"
    respond = { status = 200 }
    transform = "tidy"

    [routes.c1]
    path    = "/c1"
    respond = { status = 200 }
    transform = "tidy"

    [routes.d1]
    path    = "/d1"
    respond = { status = 200 }
    transform = "tidy"

Instead:

    [defaults]
    transform = "tidy"

    [transforms.tidy]
    request = { remove = ["x-debug"] }

    [routes.a1]
    path    = "/a1"
    respond = { status = 200 }

    [routes.b1]
    path    = "/b1"
    respond = { status = 200 }

    [routes.c1]
    path    = "/c1"
    respond = { status = 200 }

    [routes.d1]
    path    = "/d1"
    respond = { status = 200 }

Fix: None: it takes several lines in several files.
"""

from collections.abc import Iterator
from typing import Final

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

KEYS: Final = ("timeout", "limits", "retry", "auth", "access", "cache", "cors", "transform")
FEWEST: Final = 4

RULE = Rule("L506", "repeated-in-every-route", Severity.NOTE, taste=True)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    routes = sorted(subject.config.routes.items())
    if len(routes) < FEWEST:
        return
    for key in KEYS:
        first = getattr(routes[0][1], key)
        if first is None or first in ("none", ()) or subject.written("defaults", key):
            continue
        if all(getattr(route, key) == first for _, route in routes):
            yield Found(
                ("routes", routes[0][0], key),
                f"all {len(routes)} routes say the same {key}",
                "and so on in each",
                f"say it once, with {key} in [defaults]",
                on_key=True,
            )
