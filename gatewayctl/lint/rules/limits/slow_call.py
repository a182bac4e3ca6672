"""No call is ever as slow as this breaker waits for.

Finds breakers whose `slow_call` is not below the `first_byte_timeout` of any service that has them.

Why: The timeout ends the call first, and is a failure in any case: `slow_call` has no effect.

Example:

    [breakers.standard]
    slow_call = "20s"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [breakers.standard]
    slow_call = "2s"

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
from gatewayctl.lint.effective import breaker_of, first_byte_timeout_of
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import format_duration

RULE = Rule("L319", "slow-call-never-counts")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    longest: dict[str, float] = {}
    for _, service in sorted(subject.config.services.items()):
        found = breaker_of(subject, service)
        if found is not None:
            longest[found[0]] = max(longest.get(found[0], 0.0), first_byte_timeout_of(subject, service))
    for name, timeout in sorted(longest.items()):
        slow = subject.config.breakers[name].slow_call
        if slow >= timeout:
            yield Found(
                ("breakers", name, "slow_call"),
                f"a call ends after {format_duration(timeout)}, so none is as slow as {format_duration(slow)}",
                "never reached",
                "lower it below first_byte_timeout of the services",
            )
