"""This header protects nobody any more.

Finds response headers in transforms, and in the answers of routes, that browsers have given up: x-xss-protection,
expect-ct, public-key-pins, feature-policy, x-webkit-csp and x-content-security-policy.

Why: A header that looks like protection and is none keeps one from looking for what protects today. The filter that
x-xss-protection switches on, where it is still there, has itself been used to read pages.

Example:

    [routes.home]
    path      = "/"
    respond   = { status = 200 }
    transform = "secure"

    [transforms.secure.response]
    set = { x-xss-protection = "1; mode=block" }

Instead:

    [routes.home]
    path      = "/"
    respond   = { status = 200 }
    transform = "secure"

    [transforms.secure]
    builtin = "security_headers"

Fix: Unsafe: the header is removed. A check of your own may ask for it.
"""

from collections.abc import Iterator
from typing import Final

from gatewayctl.config.finding import KeyPath
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.subject import Subject

_CSP: Final = "content-security-policy does its work today"
_PINS: Final = "a CAA record of the domain says who may issue its certificates"
TODAY: Final = {
    "x-xss-protection": _CSP,
    "expect-ct": "browsers ask for certificate transparency anyway",
    "public-key-pins": _PINS,
    "public-key-pins-report-only": _PINS,
    "feature-policy": "permissions-policy does its work today",
    "x-webkit-csp": _CSP,
    "x-content-security-policy": _CSP,
}
"""What does its work today."""

RULE = Rule("L416", "given-up-header")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for at, name in _sent(subject):
        today = TODAY.get(name.lower())
        if today is not None:
            yield Found(
                at,
                f"browsers have given up {name.lower()}",
                "protects nobody",
                f"remove it: {today}",
                on_key=True,
                fix=Fix("remove the header", (Remove(at),), safe=False),
            )


def _sent(subject: Subject) -> Iterator[tuple[KeyPath, str]]:
    """The headers that answers are given, by their places."""
    for name, transform in sorted(subject.config.transforms.items()):
        for how, changed in (("set", transform.response.set), ("add", transform.response.add)):
            yield from ((("transforms", name, "response", how, header), header) for header in changed)
    for name, route in subject.enabled():
        if route.respond is not None:
            yield from ((("routes", name, "respond", "headers", header), header) for header in route.respond.headers)
