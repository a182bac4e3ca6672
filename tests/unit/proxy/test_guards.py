"""What stands before a route, on the live path: CORS, access lists, authentication, requirements."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.tokens import SECRET, token
from tests.unit.plan.compiling import compiled
from tests.unit.proxy.scene import Client, Scene, answer, scene

NOW = 1_000.0
"""When a scene begins, in seconds since the epoch."""
KEY = "sha256:" + hashlib.sha256(b"k-acme").hexdigest()
TEXT = f"""
[auth.jwt]
type = "jwt"
algorithms = ["HS256"]
secret = "{SECRET}"
issuer = "https://issuer.example/"
audience = "api"
consumer_claim = "sub"
forward_claims = {{ sub = "X-User-Id", "org.tier" = "X-Tier" }}
[auth.silent]
type = "jwt"
algorithms = ["HS256"]
secret = "{SECRET}"
issuer = "any"
audience = "any"
optional = true
forward_credentials = false
forward_claims = {{ sub = "X-User-Id" }}
[auth.key]
type = "api_key"
query = "api_key"
forward_credentials = false
[auth.cookie]
type = "jwt"
algorithms = ["HS256"]
secret = "{SECRET}"
issuer = "any"
audience = "any"
token_from = "cookie:token"
forward_credentials = false
[auth.either]
type = "any"
of = ["jwt", "key"]
[consumers.acme]
api_keys = ["{KEY}"]
tags = ["gold"]
[access.office]
allow = ["10.0.0.0/8", "203.0.113.0/24"]
deny = ["10.6.6.0/24"]
[cors.web]
origins = ["https://app.example.com"]
credentials = true
[transforms.who]
request = {{ set = {{ x-who = "{{consumer}}", x-scope = "{{claim.scope}}" }} }}
[routes.private]
path = "/private/*"
methods = ["GET", "POST"]
service = "up"
auth = "jwt"
cors = "web"
access = "office"
[routes.scoped]
path = "/scoped"
service = "up"
auth = "jwt"
transform = "who"
require = {{ scopes = ["users:read"], claims = {{ role = ["admin", "staff"] }} }}
[routes.silent]
path = "/silent"
service = "up"
auth = "silent"
[routes.needed]
path = "/needed"
service = "up"
auth = "silent"
require = {{ consumers = ["acme"] }}
[routes.key]
path = "/key"
service = "up"
auth = "key"
require = {{ tags = ["gold"] }}
[routes.cookie]
path = "/cookie"
service = "up"
auth = "cookie"
[routes.either]
path = "/either"
service = "up"
auth = "either"
[routes.answer]
path = "/answer"
respond = {{ status = 200, body = "hello {{consumer}}" }}
auth = "jwt"
[routes.public]
path = "/public/*"
service = "up"
"""
CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.example/", "aud": "api", "sub": "u1", "exp": NOW + 600, "scope": "users:read", "role": "admin",
    "org": {"tier": "gold"},
}  # fmt: skip


def bearer(**changed: Any) -> bytes:
    return b"Authorization: Bearer " + token(claims=CLAIMS | changed)


@pytest.fixture
def stage() -> Iterator[Scene]:
    with scene(compiled(TEXT)) as made:
        yield made


def refused(client: Client) -> tuple[int, str, list[bytes]]:
    """Status, reason and challenges of a refusal."""
    response = client.response()
    members = json.loads(response.body)
    assert members["status"] == response.status
    return response.status, members["reason"], response.values(b"www-authenticate")


# ── authentication ────────────────────────────────────────────────────


def test_a_request_without_credentials_is_told_which(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"GET", b"/private/a")

    assert refused(client) == (401, "unauthorized", [b'Bearer realm="api"'])
    assert stage.ups == []
    assert stage.log[-1]["reason"] == "unauthorized"


def test_bad_credentials_are_told_why(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"GET", b"/private/a", bearer(exp=NOW - 100))
    status, reason, challenges = refused(client)

    assert (status, reason) == (401, "unauthorized")
    assert challenges == [b'Bearer realm="api", error="invalid_token", error_description="the token has expired"']


def test_a_right_token_passes_and_its_claims_go_along(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"GET", b"/private/a", bearer(), b"x-user-id: admin", b"X-TIER: platinum", b"X-Other: 1")
    request = stage.upstream().request()

    assert request.values(b"x-user-id") == [b"u1"]
    assert request.values(b"x-tier") == [b"gold"]
    assert request.values(b"x-other") == [b"1"]
    assert request.value(b"authorization") is not None
    stage.upstream().answer()
    assert client.response().status == 200


@pytest.mark.parametrize(
    "value",
    ["a\r\nX-Admin: yes", "a\nb", "a\0b", " admin", "admin ", "\x7f"],
    ids=["crlf", "lf", "nul", "left", "right", "del"],
)
def test_a_claim_that_cannot_stand_in_a_header_does_not_go_along(stage: Scene, value: str) -> None:
    stage.client().ask(b"GET", b"/private/a", bearer(sub=value), b"X-User-Id: admin")

    assert stage.upstream().request().value(b"x-user-id") is None


def test_client_sent_copies_are_stripped_where_nobody_is_known_too(stage: Scene) -> None:
    stage.client().ask(b"GET", b"/silent", b"X-User-Id: admin", b"x-USER-id: root")

    assert stage.upstream().request().value(b"x-user-id") is None


def test_a_claim_cannot_be_removed_by_naming_its_header_in_connection(stage: Scene) -> None:
    stage.client().ask(b"GET", b"/private/a", bearer(), b"Connection: X-User-Id")

    assert stage.upstream().request().value(b"x-user-id") == b"u1"


def test_optional_lets_nobody_pass_but_not_a_bad_token(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"GET", b"/silent", bearer(exp=NOW - 100))
    assert refused(client)[0] == 401
    client.ask(b"GET", b"/silent")
    assert stage.upstream().request().value(b"x-user-id") is None


@pytest.mark.parametrize(
    ("target", "field", "sent_target", "sent_cookie"),
    [
        (b"/silent", bearer(), b"/silent", None),
        (b"/key?a=1&api%5Fkey=k-acme&b=2", b"X-A: 1", b"/key?a=1&b=2", None),
        (b"/key?api_key=k-acme", b"X-A: 1", b"/key", None),
        (b"/cookie?x", b"Cookie: a=1; token=%b; b=2" % token(claims=CLAIMS), b"/cookie?x", b"a=1; b=2"),
        (b"/cookie?x", b"Cookie: token=%b" % token(claims=CLAIMS), b"/cookie?x", None),
    ],
    ids=["authorization", "query", "query alone", "cookie", "cookie alone"],
)
def test_credentials_are_kept_from_the_service(
    stage: Scene, target: bytes, field: bytes, sent_target: bytes, sent_cookie: bytes | None
) -> None:
    stage.client().ask(b"GET", target, field)
    request = stage.upstream().request()

    assert request.target == sent_target
    assert request.value(b"authorization") is None
    assert request.value(b"cookie") == sent_cookie


def test_a_choice_keeps_what_each_of_its_schemes_would_keep(stage: Scene) -> None:
    stage.client().ask(b"GET", b"/either?api_key=whatever", bearer())

    assert stage.upstream().request().target == b"/either"


def test_an_answer_of_the_gateways_own_knows_who_asks(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"GET", b"/answer")
    assert refused(client)[0] == 401
    client.ask(b"GET", b"/answer", bearer())
    assert client.response().body == b"hello u1"


def test_a_token_is_verified_once_over_reloads(stage: Scene) -> None:
    stage.client().ask(b"GET", b"/private/a", bearer())
    before = next(s for s in stage.gateway.schemes.values() if s.name == "jwt")
    stage.bind(compiled(TEXT + '[routes.more]\npath = "/more"\nrespond = {}\n'))

    assert next(s for s in stage.gateway.schemes.values() if s.name == "jwt") is before
    stage.bind(compiled(TEXT.replace("realm", "realm").replace('tags = ["gold"]', 'tags = ["silver"]')))
    assert next(s for s in stage.gateway.schemes.values() if s.name == "jwt") is not before, "another consumer"
    assert len([s for s in stage.gateway.schemes.values() if s.name == "jwt"]) == 1


# ── authorization ─────────────────────────────────────────────────────


def test_who_has_what_is_required_passes_and_is_named(stage: Scene) -> None:
    stage.client().ask(b"GET", b"/scoped", bearer())
    request = stage.upstream().request()

    assert request.value(b"x-who") == b"u1"
    assert request.value(b"x-scope") == b"users:read"


def test_a_scope_that_is_missing_is_403_and_said(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"GET", b"/scoped", bearer(scope="orders:read"))

    assert refused(client) == (
        403, "forbidden", [b'Bearer realm="api", error="insufficient_scope", scope="users:read"']
    )  # fmt: skip


def test_a_claim_that_is_missing_is_403_without_a_challenge(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"GET", b"/scoped", bearer(role="guest"))

    assert refused(client) == (403, "forbidden", [])


def test_nobody_where_somebody_is_required_is_401(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"GET", b"/needed")
    assert refused(client)[:2] == (401, "unauthorized")
    client.ask(b"GET", b"/needed", bearer())
    assert refused(client)[:2] == (403, "forbidden")


# ── access ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("peer", "status"), [("203.0.113.9", 401), ("10.6.6.1", 403), ("192.0.2.1", 403)])
def test_an_access_list_is_asked_before_credentials(stage: Scene, peer: str, status: int) -> None:
    client = stage.client((peer, 4711))
    client.ask(b"GET", b"/private/a", b"X-Forwarded-For: 10.0.0.1")

    assert refused(client)[0] == status


# ── CORS ──────────────────────────────────────────────────────────────

ORIGIN = b"Origin: https://app.example.com"
ASKS = b"Access-Control-Request-Method: POST"


def test_a_preflight_is_answered_before_access_and_auth(stage: Scene) -> None:
    client = stage.client(("192.0.2.1", 4711))
    client.ask(b"OPTIONS", b"/private/a", ORIGIN, ASKS)
    response = client.response(b"OPTIONS")

    assert response.status == 204
    assert response.value(b"access-control-allow-origin") == b"https://app.example.com"
    assert response.value(b"access-control-allow-credentials") == b"true"
    assert stage.ups == []
    assert stage.log[-1]["route"] == "private"


def test_a_preflight_of_another_origin_allows_nothing(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"OPTIONS", b"/private/a", b"Origin: https://evil.org", ASKS)
    response = client.response(b"OPTIONS")

    assert response.status == 204
    assert [name for name, _ in response.fields if name.startswith(b"access-control")] == []


def test_a_preflight_of_a_route_without_cors_is_a_request_like_others(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"OPTIONS", b"/public/a", ORIGIN, ASKS)
    assert stage.upstream().request().method == b"OPTIONS"
    client = stage.client()
    client.ask(b"OPTIONS", b"/private/a", ORIGIN, b"Access-Control-Request-Method: DELETE")
    assert refused(client)[0] == 405, "no route takes the request it asks for"


def test_the_gateways_own_errors_can_be_read_by_the_page(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"GET", b"/private/a", ORIGIN)
    response = client.response()

    assert response.status == 401
    assert response.value(b"access-control-allow-origin") == b"https://app.example.com"
    assert response.value(b"vary") == b"Origin"


def test_what_a_service_allows_is_replaced(stage: Scene) -> None:
    client = stage.client()
    client.ask(b"GET", b"/private/a", bearer(), b"Origin: https://evil.org")
    stage.upstream().send(answer(b"x", b"Access-Control-Allow-Origin: *", b"Vary: Accept"))
    response = client.response()

    assert response.value(b"access-control-allow-origin") is None
    assert response.value(b"vary") == b"Accept, Origin"


def test_a_default_policy_covers_what_no_route_takes() -> None:
    with scene(compiled(f'[defaults]\ncors = "web"\n{TEXT}')) as stage:
        client = stage.client()
        client.ask(b"GET", b"/nowhere", ORIGIN)
        response = client.response()
        assert (response.status, response.value(b"access-control-allow-origin")) == (404, b"https://app.example.com")

        client.ask(b"OPTIONS", b"/nowhere", ORIGIN, ASKS)
        assert client.response(b"OPTIONS").status == 204
        client.ask(b"OPTIONS", b"/public/a", ORIGIN, ASKS)
        assert client.response(b"OPTIONS").status == 204
        client.ask(b"GET", b"/pub\\lic", ORIGIN)
        assert client.response().value(b"access-control-allow-origin") == b"https://app.example.com"
