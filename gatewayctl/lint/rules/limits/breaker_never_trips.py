"""This breaker can never open.

Finds breakers that need 1000 failures in a row or more, and 1000 attempts a second or more before the share of failures
counts.

Why: A service that fails is asked on and on: the breaker protects nothing. To leave out one of the two conditions a
large number is a way; for both it is a slip.

Example:

    [breakers.standard]
    failure_threshold = 1000
    min_requests      = 20000
    window            = "10s"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [breakers.standard]
    failure_threshold = 1000
    min_requests      = 20
    window            = "10s"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None.
"""

from collections.abc import Iterator
from typing import Final

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

MOST: Final = 1000
"""Failures in a row, and attempts a second, that are out of reach."""

RULE = Rule("L315", "breaker-never-trips")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, breaker in sorted(subject.config.breakers.items()):
        if breaker.failure_threshold < MOST or breaker.min_requests / breaker.window < MOST:
            continue
        yield Found(
            ("breakers", name, "failure_threshold"),
            f'"{name}" never opens: {breaker.failure_threshold} failures in a row are out of reach, and so is the share',
            "never reached",
            "lower it (5 is the default), or lower min_requests",
            related=((("breakers", name, "min_requests"), "neither is this, in its window"),),
        )
