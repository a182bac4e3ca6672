"""``builtin = "security_headers"`` on real sockets, through both doors, over plain HTTP and TLS."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Gateways
from tests.integration.test_tls import Stage
from tests.support.asgi import AsgiServer
from tests.support.cases import get
from tests.support.client import Client
from tests.support.gateway import Gateway
from tests.support.upstream import RawUpstream, answer

NAMES = (
    b"x-content-type-options",
    b"x-frame-options",
    b"content-security-policy",
    b"referrer-policy",
    b"cross-origin-resource-policy",
    b"cache-control",
)
HSTS = b"strict-transport-security"
TEXT = """
version = 1
[server]
trusted_proxies = ["127.0.0.0/8"]
[defaults]
transform = "secure"
[transforms.secure]
builtin = "security_headers"
[services.up]
instances = [{{ id = "one", url = "{upstream}" }}]
[services.gone]
instances = [{{ id = "one", url = "http://127.0.0.1:{nowhere}" }}]
[routes.up]
path = "/up"
service = "up"
[routes.gone]
path = "/gone"
service = "gone"
[routes.closed]
path = "/closed"
service = "up"
auth = "keys"
[auth.keys]
type = "api_key"
header = "X-API-Key"
"""


@pytest.fixture(params=["serve", "uvicorn-h11", "granian"])
def front(request: pytest.FixtureRequest, tmp_path: Path, upstream: RawUpstream) -> Iterator[Gateway | AsgiServer]:
    with RawUpstream() as closed:
        nowhere = closed.port
    text = TEXT.format(upstream=upstream.url, nowhere=nowhere)
    made = Gateway(tmp_path, text) if request.param == "serve" else AsgiServer(request.param, tmp_path, text)
    yield made
    made.stop()


def _ask(front: Gateway | AsgiServer, target: bytes, *fields: bytes) -> Any:
    with front.client() as client:
        return client.send(get(*fields, target=target)).response()


def test_every_answer_has_the_headers(front: Gateway | AsgiServer) -> None:
    for target, status in ((b"/up", 200), (b"/gone", 502), (b"/closed", 401), (b"/nowhere", 404)):
        response = _ask(front, target)

        assert response.status == status
        assert {name: len(response.values(name)) for name in (*NAMES, HSTS)} == {**dict.fromkeys(NAMES, 1), HSTS: 0}


def test_the_page_for_browsers_keeps_the_policy_of_its_own(front: Gateway | AsgiServer) -> None:
    for target in (b"/gone", b"/nowhere"):
        policies = _ask(front, target, b"Accept: text/html").values(b"content-security-policy")

        assert len(policies) == 1
        assert b"style-src 'sha256-" in policies[0]


def test_clients_that_came_by_tls_are_told_to_do_so_again(front: Gateway | AsgiServer) -> None:
    by_tls = _ask(front, b"/up", b"X-Forwarded-For: 192.0.2.7", b"X-Forwarded-Proto: https")

    assert by_tls.values(HSTS) == [b"max-age=31536000"]
    assert _ask(front, b"/up", b"X-Forwarded-For: 192.0.2.7").values(HSTS) == []


def test_a_service_decides_for_itself(front: Gateway | AsgiServer, upstream: RawUpstream) -> None:
    upstream.script = answer(b"HTTP/1.1 200 OK\r\nX-Frame-Options: SAMEORIGIN\r\nContent-Length: 2\r\n\r\nok")

    response = _ask(front, b"/up")

    assert response.values(b"x-frame-options") == [b"SAMEORIGIN"]
    assert response.values(b"x-content-type-options") == [b"nosniff"]


def test_a_listener_of_https_says_it_and_a_plain_one_beside_it_does_not(
    gateway: Gateways, tmp_path: Path, upstream: RawUpstream
) -> None:
    stage = Stage(gateway, tmp_path, upstream)
    rest = 'transform = "secure"\n[transforms.secure]\nbuiltin = "security_headers"'
    running = stage.start(more=', "127.0.0.1:0"', rest=rest)

    with stage.connect() as tls:
        assert stage.ask(tls).values(HSTS) == [b"max-age=31536000"]
    with Client(running.addresses[1]) as plain:
        assert plain.send(get()).response().values(HSTS) == []
