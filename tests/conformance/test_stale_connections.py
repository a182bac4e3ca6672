"""A reused upstream connection that breaks before any byte of a response: sent again once, if it may be."""

import pytest

from tests.support.cases import HOST, get
from tests.support.client import Client
from tests.support.connection import Connection
from tests.support.http1 import chunked, lines
from tests.support.pooling import used_connections, warm
from tests.support.upstream import OK, Script
from tests.support.wire import Wire


def _fails_when_reused(how: str) -> Script:
    """A script that serves a connection's first request and ends it at the second, before any byte of a response."""

    def script(connection: Connection) -> None:
        if connection.exchanges == 1:
            connection.read_request()
            connection.send(OK)
            return
        connection.read_head()
        connection.reset() if how == "reset" else connection.shut()

    return script


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.parametrize(
    ("method", "fields", "body"),
    [
        (b"GET", [], b""),
        (b"HEAD", [], b""),
        (b"OPTIONS", [], b""),
        (b"DELETE", [], b""),
        (b"PUT", [b"Content-Length: 5"], b"hello"),
        (b"PUT", [b"Transfer-Encoding: chunked"], chunked(b"hello")),
        (b"GET", [b"Content-Length: 5"], b"hello"),
    ],
    ids=["GET", "HEAD", "OPTIONS", "DELETE", "PUT with a length", "PUT in chunks", "GET with a body"],
)
def test_an_idempotent_request_is_sent_again_where_a_reused_connection_broke(
    pool: Wire, pool_client: Client, how: str, method: bytes, fields: list[bytes], body: bytes
) -> None:
    pool.upstream.script = _fails_when_reused(how)
    warm(pool, pool_client)

    response = pool_client.send(lines(method + b" /again HTTP/1.1", HOST, *fields) + body).response(method)

    assert response.status == 200
    assert used_connections(pool) == 2
    (request,) = [r for r in pool.upstream.requests if r.target == b"/again"]
    assert (request.method, request.body) == (method, b"hello" if body else b"")


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.parametrize("method", [b"POST", b"PATCH", b"BREW"])
def test_any_other_request_is_not_sent_twice(pool: Wire, pool_client: Client, how: str, method: bytes) -> None:
    pool.upstream.script = _fails_when_reused(how)
    warm(pool, pool_client)

    response = pool_client.send(lines(method + b" /once HTTP/1.1", HOST, b"Content-Length: 5") + b"hello").response()

    assert response.status == 502
    pool.check_problem(response, "upstream_reset")
    assert b"".join(pool.upstream.received()).count(b" /once ") == 1


def test_it_is_sent_again_only_once(pool: Wire, pool_client: Client) -> None:
    warm(pool, pool_client)

    def never(connection: Connection) -> None:
        connection.read_head()
        connection.reset()

    pool.upstream.script = never
    response = pool_client.send(get(target=b"/never")).response()

    assert response.status == 502
    pool.check_problem(response, "upstream_reset")
    assert b"".join(pool.upstream.received()).count(b" /never ") == 2


def test_a_fresh_connection_that_breaks_is_not_tried_again(pool: Wire, pool_client: Client) -> None:
    def never(connection: Connection) -> None:
        connection.read_head()
        connection.reset()

    pool.upstream.script = never
    response = pool_client.send(get(target=b"/fresh")).response()

    assert response.status == 502
    assert b"".join(pool.upstream.received()).count(b" /fresh ") == 1


def test_a_request_is_not_sent_again_after_the_first_byte_of_a_response(pool: Wire, pool_client: Client) -> None:
    def script(connection: Connection) -> None:
        connection.read_request()
        if connection.exchanges == 1:
            connection.send(OK)
            return
        connection.send(b"H")
        connection.shut()

    pool.upstream.script = script
    warm(pool, pool_client)
    response = pool_client.send(get(target=b"/begun")).response()

    assert response.status == 502
    assert b"".join(pool.upstream.received()).count(b" /begun ") == 1


def test_a_body_too_large_to_keep_is_not_sent_again(pool: Wire, pool_client: Client) -> None:
    body = b"x" * 500_000

    def script(connection: Connection) -> None:
        if connection.exchanges == 1:
            connection.read_request()
            connection.send(OK)
            return
        connection.read_head()
        connection.read(len(body))
        connection.reset()

    pool.upstream.script = script
    warm(pool, pool_client)
    response = pool_client.send(lines(b"PUT /large HTTP/1.1", HOST, b"Content-Length: %d" % len(body)), body).response()

    assert response.status == 502
    assert b"".join(pool.upstream.received()).count(b" /large ") == 1
