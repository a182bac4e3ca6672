"""What must hold of a token whose signature is right (RFC 7519 4.1, RFC 8725 3.8 to 3.12)."""

import math
from collections.abc import Mapping
from typing import Any

from gatewayctl.plan.identity import JwtPlan
from gatewayctl.policy.auth.identity import claim_of
from gatewayctl.policy.auth.tokens import BadToken


def check_claims(claims: Mapping[str, Any], plan: JwtPlan, now: float) -> float:
    """When the token expires, in seconds since the epoch; infinite if it never does. Raises BadToken."""
    expires, begins = _time(claims, "exp"), _time(claims, "nbf")
    if expires is not None and now >= expires + plan.leeway:
        raise BadToken("the token has expired")
    if begins is not None and now < begins - plan.leeway:
        raise BadToken("the token is not valid yet")
    if plan.issuer is not None and claims.get("iss") != plan.issuer:
        raise BadToken("the token is from another issuer")
    if plan.audience is not None and plan.audience.isdisjoint(_audience(claims)):
        raise BadToken("the token is for another audience")
    for name in plan.required_claims:
        if claim_of(claims, name) in (None, ""):
            raise BadToken(f"the token lacks the claim {name}")
    return math.inf if expires is None else expires


def scopes_of(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """The scopes that a claim holds: words with spaces between them (RFC 8693 4.2), or a list."""
    value = claim_of(claims, name)
    if isinstance(value, str):
        return frozenset(value.split(" ")) - {""}
    return frozenset(item for item in value if isinstance(item, str)) if isinstance(value, list) else frozenset()


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e18 < value < 1e18:
        raise BadToken(f"the token's {name} is no time")
    return float(value)


def _audience(claims: Mapping[str, Any]) -> list[str]:
    value = claims.get("aud")
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
