"""Expect: 100-continue (RFC 9110 10.1.1): passed on, its 100 passed back; every other expectation is a 417."""

import pytest

from tests.support.cases import HOST, Forwarded, Refused, get, post, table
from tests.support.connection import Connection
from tests.support.http1 import chunked, lines
from tests.support.wire import Wire

EXPECTING = post(b"Expect: 100-continue", b"Content-Length: 5")


def _continue_then_ok(connection: Connection) -> None:
    head = connection.read_head()
    assert head.values(b"expect") == [b"100-continue"], head.raw
    connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = connection.read(5)
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body)


def test_the_service_decides_whether_the_body_is_sent(wire: Wire) -> None:
    wire.upstream.script = _continue_then_ok
    with wire.client() as client:
        client.send(EXPECTING)
        assert client.receive_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        response = client.send(b"hello").response()

    assert (response.status, response.body) == (200, b"hello")


def test_a_service_that_refuses_gets_no_body(wire: Wire) -> None:
    def refuse(connection: Connection) -> None:
        connection.read_head()
        connection.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
        connection.read_to_end()

    wire.upstream.script = refuse
    with wire.client() as client:
        response = client.send(EXPECTING).response()

        assert (response.status, response.body, response.interim) == (403, b"no", [])
    wire.connection_for(b"/").wait_end()
    assert b"hello" not in b"".join(wire.upstream.received())


def test_a_client_that_does_not_wait_is_served_too(wire: Wire) -> None:
    wire.upstream.script = _continue_then_ok
    with wire.client() as client:
        response = client.send(EXPECTING + b"hello").response()

    assert (response.status, response.body) == (200, b"hello")


def test_a_service_that_never_says_100_gets_the_body_of_a_client_that_does_not_wait(wire: Wire) -> None:
    wire.forwards(Forwarded("", EXPECTING + b"hello", method=b"POST", body=b"hello"))


def test_a_chunked_body_may_be_expected_too(wire: Wire) -> None:
    def script(connection: Connection) -> None:
        connection.read_head()
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.read(len(chunked(b"hello")))
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    wire.upstream.script = script
    with wire.client() as client:
        client.send(post(b"Expect: 100-continue", b"Transfer-Encoding: chunked"))
        assert client.receive_until(b"\r\n\r\n").startswith(b"HTTP/1.1 100 ")
        assert client.send(chunked(b"hello")).response().status == 200


@pytest.mark.parametrize("value", [b"100-continue", b"100-Continue", b"100-CONTINUE", b" 100-continue "])
def test_the_expectation_is_read_in_any_case(wire: Wire, value: bytes) -> None:
    wire.forwards(
        Forwarded("", post(b"Expect: " + value, b"Content-Length: 5", body=b"hello"), method=b"POST", body=b"hello")
    )


def test_an_answer_of_the_gateways_own_needs_no_body(wire: Wire) -> None:
    with wire.client() as client:
        response = client.send(post(b"Expect: 100-continue", b"Content-Length: 100", target=b"/small/x")).response()

    assert (response.status, response.interim) == (413, [])
    assert wire.upstream.received() == []


def test_an_http_1_0_client_gets_no_100(wire: Wire) -> None:
    with wire.client() as client:
        client.send(lines(b"POST / HTTP/1.0", HOST, b"Expect: 100-continue", b"Content-Length: 5") + b"hello")
        response = client.response()

    assert (response.status, response.interim) == (200, [])
    assert wire.only_request().body == b"hello"


@table(
    *(
        Refused(
            name, post(b"Expect: " + value, b"Content-Length: 5"), status=417, reason="expectation_failed", closes=None
        )
        for name, value in {
            "an unknown one": b"the-unexpected",
            "another number": b"200-ok",
            "an unknown one beside it": b"100-continue, other",
            "a parameter": b"100-continue;q=1",
            "a letter too many": b"100-continuex",
            "quotes": b'"100-continue"',
        }.items()
    ),
    Refused(
        "an unknown one without a body", get(b"Expect: nothing"), status=417, reason="expectation_failed", closes=None
    ),
)
def test_another_expectation_is_a_417(wire: Wire, case: Refused) -> None:
    wire.refuses(case)
