"""Clients that speak HTTP/1.0 (RFC 9112, appendix C)."""

import pytest

from tests.support.http1 import chunked, lines
from tests.unit.proxy.scene import Client, Scene, Upstream, answer, scene


def asked(s: Scene, *fields: bytes) -> tuple[Client, Upstream]:
    client = s.client()
    client.send(lines(b"GET / HTTP/1.0", *fields))
    return client, s.upstream()


def test_a_request_goes_on_as_http_1_1() -> None:
    with scene() as s:
        asked(s, b"Host: a")

        assert s.upstream().request().version == b"1.1"


def test_a_request_without_a_host_gets_the_services() -> None:
    with scene() as s:
        asked(s)

        request = s.upstream().request()
        assert request.values(b"host") == [b"10.0.0.1:8001"]
        assert request.values(b"x-forwarded-host") == []


def test_the_connection_closes_after_the_response() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.answer()
        response = client.response()

        assert (response.body, response.values(b"connection")) == (b"hello", [b"close"])
        assert client.closed
        assert not upstream.closed, "that one is ours"


def test_the_connection_is_kept_where_the_client_asks_for_it() -> None:
    with scene() as s:
        client, upstream = asked(s, b"Connection: keep-alive")
        upstream.answer()
        response = client.response()

        assert (response.body, response.values(b"connection")) == (b"hello", [b"keep-alive"])
        assert not client.closed
        client.send(lines(b"GET /2 HTTP/1.0"))
        upstream.answer(b"2")
        assert client.response().body == b"2"
        assert client.closed


@pytest.mark.parametrize("fields", [(), (b"Connection: keep-alive",)])
def test_a_chunked_body_goes_on_without_chunks_until_the_end_of_the_connection(fields: tuple[bytes, ...]) -> None:
    with scene() as s:
        client, upstream = asked(s, *fields)
        upstream.send(lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked") + chunked(b"abc", b"def"))
        response = client.response()

        assert (response.body, response.delimited) == (b"abcdef", "close")
        assert response.values(b"transfer-encoding") == []
        assert response.values(b"connection") == [b"close"]
        assert client.closed
        assert not client.transport.aborted


def test_trailers_end_here() -> None:
    with scene() as s:
        client, upstream = asked(s, b"TE: trailers")
        upstream.send(
            lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked") + chunked(b"abc", trailers=[b"X-Sum: 1"])
        )

        assert client.got().endswith(b"\r\n\r\nabc")


@pytest.mark.parametrize("end", ["finish", "reset"])
def test_a_truncated_body_without_a_length_ends_with_a_reset(end: str) -> None:
    """Only so can the client tell it from a complete one."""
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked") + b"5\r\nabc")
        getattr(upstream, end)()

        assert client.transport.aborted
        assert client.closed


def test_a_truncated_body_with_a_length_just_ends() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 10") + b"abc")
        upstream.finish()

        assert client.response().cut
        assert client.closed


def test_an_http_1_0_service_and_client_understand_each_other() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(b"HTTP/1.0 200 OK") + b"abc")
        upstream.finish()

        response = client.response()
        assert (response.body, response.delimited) == (b"abc", "close")
        assert client.closed
        assert not client.transport.aborted


def test_an_expectation_is_not_passed_on() -> None:
    with scene() as s:
        client = s.client()
        client.send(lines(b"POST / HTTP/1.0", b"Content-Length: 5", b"Expect: 100-continue") + b"hello")

        request = s.upstream().request()
        assert (request.values(b"expect"), request.body) == ([], b"hello")


def test_an_answer_of_the_gateways_own_closes_too() -> None:
    with scene() as s:
        client = s.client()
        client.send(lines(b"GET /health HTTP/1.0"))

        assert client.response().values(b"connection") == [b"close"]
        assert client.closed


def test_a_204_or_head_response_keeps_the_connection_where_it_may() -> None:
    with scene() as s:
        client, upstream = asked(s, b"Connection: keep-alive")
        upstream.send(lines(b"HTTP/1.1 204 No Content"))
        assert client.response().values(b"connection") == [b"keep-alive"]
        client.send(lines(b"HEAD / HTTP/1.0", b"Connection: keep-alive"))
        upstream.send(answer(b"")[:-2] + b"\r\n")
        assert client.response(b"HEAD").values(b"connection") == [b"keep-alive"]
        assert not client.closed
