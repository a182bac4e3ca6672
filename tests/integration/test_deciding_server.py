"""A server that decides about requests is told of each client alone, and what a client sends never breaks the asking."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Gateways
from tests.support.gateway import Gateway
from tests.support.http1 import chunked, lines
from tests.support.issuer import Answer, Issuer
from tests.support.upstream import OK, RawUpstream

TEXT = """
version = 1
[auth.external]
type = "forward"
url = "{issuer}/verify"
[services.up]
instances = [{{ id = "one", url = "{upstream}" }}]
[routes.external]
path = "/*"
service = "up"
auth = "external"
retry = "safe"
[retries.safe]
methods = ["GET", "PUT", "POST"]
"""


def answers(path: str, headers: dict[str, str]) -> Answer:
    """Who has a session passes; a first visit gets one with its refusal, as sign-in servers do."""
    if headers.get("cookie", "").startswith("session=") or headers.get("authorization") == "yes":
        return 204, {"Set-Cookie": "session=anns; Path=/"}, b""
    return 401, {}, b""


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer(answers) as server:
        yield server


@pytest.fixture
def front(gateway: Gateways, upstream: RawUpstream, issuer: Issuer) -> Gateway:
    return gateway(TEXT.format(issuer=issuer.url, upstream=upstream.url))


def ask(front: Gateway, *fields: bytes) -> Any:
    with front.client() as client:
        return client.send(lines(b"GET / HTTP/1.1", b"Host: a", b"Connection: close", *fields)).response()


def test_a_cookie_that_it_sets_is_not_kept_for_the_next_client(front: Gateway, issuer: Issuer) -> None:
    assert ask(front, b"Authorization: yes").status == 200

    assert ask(front).status == 401
    assert "cookie" not in issuer.asked[-1][1]


@pytest.mark.parametrize("value", [b"\xc3\xa9", b"\xe9", b"\xff\xfe"])
def test_credentials_in_any_bytes_are_asked_about(front: Gateway, issuer: Issuer, value: bytes) -> None:
    assert ask(front, b"Cookie: session=" + value).status == 200
    assert issuer.asked[-1][1]["cookie"].encode("latin-1") == b"session=" + value


@pytest.mark.parametrize(
    ("framing", "body"),
    [(b"Content-Length: 10", b"0123456789"), (b"Transfer-Encoding: chunked", chunked(b"01234", b"56789"))],
)
@pytest.mark.parametrize("method", [b"PUT", b"POST"])
def test_a_body_that_waited_for_it_is_whole_in_each_attempt(
    front: Gateway, upstream: RawUpstream, method: bytes, framing: bytes, body: bytes
) -> None:
    said = iter([b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", OK])

    def script(connection: Any) -> None:
        connection.read_request()
        connection.send(next(said))

    upstream.script = script
    with front.client() as client:
        head = lines(method + b" / HTTP/1.1", b"Host: a", b"Authorization: yes", framing)
        assert client.send(head + body).response().status == 200

    assert [request.body for request in upstream.requests] == [b"0123456789", b"0123456789"]
