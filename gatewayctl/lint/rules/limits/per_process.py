"""Each worker knows only its own requests.

Finds services with the least_connections balancer and several instances where `server.workers` is more than one.

Why: Each process balances what it has itself in flight. With some requests in each of many workers all of them see idle
instances, and what they choose is round robin at best. Two random choices (p2c) need less knowledge for the same
balance.

Example:

    [server]
    workers = 4

    [services.users]
    instances     = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]
    load_balancer = "least_connections"

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [server]
    workers = 4

    [services.users]
    instances     = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]
    load_balancer = "p2c"

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L320", "counted-per-process", Severity.NOTE)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    workers = subject.config.server.workers
    if workers == 1:
        return
    for name, service in sorted(subject.config.services.items()):
        if service.load_balancer != "least_connections" or len(service.instances or (0, 0)) < 2:
            continue
        yield Found(
            ("services", name, "load_balancer"),
            f'each worker counts only its own requests to "{name}"',
            "not of all workers together",
            'take "p2c", which needs less knowledge',
            related=((("server", "workers"), "so many count apart"),),
        )
