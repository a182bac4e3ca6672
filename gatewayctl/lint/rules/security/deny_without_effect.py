"""An address is denied that is not let in anyway.

Finds blocks in `deny` of an access list none of whose addresses are in `allow`.

Why: With `allow`, everybody else is denied. A `deny` beside it is there to take a piece out of it; one that lies elsewhere
is a slip of the keyboard, and the address that was meant still comes in.

Example:

    [access.office]
    allow = ["10.0.0.0/8"]
    deny  = ["11.6.6.0/24"]

    [routes.home]
    path    = "/"
    access  = "office"
    respond = { status = 200 }

Instead:

    [access.office]
    allow = ["10.0.0.0/8"]
    deny  = ["10.6.6.0/24"]

    [routes.home]
    path    = "/"
    access  = "office"
    respond = { status = 200 }

Fix: Unsafe: the block is removed. Nobody is let in or kept out who was not before, but another one may have been meant.
"""

from collections.abc import Iterator
from ipaddress import ip_network

from gatewayctl.lint.addresses import overlapping
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.subject import Subject

RULE = Rule("L415", "deny-without-effect")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, access in sorted(subject.config.access.items()):
        allowed = [ip_network(block, strict=False) for block in access.allow]
        for number, written in enumerate(access.deny if allowed else ()):
            if any(overlapping(ip_network(written, strict=False), block) for block in allowed):
                continue
            at = ("access", name, "deny", number)
            yield Found(
                at,
                f'{written} is denied by "{name}", and not let in anyway',
                "outside of allow",
                "correct the address, or remove it",
                fix=Fix("remove the block", (Remove(at),), safe=False),
            )
