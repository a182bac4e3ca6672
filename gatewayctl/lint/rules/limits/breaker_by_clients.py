"""Clients can open this breaker for everybody.

Finds breakers whose `failure_statuses` hold answers to wrong requests: 400 to 499, other than 408, 425 and 429.

Why: A few requests for what is not there, or without a right, and the breaker opens: all other clients are refused
although the service is well.

Example:

    [breakers.standard]
    failure_statuses = ["400-599"]

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [breakers.standard]
    failure_statuses = ["429", "500-599"]

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.statuses import answers
from gatewayctl.lint.subject import Subject

RULE = Rule("L317", "breaker-opened-by-clients")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, breaker in sorted(subject.config.breakers.items()):
        for number, statuses in enumerate(breaker.failure_statuses):
            status = answers(statuses, 400)
            if status:
                yield Found(
                    ("breakers", name, "failure_statuses", number),
                    f'whoever makes the service answer {status} opens "{name}" for all',
                    "no failure of the service",
                    'name failures of the service, such as "502-504"',
                )
