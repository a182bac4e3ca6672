"""Answers are tried again that a second try cannot change.

Finds retry policies whose `on` has statuses below 500, other than 408, 425 and 429.

Why: A 404 or a 403 is the answer: the client asked for the wrong thing, and asks for it again. The load on the service
doubles and the budget for real failures is used up.

Example:

    [retries.safe]
    on = ["connect", "reset", "400-599"]

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "safe"

Instead:

    [retries.safe]
    on = ["connect", "reset", "429", "502-504"]

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "safe"

Fix: None.
"""

from collections.abc import Iterator

from gatewayctl.config.kinds.http import Statuses
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.statuses import answers
from gatewayctl.lint.subject import Subject

RULE = Rule("L314", "retry-of-good-answers")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, retry in sorted(subject.config.retries.items()):
        for number, cause in enumerate(retry.on):
            if isinstance(cause, Statuses) and (status := answers(cause)):
                yield Found(
                    ("retries", name, "on", number),
                    f'"{name}" tries again after a {status}, which a second try answers the same',
                    "no failure of the service",
                    'try again after what may be over in a moment, such as "502-504"',
                )
