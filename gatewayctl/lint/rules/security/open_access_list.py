"""An access list lets everybody in.

Finds access lists whose `allow` holds all addresses (`0.0.0.0/0`, `::/0`) without a `deny`.

Why: It looks like a guard and is none. Often it was opened for an hour and never closed.

Example:

    [access.office]
    allow = ["0.0.0.0/0"]

    [routes.home]
    path    = "/"
    access  = "office"
    respond = { status = 200 }

Instead:

    [access.office]
    allow = ["10.0.0.0/8"]

    [routes.home]
    path    = "/"
    access  = "office"
    respond = { status = 200 }

Fix: None; either the list or its use is wrong.
"""

from collections.abc import Iterator
from ipaddress import ip_network

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L412", "open-access-list", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, access in sorted(subject.config.access.items()):
        for number, block in enumerate(access.allow):
            if not access.deny and ip_network(block, strict=False).prefixlen == 0:
                yield Found(
                    ("access", name, "allow", number),
                    f'the access list "{name}" lets everybody in',
                    "all addresses",
                    "name the blocks that may come in, or remove the list",
                )
