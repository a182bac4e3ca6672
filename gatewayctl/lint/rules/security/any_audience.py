"""Tokens for other services are accepted.

Finds jwt schemes with fetched keys (`jwks_url`, `discovery_url`) and `audience = "any"`.

Why: One issuer signs tokens for many services. Without an audience, a token that a user gave to any of them opens
this one as well (RFC 8725 3.9).

Example:

    [auth.jwt]
    type       = "jwt"
    algorithms = ["RS256"]
    jwks_url   = "https://issuer.example/keys"
    issuer     = "https://issuer.example/"
    audience   = "any"

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

Fix: None; the name of your audience is for you to say.
"""

from collections.abc import Iterator

from gatewayctl.config.models.auth import JwtConfig
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.guards import schemes_in_use
from gatewayctl.lint.subject import Subject

RULE = Rule("L408", "any-audience")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, scheme in schemes_in_use(subject):
        fetched = isinstance(scheme, JwtConfig) and (scheme.jwks_url or scheme.discovery_url)
        if fetched and isinstance(scheme, JwtConfig) and "any" in scheme.audience:
            yield Found(
                ("auth", name, "audience"),
                f'"{name}" accepts tokens that the issuer made for other services',
                "not checked",
                "name the audience that tokens for this API carry",
            )
