"""Nothing notices when one of several instances fails.

Finds services with several instances and none of these: active checks (health), passive ones (outlier), a breaker for
each instance (scope), a retry policy on every route to it.

Why: The instance that is down goes on getting its share of requests, and all of them fail.

Example:

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]
    health    = { path = "/healthz" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None: the path that tells its health is the service's own. An empty `[services.NAME.outlier]` needs none.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import breaker_of, retry_of, routes_to, taking
from gatewayctl.lint.subject import Subject

RULE = Rule("L208", "unchecked-instances")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    routes_of = routes_to(subject)
    for name, service in sorted(subject.config.services.items()):
        if len(taking(service)) < 2 or service.health is not None or service.outlier is not None:
            continue
        breaker = breaker_of(subject, service)
        if breaker is not None and breaker[1].scope == "instance":
            continue
        routes = routes_of.get(name, {}).values()
        if not routes or all(retry_of(subject, route) is not None for route in routes):
            continue
        yield Found(
            ("services", name, "instances"),
            f'nothing notices when an instance of "{name}" fails: it goes on getting its share',
            "never checked",
            f"add [services.{name}.health] with a path, or an empty [services.{name}.outlier]",
        )
