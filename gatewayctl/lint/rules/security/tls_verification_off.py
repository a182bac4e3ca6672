"""The certificate of an instance is not checked.

Finds services with `tls.verify = false`.

Why: Whoever can place himself between the gateway and the instance (by DNS, ARP or a route) reads and changes
everything, the tokens of users too, and nobody notices. TLS without verification protects against nobody who is active.

Example:

    [services.users]
    instances = [{ url = "https://10.0.0.11:9443" }, { url = "https://10.0.0.12:9443" }]
    tls       = { verify = false }

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances = [{ url = "https://10.0.0.11:9443" }, { url = "https://10.0.0.12:9443" }]
    tls       = { server_name = "users.internal", ca = "certs/internal-ca.pem" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: Unsafe: `verify` becomes true. Instances whose certificate no trusted authority has signed then fail.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Replace
from gatewayctl.lint.subject import Subject

RULE = Rule("L401", "tls-verification-off", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        if service.tls is None or service.tls.verify:
            continue
        at = ("services", name, "tls", "verify")
        yield Found(
            at,
            f'the certificates of the instances of "{name}" are not checked',
            "anybody may be at the other end",
            "name the authority with tls.ca and the name with tls.server_name, and remove verify = false",
            fix=Fix("check the certificates", (Replace(at, "true"),), safe=False),
        )
