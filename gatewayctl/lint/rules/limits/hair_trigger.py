"""A single failure opens this breaker for everybody.

Finds breakers with a `failure_rate` of 0, or with a `failure_threshold` of 1 that do not stand before single instances.

Why: A rate of 0 is not off: it is reached by the first failure. One answer that fails, of thousands, and all requests
to the service are refused for `recovery_timeout`.

Example:

    [breakers.standard]
    failure_rate = 0

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [breakers.standard]
    failure_rate = 0.5

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None. To leave the share out, write a large `min_requests`.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L322", "breaker-opens-at-once")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, breaker in sorted(subject.config.breakers.items()):
        at = ("breakers", name)
        if breaker.failure_rate == 0:
            message = f'"{name}" opens at the first failure after {breaker.min_requests} attempts: 0 is not off'
            help = "raise it (0.5 is the default); to leave it out, write a large min_requests"
            yield Found((*at, "failure_rate"), message, "reached by any failure", help)
        if breaker.failure_threshold == 1 and breaker.scope != "instance":
            message = f'one failure opens "{name}" for all requests'
            help = 'raise it (5 is the default), or write scope = "instance"'
            yield Found((*at, "failure_threshold"), message, "reached by any failure", help)
