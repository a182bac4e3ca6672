"""A try is cut short, and then not made again.

Finds retry policies with an `attempt_timeout` whose `on` does not name `first_byte_timeout`.

Why: What ends a try after `attempt_timeout` is a timeout of the first byte. Where that is no reason to try again, the
client gets a 504 early, with time left.

Example:

    [retries.safe]
    attempts        = 2
    attempt_timeout = "2s"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "safe"

Instead:

    [retries.safe]
    attempts        = 2
    on              = ["connect", "reset", "first_byte_timeout", "502-504"]
    attempt_timeout = "2s"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "safe"

Fix: None: add it by hand; slow requests are then sent twice.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L311", "attempt-timeout-not-retried")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, retry in sorted(subject.config.retries.items()):
        if retry.attempt_timeout is None or "first_byte_timeout" in retry.on:
            continue
        on = ("retries", name, "on")
        yield Found(
            ("retries", name, "attempt_timeout"),
            f'a try of "{name}" that is cut by attempt_timeout is not made again',
            "ends the request",
            'add "first_byte_timeout" to on, or remove attempt_timeout',
            related=((on, "what is tried again"),) if subject.written(*on) else (),
        )
