"""Health checks ask for the front page.

Finds active checks by http without a `path`: they ask for `/`.

Why: What answers at `/` says little about the service: a redirect to a login counts as good, a 404 of an API without a
front page as bad, and then all instances are out at once.

Example:

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]
    health    = { interval = "5s" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]
    health    = { path = "/healthz", interval = "5s" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None: only you know the path. Write `path = "/"` where it is meant.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L209", "health-path-missing")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        if service.health is None or service.health.type != "http":
            continue
        at = ("services", name, "health")
        if not subject.written(*at, "path"):
            yield Found(
                at,
                f'the health checks of "{name}" ask for "/"',
                "no path",
                'name what tells its health, such as path = "/healthz", or take type = "tcp"',
                on_key=True,
            )
