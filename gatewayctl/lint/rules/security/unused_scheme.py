"""An authentication scheme is used by nothing.

Finds schemes that no enabled route has, neither by itself nor by default nor through a scheme of type `any`.

Why: A scheme is written to protect something. Nothing uses it, so what it was meant for is open, or it is left over and
its secret still lies around.

Example:

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [routes.home]
    path    = "/"
    auth    = "key"
    respond = { status = 200 }

Fix: Unsafe: the scheme is removed. It may be that a route should have used it.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.guards import schemes_in_use
from gatewayctl.lint.subject import Subject

RULE = Rule("L414", "unused-scheme")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    used = {name for name, _ in schemes_in_use(subject)}
    for name in sorted(subject.config.auth.keys() - used):
        yield Found(
            ("auth", name),
            f'no route uses the scheme "{name}"',
            "protects nothing",
            f'add auth = "{name}" to the routes that need it, or remove the scheme',
            on_key=True,
            fix=Fix("remove the scheme", (Remove(("auth", name)),), safe=False),
        )
