"""Who asks is nobody else: claims of one scheme are none of another's, and a policy speaks for its own route alone."""

import hashlib

import pytest

from tests.support.tokens import SECRET, token
from tests.unit.plan.compiling import compiled
from tests.unit.proxy.scene import Scene, answer, scene

KEY = "sha256:" + hashlib.sha256(b"k-acme").hexdigest()
OTHER_SECRET = "the secret of the partners, which is quite as long as the other one is"
CHOICE = f"""
[auth.staff]
type = "jwt"
algorithms = ["HS256"]
secret = "{SECRET}"
issuer = "any"
audience = "any"
token_from = "header:X-Staff-Token"
consumer_claim = "sub"
forward_claims = {{ sub = "X-User-Id" }}
[auth.partners]
type = "jwt"
algorithms = ["HS256"]
secret = "{OTHER_SECRET}"
issuer = "any"
audience = "any"
forward_claims = {{ partner = "X-User-Id", level = "X-Level" }}
[auth.either]
type = "any"
of = ["staff", "partners"]
[routes.all]
path = "/*"
service = "up"
auth = "either"
"""


def _asked(s: Scene, *fields: bytes) -> tuple[list[bytes], list[bytes]]:
    """The headers that tell the service who asks."""
    client = s.client()
    client.ask(b"GET", b"/", *fields)
    request = s.upstream().request()
    s.upstream().answer()
    assert client.response().status == 200
    return request.values(b"x-user-id"), request.values(b"x-level")


def test_a_claim_goes_on_only_as_the_scheme_says_that_has_proved_it() -> None:
    """Else who is staff could be a partner too: an issuer says of its own claims alone what they mean."""
    with scene(compiled(CHOICE)) as s:
        staff = b"X-Staff-Token: " + token(sub="u1", partner="acme", level="gold", exp=None)
        partner = b"Authorization: Bearer " + token(key=OTHER_SECRET, sub="u1", partner="acme", level="gold", exp=None)

        assert _asked(s, staff) == ([b"u1"], [])
        assert _asked(s, partner) == ([b"acme"], [b"gold"])


def test_what_any_scheme_of_a_choice_would_say_cannot_be_sent_along() -> None:
    with scene(compiled(CHOICE)) as s:
        staff = b"X-Staff-Token: " + token(sub="u1", exp=None)

        assert _asked(s, staff, b"X-Level: gold", b"X-User-Id: u2") == ([b"u1"], [])


@pytest.mark.parametrize("said", ["X-User-Id", "X_User_Id", "X-User_Id"])
@pytest.mark.parametrize("sent", [b"X-User-Id", b"x_user_id", b"X_User-Id", b"X-USER_ID"])
def test_no_spelling_of_a_header_that_says_who_asks_comes_from_a_client(said: str, sent: bytes) -> None:
    """Servers that make variables of headers (CGI, WSGI) take a hyphen and an underscore for the same."""
    text = CHOICE.replace("X-User-Id", said)
    allowed = '[server]\nallow_underscore_headers = ["x_user_id", "x_user-id", "x-user_id"]\n'
    with scene(compiled(allowed + text)) as s:
        client = s.client()
        client.ask(b"GET", b"/", b"X-Staff-Token: " + token(sub="u1", exp=None), sent + b": admin")
        request = s.upstream().request()

        told = {name.lower().replace(b"_", b"-"): value for name, value in request.fields}
        assert told[b"x-user-id"] == b"u1"
        assert b"admin" not in request.raw


PREFLIGHTS = """
[cors.web]
origins = ["https://app.example.com"]
methods = ["GET", "DELETE"]
[routes.pages]
path = "/*"
service = "up"
cors = "web"
[routes.change]
path = "/orders/{id}"
methods = ["DELETE"]
service = "up"
[routes.own]
path = "/own/*"
service = "up"
"""
ASKS = (b"Origin: https://app.example.com", b"Access-Control-Request-Method: DELETE")


def test_a_route_with_cors_does_not_speak_for_one_without() -> None:
    """OPTIONS would be taken by the route for pages, DELETE by the one that browsers of other origins may not use."""
    with scene(compiled(PREFLIGHTS)) as s:
        client = s.client()
        client.ask(b"OPTIONS", b"/orders/7", *ASKS)
        response = client.response()
        assert (response.status, s.ups) == (204, [])
        assert [name for name, _ in response.fields if name.startswith(b"access-control-")] == []

        client.ask(b"OPTIONS", b"/pages/7", *ASKS)
        assert client.response().values(b"access-control-allow-origin") == [b"https://app.example.com"]


def test_a_service_may_answer_preflights_of_its_own_route() -> None:
    with scene(compiled(PREFLIGHTS)) as s:
        client = s.client()
        client.ask(b"OPTIONS", b"/own/7", *ASKS)
        s.upstream().send(answer(b"", b"Access-Control-Allow-Origin: *"))

        assert client.response().values(b"access-control-allow-origin") == [b"*"]


@pytest.mark.parametrize(
    ("query", "kept"), [(b"?key=k-acme", b""), (b"?a=1&key=k-acme&b=2", b"?a=1&b=2"), (b"?k%65y=k-acme&a", b"?a")]
)
def test_a_credential_that_is_not_sent_on_is_in_no_location_either(query: bytes, kept: bytes) -> None:
    """A redirect may lead to another host, whose log would then have the key."""
    text = f"""
    [auth.key]
    type = "api_key"
    query = "key"
    forward_credentials = false
    [consumers.acme]
    api_keys = ["{KEY}"]
    [routes.moved]
    path = "/*"
    auth = "key"
    redirect = {{ to = "https://elsewhere.example/{{rest}}", status = 308 }}
    """
    with scene(compiled(text)) as s:
        client = s.client()
        client.ask(b"GET", b"/a" + query)

        assert client.response().values(b"location") == [b"https://elsewhere.example/a" + kept]
