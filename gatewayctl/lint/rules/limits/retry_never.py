"""This retry policy never tries again.

Finds retry policies with one attempt, with nothing to try again `on`, or whose budget is 0 altogether.

Why: It says that requests are tried again, and none is.

Example:

    [retries.safe]
    attempts = 1

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "safe"

Instead:

    [retries.safe]
    attempts = 2

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "safe"

Fix: None.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L313", "retry-that-never-happens")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, retry in sorted(subject.config.retries.items()):
        never = (
            ("attempts", retry.attempts == 1, "attempts are tries in all, the first one too: write 2"),
            ("on", not retry.on, "say what is tried again, or remove on for the default"),
            ("budget", retry.budget == 0 and retry.min_budget == 0, "raise budget or min_budget"),
        )
        for key, holds, help in never:
            if holds:
                message = f'"{name}" never tries again: {key} leaves nothing'
                yield Found(("retries", name, key), message, "no second try", help + ', or write retry = "none"')
                break
