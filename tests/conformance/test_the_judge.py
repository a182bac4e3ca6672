"""The strict reader that judges all other files here is itself held to RFC 9112: what it must and must not accept."""

import pytest

from tests.support.client import Client
from tests.support.http1 import (
    IncompleteError,
    MalformedError,
    Source,
    chunked,
    lines,
    read_request,
    read_response,
    requests_in,
)
from tests.support.upstream import RawUpstream, answer, answer_and_close, answer_and_reset
from tests.support.waiting import wait_for

GOOD = lines(b"POST /a?b HTTP/1.1", b"Host: x", b"Content-Length: 5") + b"hello"


def test_a_good_request_is_read_in_full() -> None:
    request = read_request(Source(GOOD))

    assert (request.method, request.target, request.body, request.raw) == (b"POST", b"/a?b", b"hello", GOOD)
    assert request.values(b"host") == [b"x"]


def test_several_requests_are_told_apart() -> None:
    both = requests_in(GOOD + lines(b"GET / HTTP/1.1", b"Host: x") + b"GET /half")

    assert [r.method for r in both] == [b"POST", b"GET"]


@pytest.mark.parametrize(
    "data",
    [
        GOOD.replace(b"\r\n", b"\n"),
        GOOD.replace(b"Host: x", b"Host: x\r\nHost: x"),
        GOOD.replace(b"Host: x\r\n", b""),
        GOOD.replace(b"Host: x", b"Host : x"),
        GOOD.replace(b"Host: x", b"Host: x\r\n y"),
        GOOD.replace(b"Host: x", b"Host: x\ry"),
        GOOD.replace(b"Host: x", b"Host: x\x00"),
        GOOD.replace(b"HTTP/1.1", b"HTTP/1.2"),
        GOOD.replace(b"Length: 5", b"Length: +5"),
        GOOD.replace(b"Length: 5", b"Length: 5\r\nContent-Length: 5"),
        GOOD.replace(b"Length: 5", b"Length: 5\r\nTransfer-Encoding: chunked"),
        GOOD.replace(b"Content-Length: 5", b"Transfer-Encoding: gzip, chunked"),
        lines(b"POST / HTTP/1.1", b"Host: x", b"Transfer-Encoding: chunked") + b"5\nhello\r\n0\r\n\r\n",
        lines(b"POST / HTTP/1.1", b"Host: x", b"Transfer-Encoding: chunked") + b"5 \r\nhello\r\n0\r\n\r\n",
        lines(b"POST / HTTP/1.1", b"Host: x", b"Transfer-Encoding: chunked") + b"5;a\r\nhello\r\n0\r\n\r\n",
        lines(b"POST / HTTP/1.1", b"Host: x", b"Transfer-Encoding: chunked") + b"5\r\nhelloX\r\n0\r\n\r\n",
    ],
)
def test_a_doubtful_request_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_request(Source(data))


@pytest.mark.parametrize("end", [10, 30, len(GOOD) - 1])
def test_half_a_request_is_incomplete(end: int) -> None:
    with pytest.raises(IncompleteError):
        read_request(Source(GOOD[:end]))


def test_a_cut_response_is_seen_as_cut() -> None:
    short = read_response(Source(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"))
    open_ended = read_response(Source(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n2\r\nx"))
    whole = read_response(Source(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"hello")))

    assert (short.cut, short.body) == (True, b"hello")
    assert (open_ended.cut, open_ended.body) == (True, b"hellox")
    assert (whole.cut, whole.body) == (False, b"hello")


def test_interim_responses_are_told_from_the_final_one() -> None:
    response = read_response(Source(b"HTTP/1.1 103 X\r\nA: b\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"))

    assert ([r.status for r in response.interim], response.status, response.delimited) == ([103], 204, "none")


def test_the_upstream_keeps_every_byte_and_speaks_as_told() -> None:
    with RawUpstream() as upstream, Client(("127.0.0.1", upstream.port)) as client:
        assert client.send(GOOD).response().body == b"ok"
        upstream.script = answer_and_close(b"HTTP/1.1 404 No\r\n\r\nbye")
        assert client.send(GOOD).response().body == b"bye"
        client.expect_end()

        assert upstream.received() == [GOOD + GOOD]
        assert [r.target for r in upstream.requests] == [b"/a?b", b"/a?b"]


def test_the_upstream_tells_of_what_is_no_http() -> None:
    with RawUpstream() as upstream, Client(("127.0.0.1", upstream.port)) as client:
        client.send(b"GET / HTTP/1.1\nHost: x\n\n").expect_end()

        assert "no HTTP" in upstream.failures[0]


def test_the_upstream_can_reset_and_forget() -> None:
    with RawUpstream() as upstream, Client(("127.0.0.1", upstream.port)) as client:
        upstream.script = answer_and_reset(b"HTTP/1.1 200 OK\r\n")
        client.send(GOOD).finish()
        with pytest.raises(IncompleteError):
            client.response()
        assert client.was_reset
        upstream.forget()

        assert upstream.received() == []


def test_an_idle_connection_lives_through_forgetting() -> None:
    with RawUpstream() as upstream, Client(("127.0.0.1", upstream.port)) as client:
        assert client.send(GOOD).response().status == 200
        wait_for(lambda: upstream.idle())
        upstream.forget()
        upstream.script = answer(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

        assert client.send(GOOD).response().status == 201
        assert upstream.received() == [GOOD]
