"""This service hangs on one instance.

Finds services with one written instance by its IP address, for whose outage no fallback of a breaker is written.

Why: While that instance is away, every request fails: a retry has nowhere else to go. That may be meant, so the rule
runs only on request.

Example:

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None.
"""

from collections.abc import Iterator

from gatewayctl.config.kinds.net import ip_literal
from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import breaker_of, taking
from gatewayctl.lint.subject import Subject

RULE = Rule("L203", "single-point-of-failure", Severity.NOTE, taste=True)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        breaker = breaker_of(subject, service)
        if len(service.instances or ()) != 1 or (breaker is not None and breaker[1].fallback is not None):
            continue
        for number, only in taking(service):
            if ip_literal(only.url.host) is None:
                continue  # a name may stand for several addresses
            yield Found(
                ("services", name, "instances", number, "url"),
                f'"{name}" has one instance, and nothing takes over while it is away',
                "the only one",
                "add another instance, or a breaker with a fallback",
            )
