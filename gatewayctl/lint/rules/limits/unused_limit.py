"""Nothing uses this limit.

Finds limits that nothing in the configuration names: no route, no consumer, not `[defaults]`.

Why: It protects nothing, and who reads the file believes that it does. Often the line that should name it was
forgotten, or went away with a merge.

Example:

    [limits.per-client]
    algorithm = "sliding_window"
    limit     = 100
    window    = "1m"


    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [limits.per-client]
    algorithm = "sliding_window"
    limit     = 100
    window    = "1m"


    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["per-client"]

Fix: Unsafe: the limit is removed. No request notices, but it may be its use that is missing.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.references import found_unused
from gatewayctl.lint.subject import Subject

RULE = Rule("L301", "unused-limit")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    return found_unused(subject, "limits", "nothing uses the limit", "name it in limits of a route or of [defaults]")
