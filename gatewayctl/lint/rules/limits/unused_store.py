"""Nothing uses this store.

Finds stores that nothing in the configuration names: no limit counts in them.

Why: It protects nothing, and who reads the file believes that it does. Often the line that should name it was
forgotten, or went away with a merge.

Example:

    [stores.shared]
    url = "redis://127.0.0.1:6379/0"


    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [stores.shared]
    url = "redis://127.0.0.1:6379/0"


    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [limits.per-client]
    algorithm = "sliding_window"
    limit     = 100
    window    = "1m"
    store     = "shared"

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["per-client"]

Fix: Unsafe: the store is removed. No request notices, but it may be its use that is missing.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.references import found_unused
from gatewayctl.lint.subject import Subject

RULE = Rule("L304", "unused-store")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    return found_unused(subject, "stores", "nothing uses the store", "name it in store of a limit")
