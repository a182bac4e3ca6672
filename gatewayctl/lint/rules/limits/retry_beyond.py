"""The tries of this retry policy do not fit into the timeout.

Finds retry policies that try again after a `first_byte_timeout`, on routes whose `timeout` is shorter than all tries
together, each as long as `attempt_timeout` or the service's `first_byte_timeout` lets it be.

Why: The route's timeout is over all tries: the last of them are cut, or never made. A first try that may take all the
time leaves none for a second.

Example:

    [retries.safe]
    attempts        = 3
    on              = ["connect", "reset", "first_byte_timeout", "502-504"]
    attempt_timeout = "5s"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "safe"
    timeout = "10s"

Instead:

    [retries.safe]
    attempts        = 3
    on              = ["connect", "reset", "first_byte_timeout", "502-504"]
    attempt_timeout = "3s"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "safe"
    timeout = "10s"

Fix: None: it may be any of the three that is wrong.
"""

from collections.abc import Iterator

from gatewayctl.config.finding import KeyPath
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import first_byte_timeout_of, retry_of, services_of, timeout_of, timeout_place
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import counted, format_duration

RULE = Rule("L310", "retries-beyond-the-timeout")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    found: dict[str, list[tuple[float, str, float]]] = {}
    for name, route in subject.enabled():
        retry, timeout = retry_of(subject, route), timeout_of(subject, name, route)
        if retry is None or timeout is None or retry[1].attempts < 2:
            continue
        policy = retry[1]
        if "first_byte_timeout" not in policy.on:
            continue  # a try that runs out of time is then the last one
        slowest = max(first_byte_timeout_of(subject, subject.config.services[one]) for one in services_of(route))
        each = min(policy.attempt_timeout or slowest, slowest)
        if each * policy.attempts > timeout:
            found.setdefault(retry[0], []).append((timeout, name, each))
    for policy_name, routes in sorted(found.items()):
        timeout, name, each = min(routes)
        policy = subject.config.retries[policy_name]
        others = f" (and of {counted(len(routes) - 1, 'route')} more)" if len(routes) > 1 else ""
        at: KeyPath = ("retries", policy_name, "on" if policy.attempt_timeout is None else "attempt_timeout")
        place = timeout_place(subject, name, subject.config.routes[name])
        yield Found(
            at,
            f"{policy.attempts} tries of {format_duration(each)} each do not fit into the timeout"
            f' of "{name}"{others}, {format_duration(timeout)}',
            "too long",
            "set attempt_timeout to a share of the timeout, or raise the timeout",
            on_key=policy.attempt_timeout is None,
            related=((place, "over all tries"),) if subject.written(*place) else (),
        )
