"""HTTP/1.0 on either side: no chunked body for a client, no keep-alive unasked, no reuse of a server."""

import pytest

from tests.support.cases import HOST, PassedResponse, get, table
from tests.support.http1 import chunked, lines
from tests.support.upstream import answer, answer_and_close
from tests.support.wire import Wire

OLD = lines(b"GET / HTTP/1.0", HOST)
KEPT = lines(b"GET / HTTP/1.0", HOST, b"Connection: keep-alive")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("sent", [OLD, KEPT], ids=["plain", "with keep-alive"])
def test_a_chunked_response_reaches_an_http_1_0_client_unchunked_and_ends_with_the_connection(
    wire: Wire, sent: bytes
) -> None:
    wire.upstream.answer(CHUNKED + chunked(b"hello", b", ", b"world"))
    with wire.client() as client:
        response = client.send(sent).response()
        client.expect_end()

    assert (response.status, response.body, response.delimited) == (200, b"hello, world", "close")
    assert response.values(b"transfer-encoding") == []


def test_trailers_do_not_reach_an_http_1_0_client(wire: Wire) -> None:
    wire.upstream.answer(CHUNKED + chunked(b"hello", trailers=[b"X-Trailer: 1"]))
    with wire.client() as client:
        response = client.send(lines(b"GET / HTTP/1.0", HOST, b"TE: trailers", b"Connection: TE")).response()

    assert response.body == b"hello"
    assert b"X-Trailer" not in response.raw


def test_interim_responses_do_not_reach_an_http_1_0_client(wire: Wire) -> None:
    wire.upstream.answer(
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    )
    with wire.client() as client:
        response = client.send(OLD).response()

    assert (response.status, response.body, response.interim) == (200, b"ok", [])


def test_the_connection_of_an_http_1_0_client_ends_after_the_response(wire: Wire) -> None:
    wire.upstream.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    with wire.client() as client:
        assert client.send(OLD).response().body == b"ok"
        client.expect_end()


def test_an_http_1_0_client_may_ask_to_keep_the_connection(wire: Wire) -> None:
    with wire.client() as client:
        response = client.send(KEPT).response()

        assert b"keep-alive" in response.tokens(b"connection"), response.raw
        assert client.send(KEPT).response().status == 200


def test_a_gateways_own_answer_to_an_http_1_0_client_ends_the_connection(wire: Wire) -> None:
    with wire.client() as client:
        response = client.send(lines(b"GET /hello HTTP/1.0")).response()
        client.expect_end()

    assert (response.status, response.body) == (200, b"hello")


def test_a_cut_chunked_response_is_reset_for_an_http_1_0_client(wire: Wire) -> None:
    wire.upstream.script = answer_and_close(CHUNKED + b"5\r\nhello\r\n")
    with wire.client() as client:
        response = client.send(OLD).response()

        assert response.status == 502 or client.was_reset, "a cut body looks complete"


def test_requests_of_http_1_0_go_on_as_http_1_1(wire: Wire) -> None:
    with wire.client() as client:
        client.send(lines(b"GET /old HTTP/1.0", b"X-A: b")).response()
    request = wire.only_request()

    assert request.raw.startswith(b"GET /old HTTP/1.1\r\n")
    assert request.values(b"x-a") == [b"b"]


@table(
    PassedResponse("with a length", b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", body=b"ok", closes=True,
                   reuses=False),
    PassedResponse("until its end", b"HTTP/1.0 200 OK\r\n\r\nhello", body=b"hello", closes=True, reuses=False),
    PassedResponse("with keep-alive", b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
                   body=b"ok", reuses=True),
    PassedResponse("without a body", b"HTTP/1.0 204 No Content\r\n\r\n", status=204, closes=True, reuses=False),
)  # fmt: skip
def test_a_server_of_http_1_0_is_understood(wire: Wire, case: PassedResponse) -> None:
    wire.passes_response(case)


def test_a_server_of_http_1_0_that_stays_open_is_not_used_again(wire: Wire) -> None:
    wire.upstream.script = answer(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")
    with wire.client() as client:
        client.send(get(target=b"/first")).response()
        client.send(get(target=b"/second")).response()

    assert wire.connection_for(b"/first") is not wire.connection_for(b"/second")
