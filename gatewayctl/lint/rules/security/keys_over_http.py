"""Whom to trust is asked for without TLS.

Finds `jwks_url`, `discovery_url` and `url` of forward authentication with `http` to a host beyond this machine and its
private network.

Why: Whoever is on the way answers with keys of his own, or with "yes", and is anybody he likes.

Example:

    [auth.jwt]
    type       = "jwt"
    algorithms = ["RS256"]
    jwks_url   = "http://issuer.example/keys"
    issuer     = "https://issuer.example/"
    audience   = ["orders-api"]

    [routes.home]
    path    = "/"
    auth    = "jwt"
    respond = { status = 200 }

Instead:

    [auth.jwt]
    type       = "jwt"
    algorithms = ["RS256"]
    jwks_url   = "https://issuer.example/keys"
    issuer     = "https://issuer.example/"
    audience   = ["orders-api"]

    [routes.home]
    path    = "/"
    auth    = "jwt"
    respond = { status = 200 }

Fix: None; the other side has to speak TLS.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.addresses import inner
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.guards import schemes_in_use
from gatewayctl.lint.subject import Subject

RULE = Rule("L411", "keys-over-http", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, scheme in schemes_in_use(subject):
        for key in ("jwks_url", "discovery_url", "url"):
            url = getattr(scheme, key, None)
            if not isinstance(url, str):
                continue
            parts = urlsplit(url)
            if parts.scheme == "http" and not inner(parts.hostname or ""):
                yield Found(
                    ("auth", name, key),
                    f'whom "{name}" trusts is asked for without TLS',
                    "anybody on the way may answer",
                    "use https",
                )
