"""This breaker hardly ever closes again.

Finds breakers that take good answers (200 to 399) for failures, that let a trial be slower (`slow_call`) than the time
in which all trials must end (`recovery_timeout`), or that need more than 100 trials without one failure.

Why: A trial that fails opens the breaker again, for twice as long: the service is well, and clients go on being
refused.

Example:

    [breakers.standard]
    failure_statuses = ["200-599"]

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [breakers.standard]
    failure_statuses = ["500-599"]

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
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import format_duration

RULE = Rule("L316", "breaker-never-recovers")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, breaker in sorted(subject.config.breakers.items()):
        at = ("breakers", name)
        for number, statuses in enumerate(breaker.failure_statuses):
            if statuses.first < 400 and statuses.last >= 200:
                message = f'"{name}" takes good answers for failures, such as {max(statuses.first, 200)}'
                help = 'name failures of the service, such as "502-504"'
                yield Found((*at, "failure_statuses", number), message, "never closes", help)
        if breaker.slow_call > breaker.recovery_timeout:
            slow, recovery = format_duration(breaker.slow_call), format_duration(breaker.recovery_timeout)
            message = f'a trial of "{name}" may take {slow}, and is given up after {recovery}'
            yield Found((*at, "slow_call"), message, "longer than recovery_timeout", "raise recovery_timeout")
        if breaker.half_open_requests > 100:
            message = f'"{name}" closes only after {breaker.half_open_requests} trials without a failure'
            yield Found((*at, "half_open_requests"), message, "one failure is enough", "3 is the default")
