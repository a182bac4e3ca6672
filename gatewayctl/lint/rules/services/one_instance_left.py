"""Of several instances only one takes requests.

Finds services with several instances of which all but one are down or of weight 0. Instances that are draining are
being moved, and count as taking part.

Why: The service was written for several, and now hangs on one: without a retry elsewhere, and with nobody to take over.

Example:

    [services.users]
    instances = [
      { url = "http://10.0.0.11:9001" },
      { url = "http://10.0.0.12:9001", status = "down" },
      { url = "http://10.0.0.13:9001", status = "down" },
    ]

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances = [
      { url = "http://10.0.0.11:9001" },
      { url = "http://10.0.0.12:9001" },
      { url = "http://10.0.0.13:9001", status = "down" },
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
from gatewayctl.lint.words import counted

RULE = Rule("L202", "one-instance-left")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        instances = service.instances or ()
        left = taking(service)
        if len(instances) < 2 or len(left) != 1 or any(one.status == "draining" for one in instances):
            continue
        number, only = left[0]
        yield Found(
            ("services", name, "instances", number, "url"),
            f'of {counted(len(instances), "instance")} of "{name}" only "{only.name}" takes requests',
            "the only one",
            "put the others back, or remove those that are gone",
        )
