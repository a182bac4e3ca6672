"""What breakers and checks find out, nobody can see.

Finds metrics that are not enabled, or an admin listener that is off, where services have health checks, outlier
detection or a breaker.

Why: Instances are taken out and breakers open while the service seems to go on: until the last instance is gone,
nothing but `/metrics` and `/services` of the admin listener tells of it.

Example:

    [metrics]
    enabled = false

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]
    health    = { path = "/healthz" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [metrics]
    enabled = true

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]
    health    = { path = "/healthz" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import breaker_of
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import names

RULE = Rule("L602", "failures-nobody-sees")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    config = subject.config
    off = config.admin.listen is None
    if config.metrics.enabled and not off:
        return
    watched = [
        name
        for name, service in sorted(config.services.items())
        if service.health is not None or service.outlier is not None or breaker_of(subject, service) is not None
    ]
    if not watched:
        return
    yield Found(
        ("admin", "listen") if off else ("metrics", "enabled"),
        f"nobody sees when instances of {names(watched[:3])} fail, or a breaker opens",
        "no metrics",
        'listen on loopback or a unix socket, such as "unix:run/admin.sock"' if off else "enable them",
    )
