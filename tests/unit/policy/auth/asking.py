"""Requests and plans for schemes, as short as a test wants them."""

from dataclasses import replace
from typing import Any, NamedTuple

from gatewayctl.core.head import HeadParser
from gatewayctl.core.messages import RequestHead
from gatewayctl.plan.identity import ApiKeyPlan, BasicPlan, ConsumerPlan, CredentialPlan, JwtPlan
from gatewayctl.plan.keys import secret_key
from gatewayctl.policy.auth.certificate import PeerCertificate
from gatewayctl.policy.auth.helpers import Alone
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.auth.jwt import JwtScheme
from tests.support.tokens import NOW, SECRET

AUTHORIZATION = CredentialPlan("authorization", "authorization", True)
JWT = JwtPlan(
    name="jwt",
    algorithms=("HS256",),
    keys=(secret_key(SECRET.encode()),),
    fetched=None,
    issuer="https://issuer.example/",
    audience=frozenset({"api"}),
    leeway=60.0,
    token_types=frozenset(),
    credential=AUTHORIZATION,
    required_claims=(),
    scopes_claim="scope",
    consumer_claim="sub",
    forward_claims=(),
    realm="api",
    optional=False,
    said_at=("auth", "jwt"),
)
API_KEY = ApiKeyPlan("key", CredentialPlan("header", "X-API-Key", True), "api", False, ("auth", "key"))
BASIC = BasicPlan("basic", (), AUTHORIZATION, "api", False, ("auth", "basic"))


class Asked(NamedTuple):
    """See ``Asking``."""

    head: RequestHead
    path: bytes = b"/"
    client_ip: bytes = b"203.0.113.9"
    certificate: PeerCertificate | None = None


def asking(*fields: bytes, target: bytes = b"/") -> Asked:
    """A request with these fields."""
    parser = HeadParser(request_id_name=b"x-request-id", max_fields=100)
    return Asked(parser.request(b"\r\n".join((b"GET " + target + b" HTTP/1.1", b"Host: a", *fields))))


def bearer(token: bytes) -> Asked:
    """A request with that token."""
    return asking(b"Authorization: Bearer " + token)


def scheme(consumers: dict[str, ConsumerPlan] | None = None, **changed: Any) -> JwtScheme:
    """A scheme that differs from ``JWT`` as said."""
    return JwtScheme(replace(JWT, **changed), consumers or {}, Alone())


def identified(by: Any, token: bytes, now: float = NOW) -> Identity:
    """Who is behind a token, which must be right."""
    outcome = by.identify(bearer(token), now)
    assert isinstance(outcome, Identity), outcome
    return outcome


def refused(by: Any, token: bytes, now: float = NOW) -> str:
    """Why a token is refused, which it must be."""
    outcome = by.identify(bearer(token), now)
    assert outcome is not None
    assert not isinstance(outcome, Identity), outcome
    return str(outcome.detail)
