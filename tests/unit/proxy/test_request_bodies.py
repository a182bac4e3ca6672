"""Request bodies: passed on as they come, never completed quietly, bounded where the route says so (behaviour: 3, 6)."""

import pytest

from tests.support.http1 import IncompleteError, chunked, lines
from tests.unit.proxy.scene import HOST, ask, plan, route, scene

CHUNKED = b"Transfer-Encoding: chunked"


def test_each_piece_goes_on_as_it_comes() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 10", body=b"abc")
        upstream = s.upstream()
        assert upstream.head().endswith(b"\r\n\r\n")
        assert upstream.got() == b"abc"
        client.send(b"defg")
        assert upstream.got() == b"defg"
        client.send(b"hij")
        assert upstream.got() == b"hij"


def test_chunks_are_written_anew() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED)
        upstream = s.upstream()
        assert b"Transfer-Encoding: chunked\r\n" in upstream.head()
        client.send(b"0003;ext=1\r\nabc\r\n")
        assert upstream.got() == b"3\r\nabc\r\n"
        client.send(b"A\r\n01234")
        client.send(b"56789\r\n")
        assert upstream.got() == b"5\r\n01234\r\n5\r\n56789\r\n"
        client.send(b"0\r\nX-Trailer: y\r\n\r\n")
        assert upstream.got() == b"0\r\n\r\n", "trailers end here"


def test_there_is_one_framing_field_and_it_is_the_clients() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 0")
        request = s.upstream().request()
        assert (request.values(b"content-length"), request.values(b"transfer-encoding")) == ([b"0"], [])
        s.upstream().answer()
        client.ask(b"POST", b"/", CHUNKED, body=b"0\r\n\r\n")
        request = s.upstream().request()
        assert (request.values(b"content-length"), request.values(b"transfer-encoding")) == ([], [b"chunked"])


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"PATCH", b"QUERY"])
def test_any_method_may_have_a_body(method: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask(method, b"/", b"Content-Length: 5", body=b"hello")
        assert s.upstream().request().body == b"hello"
        s.upstream().send(lines(b"HTTP/1.1 204 No Content"))
        assert client.response(method).status == 204
        client.ask()
        s.upstream().answer()
        assert client.response().status == 200


def test_pieces_that_come_before_there_is_a_connection_go_out_with_the_head() -> None:
    with scene() as s:
        s.connects = False
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 10", body=b"abc")
        client.send(b"defg")
        assert client.paused
        s.connects = True
        s.advance(0.1)
        assert s.upstream().head()
        assert s.upstream().got() == b"abcdefg"
        client.send(b"hij")
        assert s.upstream().got() == b"hij"
        s.upstream().answer()
        assert client.response().status == 200


def test_chunks_that_come_before_there_is_a_connection_go_out_with_the_head() -> None:
    with scene() as s:
        s.connects = False
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED, body=b"3\r\nabc\r\n2\r\nde\r\n")
        s.connects = True
        s.advance(0.1)
        client.send(b"0\r\n\r\n")

        assert s.upstream().request().body == b"abcde"


@pytest.mark.parametrize(
    "bad", [b"5\r\nhelloX", b"x\r\n", b"5;\x00\r\n", b"-5\r\n", b"5\r\nhello\r\n0\r\nBad Trailer: x\r\n\r\n", b"5 \r\n"]
)
def test_a_malformed_chunk_is_a_400_and_the_service_never_gets_a_whole_request(bad: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED, body=b"3\r\nabc\r\n" + bad)

        assert client.problem() == (400, "bad_request")
        assert client.ended
        for upstream in s.ups:
            assert upstream.closed
            with pytest.raises(IncompleteError):
                upstream.request()
        assert [line["status"] for line in s.log] == [400]


def test_nothing_after_a_malformed_chunk_is_read_as_a_request() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED, body=b"x\r\n\r\n" + ask(target=b"/smuggled"))
        client.send(ask(target=b"/smuggled"))

        assert b"smuggled" not in b"".join(up.got() for up in s.ups)
        assert len(s.log) == 1


@pytest.mark.parametrize("framing", [b"Content-Length: 100", CHUNKED])
def test_a_body_that_its_client_does_not_complete_is_not_completed(framing: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", framing, body=b"3\r\nabc\r\n")
        upstream = s.upstream()
        client.finish()

        assert upstream.closed
        with pytest.raises(IncompleteError):
            upstream.request()
        assert s.log[0]["reason"] == "client_closed"


# ── max_body_size ─────────────────────────────────────────────────────

SMALL = plan([route(max_body=10)])


def test_a_declared_length_above_the_limit_is_refused_before_the_service_hears_of_it() -> None:
    with scene(SMALL) as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 11")

        assert client.problem() == (413, "body_too_large")
        assert s.ups == []
        assert client.ended


def test_a_declared_length_at_the_limit_passes() -> None:
    with scene(SMALL) as s:
        s.client().ask(b"POST", b"/", b"Content-Length: 10", body=b"x" * 10)

        assert s.upstream().request().body == b"x" * 10


def test_chunks_up_to_the_limit_pass() -> None:
    with scene(SMALL) as s:
        s.client().ask(b"POST", b"/", CHUNKED, body=chunked(b"x" * 5, b"y" * 5))

        assert s.upstream().request().body == b"xxxxxyyyyy"


@pytest.mark.parametrize(
    "pieces", [(b"5\r\nhello\r\n", b"6\r\nworld!\r\n0\r\n\r\n"), (b"b\r\nhelloworld!\r\n0\r\n\r\n",)]
)
def test_chunks_above_the_limit_are_a_413_and_never_a_whole_request(pieces: tuple[bytes, ...]) -> None:
    with scene(SMALL) as s:
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED)
        client.send(*pieces)

        assert client.problem() == (413, "body_too_large")
        assert client.ended
        assert s.upstream().closed
        with pytest.raises(IncompleteError):
            s.upstream().request()
        assert [line["reason"] for line in s.log] == ["body_too_large"]


def test_a_body_that_turns_out_too_large_while_the_connection_is_being_made_is_a_413() -> None:
    with scene(SMALL) as s:
        s.connects = False
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED, body=b"5\r\nhello\r\n6\r\nworld!\r\n")

        assert client.problem() == (413, "body_too_large")
        s.connects = True
        s.advance(0.2)
        assert all(up.got() == b"" for up in s.ups)


def test_the_limit_counts_the_body_not_its_chunks() -> None:
    with scene(SMALL) as s:
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED)
        client.send(*[b"1;extension\r\nx\r\n"] * 10, b"0\r\n\r\n")

        assert s.upstream().request().body == b"x" * 10


def test_what_comes_after_a_413_is_thrown_away_for_a_while() -> None:
    with scene(SMALL) as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 1000000")
        client.send(b"x" * 1000)
        assert not client.closed, "so that the client can read the answer"
        assert client.problem() == (413, "body_too_large")
        s.advance(5, step=0.25)
        assert client.closed


def test_a_client_that_sends_on_and_on_after_a_413_is_cut() -> None:
    with scene(SMALL) as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 100000000")
        for _ in range(20):
            client.send(b"x" * 64_000)

        assert client.closed


def test_the_bytes_of_a_body_are_counted_in_the_log() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED, body=chunked(b"abc", b"de"))
        s.upstream().answer(b"four")

        assert (s.log[0]["bytes_in"], s.log[0]["bytes_out"]) == (5, 4)


# ── heads that are refused ────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        (lines(b"GET / HTTP/1.1"), 400, "bad_request"),
        (lines(b"GET / HTTP/1.1", HOST, HOST), 400, "bad_request"),
        (lines(b"GET / HTTP/2.0", HOST), 400, "bad_request"),
        (lines(b"GET /#x HTTP/1.1", HOST), 400, "bad_request"),
        (lines(b"POST / HTTP/1.1", HOST, b"Content-Length: 1", CHUNKED), 400, "bad_request"),
        (lines(b"POST / HTTP/1.1", HOST, b"Transfer-Encoding: gzip, chunked"), 400, "bad_request"),
        (lines(b"GET / HTTP/1.1", HOST, b"X : y"), 400, "bad_request"),
        (lines(b"GET / HTTP/1.1", HOST, b" folded"), 400, "bad_request"),
        (lines(b"GET / HTTP/1.1", HOST, *[b"X-%d: y" % n for n in range(100)]), 431, "headers_too_large"),
        (lines(b"GET / HTTP/1.1", HOST, b"X: " + b"y" * 20_000), 431, "headers_too_large"),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000, 431, "headers_too_large"),
        (b"GET /" + b"y" * 20_000, 414, "uri_too_long"),
        (lines(b"GET /" + b"y" * 20_000 + b" HTTP/1.1", HOST), 414, "uri_too_long"),
        (lines(b"POST / HTTP/1.1", HOST, b"Expect: x", b"Content-Length: 5"), 417, "expectation_failed"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03more", 400, "bad_request"),
        (b"GET / HTTP/1.1\nHost: a\n\n", 400, "bad_request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad_request"),
    ],
)
def test_a_head_that_is_refused_is_answered_closed_logged_and_not_sent_on(
    sent: bytes, status: int, reason: str
) -> None:
    with scene() as s:
        client = s.client()
        client.send(sent + ask(target=b"/smuggled"))

        response = client.problem()
        assert response == (status, reason)
        assert client.ended
        assert s.ups == []
        assert [(line["status"], line["reason"]) for line in s.log] == [(status, reason)]
        assert client.got() == b""


@pytest.mark.parametrize("sent", [b"GET /\n", b"GET / HTTP/1.1\n", b"GET / HTTP/1.1\r\nHost: a\n", b"\n", b"\x00"])
def test_a_bare_line_feed_is_refused_at_once_also_as_the_last_byte(sent: bytes) -> None:
    """HTTP/0.9 sends nothing more; it would wait for an answer until the head's time is over."""
    with scene() as s:
        client = s.client()
        client.send(sent)

        assert client.problem() == (400, "bad_request")


def test_a_head_just_within_the_bound_passes() -> None:
    with scene() as s:
        head = ask(b"GET", b"/", b"X: ")[:-4]
        padded = head + b" " + b"y" * (16_384 - len(head) - 1) + b"\r\n\r\n"
        s.client().send(padded)

        assert s.upstream().request().target == b"/"


def test_a_refused_request_shows_what_was_readable_of_it_in_the_log() -> None:
    with scene() as s:
        s.client().send(lines(b"DELETE /a?b HTTP/3.0", HOST))

        (line,) = s.log
        assert (line["method"], line["path"], line["route"]) == ("DELETE", "/a?b", "")


@pytest.mark.parametrize("method", [b"CONNECT"])
@pytest.mark.parametrize("target", [b"example.com:443", b"/", b"/x", b"http://example.com/"])
def test_connect_is_refused_whatever_its_target_and_whatever_the_routes_say(method: bytes, target: bytes) -> None:
    with scene(plan([route(methods=("CONNECT", "GET"))])) as s:
        client = s.client()
        host = b"Host: example.com:443" if b"443" in target else HOST
        client.send(lines(b"%b %b HTTP/1.1" % (method, target), host))

        assert client.response(b"CONNECT").status in {400, 405, 501}
        assert s.ups == []


def test_options_of_the_server_as_a_whole_are_answered_here() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"OPTIONS", b"*")

        assert client.response().status == 204
        assert s.ups == []
        assert len(s.log) == 1
