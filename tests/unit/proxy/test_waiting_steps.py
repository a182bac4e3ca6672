"""A step that has to wait: admission goes on behind it, the body waits, a client that leaves cancels it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.tokens import jwk, jwks, token
from tests.unit.plan.compiling import compiled
from tests.unit.proxy.scene import HOST, Scene, lines

TEXT = """
[auth.jwt]
type = "jwt"
algorithms = ["RS256"]
jwks_url = "https://issuer.example/keys"
issuer = "https://issuer.example/"
audience = "api"
forward_claims = { sub = "X-User-Id" }
[routes.all]
path = "/*"
service = "up"
auth = "jwt"
require = { scopes = ["users:read"] }
max_body_size = "100B"
"""
SLOW = """
[services.slow]
breaker = "quick"
instances = [{ id = "s", url = "http://up.internal" }]
"""
CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.example/",
    "aud": "api",
    "sub": "u1",
    "exp": 5_000,
    "scope": "users:read",
}


class Issuer:
    """Answers while ``up``; what it is asked meanwhile waits."""

    def __init__(self) -> None:
        self.up = False
        self.down = False
        self.asked = 0
        self.keys = jwks(jwk("RSA", "one"))
        self.scene: Scene | None = None

    async def __call__(self, url: str) -> bytes:
        self.asked += 1
        while not self.up:
            assert self.scene is not None
            await self.scene._until_connectable()
        if self.down:
            from gatewayctl.state.auth.key_set import FetchFailed

            raise FetchFailed("no connection")
        return self.keys


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def stage(issuer: Issuer) -> Iterator[Scene]:
    made = Scene(compiled('[routes.first]\npath = "/"\nrespond = {}'), fetch=issuer)
    issuer.scene = made
    made.bind(compiled(TEXT))
    yield made
    for key_set in made.gateway.surroundings.key_sets.values():
        key_set.stop()
    made.close()
    made.check_quiet()


def bearer(id: str = "one", kind: str = "RSA", **changed: Any) -> bytes:
    return b"Authorization: Bearer " + token("RS256", kind=kind, claims=CLAIMS | changed, header={"kid": id})


def test_a_request_waits_for_the_first_keys_and_goes_on(stage: Scene, issuer: Issuer) -> None:
    client = stage.client()
    client.ask(b"GET", b"/a", bearer())
    assert stage.ups == []
    issuer.up = True
    stage.advance(0.2)

    assert stage.upstream().request().value(b"x-user-id") == b"u1"
    stage.upstream().answer()
    assert client.response().status == 200


def test_the_time_that_it_takes_is_not_the_services(stage: Scene, issuer: Issuer) -> None:
    breaker = '[breakers.quick]\nfailure_threshold = 1\nslow_call = "100ms"\n'
    stage.bind(compiled(TEXT.replace('service = "up"', 'service = "slow"') + breaker + SLOW))
    client = stage.client()
    client.ask(b"GET", b"/a", bearer())
    stage.advance(1)
    issuer.up = True
    stage.advance(0.2)
    stage.upstream().answer()
    assert client.response().status == 200
    client.ask(b"GET", b"/a", bearer())
    stage.upstream().answer()

    assert client.response().status == 200


def test_the_steps_behind_run_after_it(stage: Scene, issuer: Issuer) -> None:
    client = stage.client()
    client.ask(b"GET", b"/a", bearer(scope="other"))
    issuer.up = True
    stage.advance(0.2)

    assert client.problem() == (403, "forbidden")


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("method", [b"POST", b"PUT"])
def test_the_body_waits_and_arrives_whole(stage: Scene, issuer: Issuer, chunked: bool, method: bytes) -> None:
    client = stage.client()
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 10"
    first, second = (b"5\r\nfirst\r\n", b"5\r\nsecon\r\n0\r\n\r\n") if chunked else (b"first", b"secon")
    client.send(lines(method + b" /a HTTP/1.1", HOST, bearer(), framing) + first)
    client.send(second)
    issuer.up = True
    stage.advance(0.2)

    request = stage.upstream().request()
    assert request.body == b"firstsecon"
    stage.upstream().answer()
    assert client.response().status == 200


def test_the_time_that_it_takes_is_not_the_clients(stage: Scene, issuer: Issuer) -> None:
    client = stage.client()
    client.send(lines(b"POST /a HTTP/1.1", HOST, bearer(), b"Content-Length: 10") + b"first")
    stage.advance(40)
    issuer.up = True
    stage.advance(0.2)
    client.send(b"secon")

    assert stage.upstream().request().body == b"firstsecon"
    stage.upstream().answer()
    assert client.response().status == 200


def test_a_body_that_was_there_at_once_arrives_whole(stage: Scene, issuer: Issuer) -> None:
    client = stage.client()
    client.ask(b"PUT", b"/a", bearer(), b"Content-Length: 5", body=b"whole")
    issuer.up = True
    stage.advance(0.2)

    assert stage.upstream().request().body == b"whole"


def test_a_body_that_grows_too_large_meanwhile_is_refused(stage: Scene, issuer: Issuer) -> None:
    client = stage.client()
    client.send(
        lines(b"POST /a HTTP/1.1", HOST, bearer(), b"Transfer-Encoding: chunked") + b"80\r\n" + b"x" * 128 + b"\r\n"
    )

    assert client.problem() == (413, "body_too_large")
    issuer.up = True
    stage.advance(0.2)
    assert stage.ups == []


def test_a_client_that_leaves_is_waited_for_no_more(stage: Scene, issuer: Issuer) -> None:
    client = stage.client()
    client.ask(b"GET", b"/a", bearer())
    client.reset()

    assert stage.log[-1]["reason"] == "client_closed"
    issuer.up = True
    stage.advance(0.2)
    assert stage.ups == []


def test_without_keys_the_answer_is_503_and_when_to_come_back(stage: Scene, issuer: Issuer) -> None:
    issuer.up = issuer.down = True
    stage.advance(0.2)
    client = stage.client()
    client.ask(b"GET", b"/a", bearer())
    stage.advance(0.2)
    response = client.response()

    assert response.status == 503
    assert response.value(b"retry-after") == b"5"
    assert stage.log[-1]["reason"] == "auth_unavailable"


def test_a_key_that_was_published_since_is_found_once(stage: Scene, issuer: Issuer) -> None:
    issuer.up = True
    stage.advance(0.2)
    issuer.keys = jwks(jwk("RSA", "one"), jwk("RSA-2", "two"))
    client = stage.client()
    client.ask(b"GET", b"/a", bearer("two", "RSA-2"))
    stage.advance(0.2)
    assert stage.upstream().request().value(b"x-user-id") == b"u1"

    asked = issuer.asked
    for number in range(20):
        guess = stage.client()
        guess.ask(b"GET", b"/a", bearer(f"guess-{number}", "RSA-2"))
        assert guess.problem() == (401, "unauthorized")
    assert issuer.asked == asked, "guesses do not make us ask again and again"


def test_an_outage_of_ten_minutes_refuses_no_valid_token(stage: Scene, issuer: Issuer) -> None:
    issuer.up = True
    stage.advance(0.2)
    issuer.down = True
    for minute in range(10):
        stage.advance(60, step=5)
        client = stage.client()
        client.ask(b"GET", b"/a", bearer(jti=minute))
        stage.settle()
        assert stage.upstream().request().value(b"x-user-id") == b"u1"
        stage.upstream().answer()
        assert client.response().status == 200
    assert issuer.asked > 10


def test_an_identity_does_not_outlive_the_key_that_proved_it(stage: Scene, issuer: Issuer) -> None:
    issuer.up = True
    stage.advance(0.2)
    seen = bearer()
    client = stage.client()
    client.ask(b"GET", b"/a", seen)
    stage.upstream().answer()
    assert client.response().status == 200
    issuer.keys = jwks(jwk("RSA-2", "two"))
    stage.advance(310, step=5)
    client = stage.client()
    client.ask(b"GET", b"/a", seen)
    stage.advance(0.2)

    assert client.problem() == (401, "unauthorized")
