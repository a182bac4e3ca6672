"""Nothing uses this retry policy.

Finds retry policies that nothing in the configuration names: no route, not `[defaults]`.

Why: It protects nothing, and who reads the file believes that it does. Often the line that should name it was
forgotten, or went away with a merge.

Example:

    [retries.safe]
    attempts = 2


    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [retries.safe]
    attempts = 2


    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "safe"

Fix: Unsafe: the retry policy is removed. No request notices, but it may be its use that is missing.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.references import found_unused
from gatewayctl.lint.subject import Subject

RULE = Rule("L303", "unused-retry")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    return found_unused(
        subject, "retries", "nothing uses the retry policy", "name it in retry of a route or of [defaults]"
    )
