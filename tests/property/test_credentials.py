"""Whatever bytes stand where credentials belong: a refusal or a pass, never a fault of ours, and nothing forged goes on."""

import base64
import hashlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.http1 import Request
from tests.support.tokens import CLAIMS, SECRET, by_hand
from tests.unit.plan.compiling import compiled
from tests.unit.proxy.scene import Scene, scene

TEXT = f"""
[auth.bearer]
type = "jwt"
algorithms = ["HS256"]
secret = "{SECRET}"
issuer = "any"
audience = "any"
consumer_claim = "sub"
scopes_claim = "scope"
forward_claims = {{ sub = "X-User", "org.tier" = "X-Tier" }}
[auth.cookie]
type = "jwt"
algorithms = ["HS256"]
secret = "{SECRET}"
issuer = "any"
audience = "any"
token_from = "cookie:token"
forward_credentials = false
[auth.header]
type = "api_key"
header = "X-API-Key"
[auth.query]
type = "api_key"
query = "key"
forward_credentials = false
[auth.any]
type = "any"
of = ["bearer", "cookie", "header", "query"]
[consumers.acme]
api_keys = ["sha256:{hashlib.sha256(b"k-acme").hexdigest()}"]
[transforms.who]
request = {{ set = {{ x-who = "{{consumer}}|{{claim.sub}}|{{claim.org}}" }} }}
[limits.own]
algorithm = "fixed_window"
limit = 1000000
window = "1h"
key = ["consumer", "claim:org.tier"]
[routes.all]
path = "/*"
service = "up"
auth = "any"
transform = "who"
limits = ["own"]
"""
LINE = st.binary(max_size=60).map(lambda raw: raw.translate(None, bytes(range(0x20)) + b"\x7f").strip())
"""What a field may hold at all: anything else is refused before anybody looks for credentials."""
KNOWN = {b"host", b"authorization", b"x-user", b"x-tier", b"x-who", b"x-forwarded-for", b"x-forwarded-proto",
         b"x-forwarded-host", b"x-request-id", b"traceparent", b"via"}  # fmt: skip
"""All that a request of these tests may have at the service."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def stage() -> Iterator[Scene]:
    with scene(compiled(TEXT)) as made:
        yield made


def _ask(stage: Scene, *fields: bytes) -> tuple[int, Request | None]:
    """The status, and what reached the service, which is read strictly."""
    client, sent = stage.client(), None
    client.ask(b"GET", b"/", *fields)
    if not client.transport.got:
        sent = stage.upstream().request()
        stage.upstream().answer()
    return client.response().status, sent


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=LINE, place=st.sampled_from([b"Authorization: ", b"Authorization: Bearer ", b"Cookie: token=", b"X-API-Key: "])
)
@example(said=b"\xff\xfe", place=b"Cookie: token=")
@example(said=b"..", place=b"Authorization: Bearer ")
def test_no_bytes_let_anybody_in(stage: Scene, said: bytes, place: bytes) -> None:
    assert _ask(stage, place + said) == (401, None)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=JSON, claims=JSON)
def test_no_header_lets_an_unsigned_token_in(stage: Scene, header: object, claims: object) -> None:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]

    assert _ask(stage, b"Authorization: Bearer " + b".".join([*parts, b""])) == (401, None)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sub=JSON, org=JSON, scope=JSON)
@example(sub="\r\nX-Admin: yes", org={"tier": "\x00"}, scope=["a", 1])
@example(sub="\ud800", org={"tier": "\ud83d"}, scope="\udfff")
@example(sub=10**400, org={"tier": 1e400}, scope=None)
def test_whatever_a_right_token_claims_is_no_fault_and_splits_nothing(
    stage: Scene, sub: object, org: object, scope: object
) -> None:
    try:
        written = json.dumps(CLAIMS | {"sub": sub, "org": org, "scope": scope, "exp": 10**12}).encode()
    except (ValueError, UnicodeEncodeError):
        return
    signed = by_hand({"alg": "HS256"}, written, SECRET.encode())

    status, sent = _ask(stage, b"Authorization: Bearer " + signed)

    assert status == (401 if sent is None else 200)
    if sent is not None:
        assert {name for name, _ in sent.fields} <= KNOWN
        assert all(len(sent.values(name)) <= 1 for name in (b"x-user", b"x-tier", b"x-who"))
