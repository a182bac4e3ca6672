"""No instance of this service takes requests.

Finds services all of whose instances are down, draining or of weight 0.

Why: Every request to the service is answered with 503. Most often the last instance was taken out for maintenance and
not put back.

Example:

    [services.users]
    instances = [
      { url = "http://10.0.0.11:9001", status = "down" },
      { url = "http://10.0.0.12:9001", weight = 0 },
    ]

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances = [
      { url = "http://10.0.0.11:9001", status = "down" },
      { url = "http://10.0.0.12:9001" },
    ]

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None: only you know which instance is fit.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import taking
from gatewayctl.lint.subject import Subject

RULE = Rule("L201", "no-instance-up")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        if not service.instances or taking(service):
            continue
        yield Found(
            ("services", name, "instances"),
            f'no instance of "{name}" takes requests: each is down, draining or of weight 0',
            "all requests are answered with 503",
            'put one back: remove its status = "down", or give it a weight',
        )
