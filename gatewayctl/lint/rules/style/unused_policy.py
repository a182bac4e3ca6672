"""Nothing uses this policy.

Finds transforms, access lists, CORS policies and caches that no route, and not `[defaults]`, names.

Why: An access list that nothing names keeps nobody out, and who reads the file believes that it does. Often the line
that should name it was forgotten, or went away with a merge.

Example:

    [access.office]
    allow = ["10.0.0.0/8"]

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [access.office]
    allow = ["10.0.0.0/8"]

    [routes.home]
    path    = "/"
    respond = { status = 200 }
    access  = "office"

Fix: Unsafe: the policy is removed. No request notices, but it may be its use that is missing.
"""

from collections.abc import Iterator
from typing import Final

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.references import found_unused
from gatewayctl.lint.subject import Subject

SECTIONS: Final = {"transforms": "transform", "access": "access list", "cors": "CORS policy", "caches": "cache"}

RULE = Rule("L505", "unused-policy")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for section, noun in SECTIONS.items():
        key = noun.partition(" ")[0].lower()
        yield from found_unused(
            subject, section, f"nothing uses the {noun}", f"name it in {key} of a route or of [defaults]"
        )
