"""This route is switched off.

Finds routes with `enabled = false`.

Why: It is as if it were not there, and goes on being read and maintained. Git keeps what was removed. That it is off
may be meant for a while, so the rule runs only on request.

Example:

    [routes.orders]
    path    = "/orders"
    respond = { status = 200 }
    enabled = false

Instead:

    [routes.orders]
    path    = "/orders"
    respond = { status = 200 }

Fix: Unsafe: the route is removed. No request notices.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.subject import Subject

RULE = Rule("L507", "route-left-disabled", Severity.NOTE, taste=True)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, route in sorted(subject.config.routes.items()):
        if not route.enabled:
            yield Found(
                ("routes", name, "enabled"),
                f'the route "{name}" is switched off',
                "as if it were not there",
                "remove it, or switch it on",
                fix=Fix(f'remove the route "{name}"', (Remove(("routes", name)),), safe=False),
            )
