"""Requests that must not be repeated are repeated.

Finds retry policies whose `methods` name POST or PATCH, and that try again after more than a failed connection.

Why: Neither is idempotent (RFC 9110 9.2.2): where only the answer was lost, what was asked for is done twice, such as
an order or a payment. Without that, a POST is still tried again where nothing of it has been sent.

Example:

    [retries.all]
    methods = ["GET", "HEAD", "POST"]

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "all"

Instead:

    [retries.all]
    methods = ["GET", "HEAD"]

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    retry   = "all"

Fix: Unsafe: the method is removed. Fewer requests are tried again.
"""

from collections.abc import Iterator
from typing import Final

from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.subject import Subject

UNSAFE: Final = ("POST", "PATCH")

RULE = Rule("L312", "retry-of-unsafe-methods")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, retry in sorted(subject.config.retries.items()):
        if not set(retry.on) - {"connect"}:
            continue
        for number, method in enumerate(retry.methods):
            if method not in UNSAFE:
                continue
            at = ("retries", name, "methods", number)
            yield Found(
                at,
                f'"{name}" repeats {method} requests, which may then be carried out twice',
                "not idempotent",
                'remove it; what was never sent is tried again all the same. on = ["connect"] is safe for all methods',
                fix=Fix(f"no longer repeat {method}", (Remove(at),), safe=False),
            )
