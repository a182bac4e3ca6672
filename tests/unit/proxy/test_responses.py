"""Responses of services: framing, what has no body, what is cut, what is no response at all (behaviour: 5, 6)."""

import pytest

from tests.support.http1 import chunked, lines
from tests.unit.proxy.scene import Client, Scene, Upstream, answer, plan, route, scene

OK = b"HTTP/1.1 200 OK"
CHUNKED = b"Transfer-Encoding: chunked"


def asked(s: Scene, method: bytes = b"GET", *fields: bytes) -> tuple[Client, Upstream]:
    client = s.client()
    client.ask(method, b"/", *fields)
    return client, s.upstream()


def test_each_piece_goes_on_as_it_comes() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(OK, b"Content-Length: 10"))
        assert client.got().endswith(b"\r\n\r\n")
        for piece in (b"abc", b"defg", b"hij"):
            upstream.send(piece)
            assert client.got() == piece
        assert s.log[0]["bytes_out"] == 10


def test_chunks_are_written_anew() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(OK, CHUNKED))
        assert b"Transfer-Encoding: chunked\r\n" in client.got()
        upstream.send(b"003;x=y\r\nabc\r\n")
        assert client.got() == b"3\r\nabc\r\n"
        upstream.send(b"0\r\n\r\n")
        assert client.got() == b"0\r\n\r\n"
        assert not upstream.closed


def test_a_body_until_the_end_of_the_connection_becomes_chunks() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(OK) + b"abc", b"def")
        assert s.log == []
        upstream.finish()
        response = client.response()

        assert (response.body, response.delimited, response.cut) == (b"abcdef", "chunked", False)
        assert upstream.closed
        client.ask()
        s.upstream().answer()
        assert client.response().status == 200


def test_a_body_until_the_end_that_ends_with_a_reset_is_cut() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(OK) + b"abc")
        upstream.reset()
        response = client.response()

        assert (response.body, response.cut) == (b"abc", True)
        assert client.ended
        assert s.log[0]["reason"] == "upstream_reset"


@pytest.mark.parametrize("end", ["finish", "reset"])
@pytest.mark.parametrize(
    "begun",
    [
        lines(OK, b"Content-Length: 10") + b"abc",
        lines(OK, CHUNKED) + b"5\r\nabc",
        lines(OK, CHUNKED) + b"3\r\nabc\r\n",
        lines(OK, CHUNKED) + b"3\r\nabc\r\n0\r\n",
        lines(OK, CHUNKED) + b"3\r\nabc\r\n0\r\nX-Sum: 1\r\n",
    ],
)
def test_a_truncated_body_is_seen_as_cut(begun: bytes, end: str) -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(begun)
        getattr(upstream, end)()
        response = client.response()

        assert (response.status, response.body, response.cut) == (200, b"abc", True)
        assert client.ended
        assert (s.log[0]["status"], s.log[0]["reason"]) == (200, "upstream_reset")


@pytest.mark.parametrize("bad", [b"x\r\n", b"5\r\nhelloX", b"3 \r\nabc\r\n", b"0\r\nBad Trailer: x\r\n\r\n", b"\r\n"])
def test_a_malformed_chunk_cuts_the_body_and_ends_the_connection(bad: bytes) -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(OK, CHUNKED) + b"3\r\nabc\r\n", bad)

        assert client.response().cut
        assert client.ended
        assert upstream.closed
        assert s.log[0]["reason"] == "bad_response"


@pytest.mark.parametrize(
    ("method", "said", "status"),
    [
        (b"HEAD", lines(OK, b"Content-Length: 5"), 200),
        (b"HEAD", lines(OK, CHUNKED), 200),
        (b"HEAD", lines(OK), 200),
        (b"HEAD", lines(b"HTTP/1.1 404 Not Found", b"Content-Length: 5"), 404),
        (b"GET", lines(b"HTTP/1.1 204 No Content"), 204),
        (b"GET", lines(b"HTTP/1.1 204 No Content", b"Content-Length: 0"), 204),
        (b"GET", lines(b"HTTP/1.1 204 No Content", CHUNKED), 204),
        (b"GET", lines(b"HTTP/1.1 304 Not Modified", b"Content-Length: 5"), 304),
        (b"GET", lines(b"HTTP/1.1 304 Not Modified"), 304),
    ],
)
def test_a_response_without_a_body_is_complete_with_its_head(method: bytes, said: bytes, status: int) -> None:
    with scene() as s:
        client, upstream = asked(s, method)
        upstream.send(said)
        response = client.response(method)

        assert (response.status, response.body) == (status, b"")
        assert client.got() == b""
        assert len(s.log) == 1
        client.ask()
        assert len(s.ups) == 1, "the connection is used again"
        upstream.answer()
        assert client.response().body == b"hello"


def test_the_length_that_a_head_request_asks_for_goes_on() -> None:
    with scene() as s:
        client, upstream = asked(s, b"HEAD")
        upstream.send(lines(OK, b"Content-Length: 12345"))

        assert client.response(b"HEAD").values(b"content-length") == [b"12345"]


def test_a_204_has_no_length() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(b"HTTP/1.1 204 No Content", b"Content-Length: 0"))

        assert client.response().values(b"content-length") == []


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (b"GET", answer(b"hello") + b"surplus"),
        (b"GET", answer(b"hello") + answer(b"stolen")),
        (b"GET", lines(OK, CHUNKED) + chunked(b"hello") + b"surplus"),
        (b"HEAD", lines(OK, b"Content-Length: 5") + b"hello"),
        (b"GET", lines(b"HTTP/1.1 204 No Content") + b"surplus"),
        (b"GET", lines(b"HTTP/1.1 304 Not Modified", b"Content-Length: 5") + b"hello"),
        (b"GET", answer(b"") + b"\r\n"),
    ],
)
def test_surplus_bytes_are_nobodys_and_end_the_connection(method: bytes, said: bytes) -> None:
    with scene() as s:
        client, upstream = asked(s, method)
        upstream.send(said)

        assert not client.response(method).cut
        assert client.got() == b""
        assert upstream.closed
        client.ask()
        assert len(s.ups) == 2
        s.upstream().answer(b"mine")
        assert client.response().body == b"mine"


def test_surplus_bytes_behind_a_body_that_came_in_pieces_end_the_connection() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(OK, b"Content-Length: 5"), b"hello" + answer(b"stolen"))

        assert client.response().body == b"hello"
        assert client.got() == b""
        assert upstream.closed


def test_bytes_that_come_between_two_requests_end_the_connection() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.answer()
        upstream.send(answer(b"stolen"))
        assert upstream.closed
        client.response()
        client.ask()
        s.upstream().answer(b"mine")
        assert client.response().body == b"mine"


@pytest.mark.parametrize(
    "said",
    [
        b"nonsense\r\n\r\n",
        lines(b"HTTP/2 200 OK"),
        lines(b"HTTP/1.1 20 OK"),
        lines(OK, b"X : y"),
        lines(OK, b" folded"),
        lines(OK, b"Content-Length: 5", b"Content-Length: 5") + b"hello",
        lines(OK, b"Content-Length: 5, 5") + b"hello",
        lines(OK, b"Content-Length: 5", CHUNKED) + chunked(b"hello"),
        lines(OK, b"Transfer-Encoding: gzip, chunked") + chunked(b"hello"),
        lines(b"HTTP/1.0 200 OK", CHUNKED) + chunked(b"hello"),
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
        lines(OK, *[b"X-%d: y" % n for n in range(401)]),
        lines(OK, b"X: " + b"y" * 70_000),
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000,
        lines(b"HTTP/1.1 101 Switching Protocols", b"Connection: upgrade", b"Upgrade: websocket"),
        b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n",
    ],
)
def test_what_is_no_response_is_a_502_and_ends_the_connection(said: bytes) -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(said)

        status, reason = client.problem()
        assert (status, reason) in {(502, "bad_response"), (502, "upgrade_failed")}
        assert upstream.closed
        assert not client.ended, "it is not the client's fault"
        client.ask()
        s.upstream().answer()
        assert client.response().status == 200


@pytest.mark.parametrize("status", [b"600 Odd", b"799 Odd", b"999 Request Denied"])
@pytest.mark.parametrize("body", [b"", b"hello", None])
def test_a_status_beyond_those_that_exist_is_answered_somehow(status: bytes, body: bytes | None) -> None:
    """Some servers do say 999. It is either passed on or a 502, but no one is left waiting."""
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(answer(body, status=status) if body is not None else lines(b"HTTP/1.1 " + status, CHUNKED))

        assert client.transport.got, "an answer"
        assert int(client.transport.got[9:12]) >= 500
        upstream.send(b"0\r\n\r\n")
        assert len(s.log) == 1


@pytest.mark.parametrize("fields", [(b"Connection: close",), (b"Connection: close", b"Connection: keep-alive")])
def test_a_connection_that_the_service_closes_is_not_used_again(fields: tuple[bytes, ...]) -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.answer(b"hello", *fields)

        response = client.response()
        assert response.values(b"connection") == []
        assert upstream.closed
        client.ask()
        assert len(s.ups) == 2


def test_an_http_1_0_service_is_understood() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(b"HTTP/1.0 200 OK", b"Content-Length: 5") + b"hello")
        response = client.response()

        assert (response.version, response.body) == (b"1.1", b"hello")
        assert upstream.closed


def test_trailers_go_on_to_a_client_that_takes_them() -> None:
    with scene() as s:
        client, upstream = asked(s, b"GET", b"TE: trailers")
        upstream.send(lines(OK, CHUNKED) + chunked(b"hello", trailers=[b"X-Sum: 1", b"Content-Length: 5", b"Via: x"]))

        assert client.response().trailers == ((b"x-sum", b"1"),)


def test_trailers_end_here_for_a_client_that_does_not() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(OK, CHUNKED) + chunked(b"hello", trailers=[b"X-Sum: 1"]))
        response = client.response()

        assert (response.body, response.trailers) == (b"hello", ())
        assert response.values(b"x-sum") == []


def test_a_response_of_several_pieces_at_once_is_one_piece() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(OK, CHUNKED), chunked(*[b"x"] * 1000))

        assert client.response().body == b"x" * 1000


def test_an_empty_chunked_body_is_an_empty_body() -> None:
    with scene() as s:
        client, upstream = asked(s)
        upstream.send(lines(OK, CHUNKED) + b"0\r\n\r\n")

        assert client.response().body == b""
        client.ask()
        assert len(s.ups) == 1


def test_the_methods_of_a_path_are_told_where_one_is_not_among_them() -> None:
    with scene(plan([route(methods=("GET", "HEAD"))])) as s:
        client = s.client()
        client.ask(b"DELETE")
        response = client.response()

        assert (response.status, response.values(b"allow")) == (405, [b"GET, HEAD"])
        assert s.log[0]["reason"] == "method_not_allowed"


def test_an_answer_to_head_has_the_length_and_not_the_body() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"HEAD", b"/health")
        response = client.response(b"HEAD")

        assert response.values(b"content-length") == [b"3"]
        client.ask(b"HEAD", b"/health")
        assert client.response(b"HEAD").status == 200


def test_nothing_is_served_on_a_path_that_no_route_takes() -> None:
    with scene(plan([route(path="/only")])) as s:
        client = s.client()
        client.ask(target=b"/other")
        assert client.problem() == (404, "no_route")
        assert (s.log[0]["route"], s.log[0]["instance"]) == ("", "")
