"""A service that answers before the request is complete, and interim responses (behaviour: 5)."""

import pytest

from tests.support.http1 import Source, chunked, lines, read_request
from tests.unit.proxy.scene import Client, Scene, Upstream, answer, ask, scene

OK = b"HTTP/1.1 200 OK"
CHUNKED = b"Transfer-Encoding: chunked"


def uploading(s: Scene, framing: bytes = b"Content-Length: 100", body: bytes = b"first") -> tuple[Client, Upstream]:
    """A client in the middle of an upload, and the service's side of it."""
    client = s.client()
    client.ask(b"POST", b"/", framing, body=body)
    return client, s.upstream()


def test_a_complete_answer_ends_the_upload() -> None:
    with scene() as s:
        client, upstream = uploading(s)
        upstream.answer(b"no, thanks", status=b"403 Forbidden")
        response = client.response()

        assert (response.status, response.body) == (403, b"no, thanks")
        assert response.values(b"connection") == [b"close"]
        assert upstream.closed, "the rest of the request is not on it"
        client.send(b"x" * 95)
        s.advance(3)
        assert client.closed
        assert [line["status"] for line in s.log] == [403]


def test_what_is_sent_after_an_early_answer_is_not_read_as_a_request() -> None:
    with scene() as s:
        client, upstream = uploading(s)
        upstream.answer()
        client.send(b"x" * 95 + ask(target=b"/smuggled"))

        assert len(s.ups) == 1
        assert len(s.log) == 1


def test_an_answer_that_began_early_goes_on_while_the_request_does() -> None:
    with scene() as s:
        client, upstream = uploading(s, CHUNKED, b"5\r\nfirst\r\n")
        upstream.send(lines(OK, CHUNKED) + b"1\r\na\r\n")
        client.send(b"6\r\nsecond\r\n")
        upstream.send(b"1\r\nb\r\n")
        client.send(b"0\r\n\r\n")
        upstream.send(b"0\r\n\r\n")

        assert client.response().body == b"ab"
        assert upstream.request().body == b"firstsecond", "the whole request, not what came before the answer"


@pytest.mark.parametrize(
    ("framing", "rest"), [(b"Content-Length: 12", b"seconds"), (CHUNKED, b"7\r\nseconds\r\n0\r\n\r\n")]
)
def test_a_request_is_complete_or_it_is_not_sent_as_if_it_were(framing: bytes, rest: bytes) -> None:
    with scene() as s:
        client, upstream = uploading(s, framing, b"first" if b"Length" in framing else b"5\r\nfirst\r\n")
        upstream.send(lines(OK, b"Content-Length: 10") + b"part")
        client.send(rest)

        try:
            request = read_request(Source(bytes(upstream.transport.got)))
        except Exception:
            request = None
        assert request is None or request.body == b"firstseconds"


def test_an_early_answer_in_pieces_to_an_upload_of_http_1_0_does_not_go_round_in_circles() -> None:
    with scene() as s:
        client = s.client()
        client.send(lines(b"POST / HTTP/1.0", b"Host: a", b"Content-Length: 100") + b"first")
        s.upstream().send(lines(OK, CHUNKED) + b"2\r\nhi\r\n")
        client.send(b"abcdef")
        client.send(b"x" * 89)
        s.upstream().send(b"0\r\n\r\n")
        s.advance(3)

        assert client.got().endswith(b"\r\n\r\nhi")
        assert client.closed
        assert [line["status"] for line in s.log] == [200]


def test_an_early_answer_to_an_upload_of_http_1_0_until_the_end_of_the_connection() -> None:
    with scene() as s:
        client = s.client()
        client.send(lines(b"POST / HTTP/1.0", b"Host: a", b"Content-Length: 20") + b"first")
        s.upstream().send(lines(OK) + b"hi")
        client.send(b"x" * 10)
        s.upstream().send(b" there")
        s.upstream().finish()
        s.advance(3)

        assert client.got().endswith(b"\r\n\r\nhi there")
        assert client.closed


def test_an_upload_that_completes_during_the_answer_leaves_the_answer_whole() -> None:
    with scene() as s:
        client, upstream = uploading(s, b"Content-Length: 10", b"first")
        upstream.send(lines(OK, b"Content-Length: 4") + b"ab")
        client.send(b"secon")
        upstream.send(b"cd")

        assert client.response().body == b"abcd"
        assert len(s.log) == 1


def test_a_broken_upload_cuts_an_answer_that_has_begun() -> None:
    with scene() as s:
        client, upstream = uploading(s, CHUNKED, b"5\r\nfirst\r\n")
        upstream.send(lines(OK, CHUNKED) + b"1\r\na\r\n")
        client.send(b"nonsense\r\n")

        assert client.response().cut
        assert client.ended
        assert upstream.closed
        assert [line["reason"] for line in s.log] == ["bad_request"]


# ── interim responses ─────────────────────────────────────────────────


def test_a_client_that_waits_for_a_100_gets_the_services() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 5", b"Expect: 100-continue")
        upstream = s.upstream()
        assert b"\r\nExpect: 100-continue\r\n" in upstream.head()
        assert client.got() == b""
        upstream.send(lines(b"HTTP/1.1 100 Continue"))
        assert client.got() == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"hello")
        assert upstream.got() == b"hello"
        upstream.answer()
        assert client.response().status == 200
        client.ask()
        assert len(s.ups) == 1


def test_a_client_that_waits_for_a_100_may_get_its_answer_instead() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 5", b"Expect: 100-continue")
        s.upstream().answer(b"no", status=b"417 Expectation Failed")

        response = client.response()
        assert (response.status, response.interim) == (417, [])
        assert response.values(b"connection") == [b"close"]


def test_a_100_that_nobody_asked_for_ends_here() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().send(lines(b"HTTP/1.1 100 Continue") + answer())

        response = client.response()
        assert (response.status, response.interim) == (200, [])


def test_other_interim_responses_go_on() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().send(
            lines(b"HTTP/1.1 103 Early Hints", b"Link: </a.css>; rel=preload", b"Connection: close"),
            lines(b"HTTP/1.1 102 Processing") + answer(),
        )

        response = client.response()
        assert [interim.status for interim in response.interim] == [103, 102]
        assert response.interim[0].values(b"link") == [b"</a.css>; rel=preload"]
        assert response.interim[0].values(b"connection") == []
        assert response.body == b"hello"


def test_interim_responses_do_not_exist_in_http_1_0() -> None:
    with scene() as s:
        client = s.client()
        client.send(lines(b"GET / HTTP/1.0", b"Host: a"))
        s.upstream().send(lines(b"HTTP/1.1 103 Early Hints", b"Link: x") + answer())

        response = client.response()
        assert (response.status, response.interim) == (200, [])


def test_interim_responses_are_bounded() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().send(lines(b"HTTP/1.1 103 Early Hints") * 16 + answer())
        assert client.response().status == 200
        client.ask()
        s.upstream().send(lines(b"HTTP/1.1 103 Early Hints") * 17 + answer())
        assert client.problem()[0] == 502 or client.response().status == 502


def test_interim_responses_of_one_request_do_not_count_for_the_next() -> None:
    with scene() as s:
        client = s.client()
        for _ in range(4):
            client.ask()
            s.upstream().send(lines(b"HTTP/1.1 103 Early Hints") * 10 + answer())
            assert client.response().status == 200
        assert len(s.ups) == 1


def test_the_length_of_an_interim_response_says_nothing() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().send(lines(b"HTTP/1.1 103 Early Hints", b"Content-Length: 5") + answer(b"hello"))

        assert client.response().body == b"hello"


def test_an_interim_response_may_arrive_byte_by_byte() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        data = lines(b"HTTP/1.1 103 Early Hints", b"Link: x") + lines(OK, CHUNKED) + chunked(b"hello")
        s.upstream().send(*[bytes([byte]) for byte in data])

        response = client.response()
        assert (len(response.interim), response.body) == (1, b"hello")
