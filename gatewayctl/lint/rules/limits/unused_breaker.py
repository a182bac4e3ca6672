"""Nothing uses this breaker.

Finds breakers that nothing in the configuration names: no service, not `[defaults]`.

Why: It protects nothing, and who reads the file believes that it does. Often the line that should name it was
forgotten, or went away with a merge.

Example:

    [breakers.standard]
    failure_threshold = 5


    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [breakers.standard]
    failure_threshold = 5


    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [defaults]
    breaker = "standard"

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: Unsafe: the breaker is removed. No request notices, but it may be its use that is missing.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.references import found_unused
from gatewayctl.lint.subject import Subject

RULE = Rule("L302", "unused-breaker")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    return found_unused(
        subject, "breakers", "nothing uses the breaker", "name it in breaker of a service or of [defaults]"
    )
