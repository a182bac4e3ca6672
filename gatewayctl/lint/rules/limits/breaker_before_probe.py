"""The breaker tries again before the next health check.

Finds services whose breaker has a `recovery_timeout` that is shorter than the interval of their health checks.

Why: The checks know nothing new when the breaker lets requests through again: real requests are the ones that find out
that the instance is still down.

Example:

    [breakers.standard]
    recovery_timeout = "5s"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"
    health    = { path = "/healthz", interval = "30s" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [breakers.standard]
    recovery_timeout = "5s"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"
    health    = { path = "/healthz", interval = "2s" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None: it may be either of the two that is wrong.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import breaker_of
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import format_duration

RULE = Rule("L318", "breaker-shorter-than-probe")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        found = breaker_of(subject, service)
        if found is None or service.health is None or found[1].recovery_timeout >= service.health.interval:
            continue
        interval, recovery = service.health.interval, found[1].recovery_timeout
        yield Found(
            ("services", name, "health", "interval"),
            f'"{name}" is checked every {format_duration(interval)}, its breaker tries after {format_duration(recovery)}',
            "longer than recovery_timeout",
            "check more often, or raise recovery_timeout of the breaker",
            related=((("breakers", found[0], "recovery_timeout"), "the breaker tries again after this"),),
        )
