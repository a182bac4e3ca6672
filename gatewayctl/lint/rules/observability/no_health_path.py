"""A load balancer has nothing to ask for.

Finds gateways that listen beyond this machine, with several workers or a `shutdown_delay`, without `server.health_path`
and with an admin listener that only this machine can reach.

Why: Readiness turns to 503 at the end so that load balancers send their requests elsewhere. Where none can ask, they go
on until the port is closed, and the delay only makes the end longer.

Example:

    [server]
    listen         = "0.0.0.0:8080"
    shutdown_delay = "10s"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [server]
    listen         = "0.0.0.0:8080"
    shutdown_delay = "10s"
    health_path    = "/health"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: None: the path must not be one of your own.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L606", "nobody-can-ask-for-health")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    server, admin = subject.config.server, subject.config.admin
    reached = admin.listen is not None and not admin.listen.loopback
    if server.health_path or reached or all(address.loopback for address in server.listen):
        return
    if server.workers == 1 and not server.shutdown_delay:
        return
    yield Found(
        ("server", "listen"),
        "load balancers cannot ask whether this gateway is ready: health_path is not set, and admin is out of their reach",
        "reached from elsewhere",
        'add health_path = "/health", or let admin listen where they can reach it',
    )
