"""Two policies say the same.

Finds breakers, retry policies, transforms, access lists and CORS policies that have the same settings under two names.
Limits are passed over: two of them count apart.

Why: A change to one of them is soon forgotten in the other, and then what was meant to be the same is not.

Example:

    [transforms.tidy]
    request = { remove = ["x-debug"] }

    [transforms.clean]
    request = { remove = ["x-debug"] }

    [routes.orders]
    path    = "/orders"
    respond = { status = 200 }
    transform = "tidy"

    [routes.users]
    path    = "/users"
    respond = { status = 200 }
    transform = "clean"

Instead:

    [transforms.tidy]
    request = { remove = ["x-debug"] }

    [routes.orders]
    path    = "/orders"
    respond = { status = 200 }
    transform = "tidy"

    [routes.users]
    path    = "/users"
    respond = { status = 200 }
    transform = "tidy"

Fix: None: the name is in metrics and logs.
"""

from collections.abc import Iterator
from typing import Any, Final

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

SECTIONS: Final = ("breakers", "retries", "transforms", "access", "cors")

RULE = Rule("L508", "same-policy-twice", Severity.NOTE, taste=True)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for section in SECTIONS:
        seen: list[tuple[str, Any]] = []
        for name, policy in sorted(getattr(subject.config, section).items()):
            before = next((other for other, one in seen if one == policy), None)
            if before is None:
                seen.append((name, policy))
                continue
            yield Found(
                (section, name),
                f'"{name}" says the same as "{before}"',
                "the second time",
                f'name "{before}" in its place',
                on_key=True,
                related=(((section, before), "the first time"),),
            )
