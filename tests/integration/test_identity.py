"""Authentication on real sockets: fetched keys, passwords off the event loop, a server that decides."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import argon2
import bcrypt
import jwt
import pytest

from tests.conftest import Gateways
from tests.support.issuer import Answer, Issuer
from tests.support.tokens import jwk, jwks, private_key
from tests.support.upstream import RawUpstream

PASSWORD = "correct horse battery staple"
HASHES = {
    "ann": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(5)).decode(),
    "bob": argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD),
}
TEXT = """
version = 1
[auth.discovered]
type = "jwt"
algorithms = ["ES256"]
discovery_url = "{issuer}/.well-known/openid-configuration"
issuer = "{issuer}"
audience = "api"
forward_claims = {{ sub = "X-User-Id" }}
[auth.ops]
type = "basic"
users_file = "users.htpasswd"
realm = "ops"
forward_credentials = false
[auth.external]
type = "forward"
url = "{issuer}/verify"
copy_headers = ["X-User-Id"]
[services.up]
instances = [{{ id = "one", url = "{upstream}" }}]
[routes.token]
path = "/token"
service = "up"
auth = "discovered"
[routes.ops]
path = "/ops"
service = "up"
auth = "ops"
[routes.external]
path = "/external/*"
service = "up"
auth = "external"
"""


class Stage:
    """A gateway, its upstream, and the server that both issues keys and decides."""

    def __init__(self, gateway: Gateways, upstream: RawUpstream, issuer: Issuer) -> None:
        text = TEXT.format(issuer=issuer.url, upstream=upstream.url)
        users = "".join(f"{name}:{hashed}\n" for name, hashed in HASHES.items())
        self.issuer, self.upstream = issuer, upstream
        self.gateway = gateway(text, files={"users.htpasswd": f"# people\n{users}"})

    def ask(self, target: bytes, *fields: bytes) -> Any:
        with self.gateway.client() as client:
            client.send(
                b"\r\n".join((b"GET " + target + b" HTTP/1.1", b"Host: a", b"Connection: close", *fields, b"", b""))
            )
            return client.response()

    def sent(self) -> Any:
        return self.upstream.requests[-1]


def answers(path: str, headers: dict[str, str]) -> Answer:
    """Keys and verdicts."""
    if path == "/.well-known/openid-configuration":
        url = f"http://{headers['host']}"
        return 200, {}, f'{{"issuer": "{url}", "jwks_uri": "{url}/keys"}}'.encode()
    if path == "/keys":
        return 200, {}, jwks(jwk("P-256", "one"))
    verdict = headers.get("authorization", "")
    if verdict == "yes":
        return 204, {"X-User-Id": "u7", "X-Other": "hidden"}, b""
    if verdict == "login":
        return 302, {"Location": "https://login.example/"}, b""
    if verdict == "broken":
        return 500, {}, b"oh"
    return (403, {}, b"") if verdict == "no" else (401, {"WWW-Authenticate": 'Custom realm="x"'}, b"")


@pytest.fixture
def stage(gateway: Gateways, upstream: RawUpstream) -> Iterator[Stage]:
    with Issuer(answers) as issuer:
        yield Stage(gateway, upstream, issuer)


def basic(name: str, password: str) -> bytes:
    return b"Authorization: Basic " + base64.b64encode(f"{name}:{password}".encode())


def test_keys_are_found_through_the_issuers_document(stage: Stage) -> None:
    claims = {"iss": stage.issuer.url, "aud": "api", "sub": "u1", "exp": time.time() + 60}
    token = jwt.encode(claims, private_key("P-256"), "ES256", headers={"kid": "one"}).encode()

    assert stage.ask(b"/token", b"Authorization: Bearer " + token).status == 200
    assert stage.sent().value(b"x-user-id") == b"u1"
    assert stage.ask(b"/token").status == 401


@pytest.mark.parametrize("name", HASHES)
def test_a_right_password_passes_and_is_kept_from_the_service(stage: Stage, name: str) -> None:
    assert stage.ask(b"/ops", basic(name, PASSWORD)).status == 200
    assert stage.sent().value(b"authorization") is None
    assert stage.ask(b"/ops", basic(name, PASSWORD)).status == 200, "known again"


@pytest.mark.parametrize(
    "field",
    [basic("ann", "wrong"), basic("ann", ""), basic("eve", PASSWORD), basic("", PASSWORD), b"Authorization: Basic ann",
     b"Authorization: Basic", b"Authorization: Basic " + base64.b64encode(b"no colon"), b"X-None: 1",
     basic("ann", PASSWORD + "x"), b"Authorization: Basic " + base64.b64encode(b"ann:a\0b")],
)  # fmt: skip
def test_anything_else_is_401_with_a_challenge(stage: Stage, field: bytes) -> None:
    response = stage.ask(b"/ops", field)

    assert response.status == 401
    assert response.value(b"www-authenticate") == b'Basic realm="ops", charset="UTF-8"'
    assert stage.upstream.requests == []


def test_a_changed_file_of_users_is_in_force_without_a_restart(stage: Stage) -> None:
    path = stage.gateway.directory / "users.htpasswd"
    before = len(stage.gateway.lines)
    path.write_text(path.read_text().replace("ann:", "anna:"))
    stage.gateway.wait_for_line("reloaded: [auth] changed", before)

    assert stage.ask(b"/ops", basic("anna", PASSWORD)).status == 200
    assert stage.ask(b"/ops", basic("ann", PASSWORD)).status == 401
    before = len(stage.gateway.lines)
    path.write_text("ann:{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=\n")
    stage.gateway.wait_for_line("E205", before)
    assert stage.ask(b"/ops", basic("anna", PASSWORD)).status == 200, "the one before goes on"


def test_a_server_that_decides_is_asked_and_its_headers_go_along(stage: Stage) -> None:
    response = stage.ask(b"/external/a?b=1", b"Authorization: yes", b"X-User-Id: admin", b"X-Secret: 1", b"Cookie: c=1")

    assert response.status == 200
    assert stage.sent().values(b"x-user-id") == [b"u7"]
    assert stage.sent().value(b"x-other") is None
    path, headers = stage.issuer.asked[-1]
    assert path == "/verify"
    assert headers["x-forwarded-uri"] == "/external/a?b=1"
    assert headers["x-forwarded-method"] == "GET"
    assert headers["cookie"] == "c=1"
    assert "x-secret" not in headers


@pytest.mark.parametrize(
    ("verdict", "status", "name", "value"),
    [
        (b"no", 403, b"www-authenticate", None),
        (b"who", 401, b"www-authenticate", b'Custom realm="x"'),
        (b"login", 302, b"location", b"https://login.example/"),
        (b"broken", 503, b"retry-after", b"5"),
    ],
)
def test_its_refusals_are_the_clients_answer(
    stage: Stage, verdict: bytes, status: int, name: bytes, value: bytes | None
) -> None:
    response = stage.ask(b"/external/a", b"Authorization: " + verdict)

    assert response.status == status
    assert response.value(name) == value
    assert stage.upstream.requests == []
