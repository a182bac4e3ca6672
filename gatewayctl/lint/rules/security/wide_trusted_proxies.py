"""Everybody may say who the client is.

Finds blocks in `server.trusted_proxies` that hold public addresses and are wider than a /16 (IPv4) or a /32 (IPv6).

Why: Whoever is trusted writes the client's address himself. Access lists, limits by address and the log then hold what an
attacker wants them to hold.

Example:

    [server]
    trusted_proxies = ["0.0.0.0/0"]

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [server]
    trusted_proxies = ["10.0.1.0/24"]

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: None; only you know where your proxies are.
"""

from collections.abc import Iterator
from ipaddress import ip_network

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L406", "wide-trusted-proxies", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for number, written in enumerate(subject.config.server.trusted_proxies):
        if written == "unix":
            continue
        block = ip_network(written, strict=False)
        if not block.is_private and block.prefixlen < (16 if block.version == 4 else 32):
            yield Found(
                ("server", "trusted_proxies", number),
                f"every address of {written} may say who the client is",
                "too wide",
                "name the blocks that your own proxies are in",
            )
