"""Nothing sends requests to this service.

Finds services that no route (enabled or not), split, mirror, aggregate or fallback names.

Why: Its connections, checks and discovery are kept up for nothing, and who reads the file believes that it is in use.
Often a route names another service by mistake.

Example:

    [services.users]
    builtin = "echo"

    [services.users-next]
    builtin = "echo"

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    builtin = "echo"

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: Unsafe: the service is removed. No request notices, but it may be a route that is missing.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.references import found_unused
from gatewayctl.lint.subject import Subject

RULE = Rule("L204", "unused-service")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    return found_unused(subject, "services", "nothing sends requests to the service", "name it in a route")
