"""Where discovery finds nothing, nothing answers.

Finds services with discovery that have neither a breaker with a fallback nor a bound on requests in flight.

Why: A source may answer that there are no instances, or only one. Then all requests are refused, or all of them meet at
that one. That may be meant, so the rule runs only on request.

Example:

    [services.orders]
    discovery = { type = "dns", name = "orders.internal", port = 9000 }

    [routes.orders]
    path    = "/orders/*"
    service = "orders"

Instead:

    [services.orders]
    discovery     = { type = "dns", name = "orders.internal", port = 9000 }
    max_in_flight = 200
    breaker       = "standard"

    [breakers.standard]
    fallback = { status = 503, body = "back soon" }

    [routes.orders]
    path    = "/orders/*"
    service = "orders"

Fix: None.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import breaker_of
from gatewayctl.lint.subject import Subject

RULE = Rule("L211", "discovery-without-last-resort", Severity.NOTE, taste=True)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        breaker = breaker_of(subject, service)
        if service.discovery is None or service.max_in_flight is not None:
            continue
        if breaker is None or breaker[1].fallback is None:
            yield Found(
                ("services", name, "discovery"),
                f'where discovery finds no instance of "{name}", or one, nothing bounds what happens',
                "no last resort",
                "add a breaker with a fallback, or max_in_flight",
                on_key=True,
            )
