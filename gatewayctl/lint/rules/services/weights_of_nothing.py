"""This split has only one side.

Finds splits in which at most one side has a weight above 0.

Why: With one side the other never gets a request, so the split says nothing; with none, no request has anywhere to go.

Example:

    [services.orders]
    builtin = "echo"

    [services.orders-next]
    builtin = "echo"

    [routes.orders]
    path  = "/orders/*"
    split = [{ service = "orders", weight = 100 }, { service = "orders-next", weight = 0 }]

Instead:

    [services.orders]
    builtin = "echo"

    [services.orders-next]
    builtin = "echo"

    [routes.orders]
    path  = "/orders/*"
    split = [{ service = "orders", weight = 95 }, { service = "orders-next", weight = 5 }]

Fix: None.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L214", "weight-of-nothing")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, route in subject.enabled():
        sides = [side for side in route.split or () if side.weight > 0]
        if route.split is None or len(sides) > 1:
            continue
        only = f'all requests go to "{sides[0].service}"' if sides else "no side takes any request"
        yield Found(
            ("routes", name, "split"),
            f'the split of "{name}" divides nothing: {only}',
            "no weight on the other side" if sides else "no weight at all",
            "give the other side a weight, or name the one in service",
        )
