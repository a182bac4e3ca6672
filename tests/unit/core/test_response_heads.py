"""Response heads: what is read out of them, and what is a 502 (RFC 9112 4 to 6)."""

import pytest

from gatewayctl.core.framing import CHUNKED, BadMessage
from gatewayctl.core.messages import UNSTATED
from tests.unit.core.heads import parser, response


def test_a_plain_response_is_read_part_by_part() -> None:
    head = response(b"Content-Length: 5", b"Content-Type: text/plain")

    assert (head.status, head.line, head.minor) == (200, b"HTTP/1.1 200 OK\r\n", 1)
    assert (head.length, head.keep_alive, head.upgrade, head.dropped_names) == (5, True, b"", frozenset())
    assert [f.line for f in head.fields] == [b"Content-Length: 5\r\n", b"Content-Type: text/plain\r\n"]


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        (b"HTTP/1.0 200 OK", b"HTTP/1.1 200 OK\r\n"),
        (b"HTTP/1.1 404 Nicht gefunden", b"HTTP/1.1 404 Nicht gefunden\r\n"),
        (b"HTTP/1.1 204 ", b"HTTP/1.1 204 \r\n"),
        (b"HTTP/1.1 204", b"HTTP/1.1 204 \r\n"),
        (b"HTTP/1.1 299 \xe9t\xe9", b"HTTP/1.1 299 \xe9t\xe9\r\n"),
    ],
)
def test_a_status_line_goes_on_as_http_1_1_with_its_phrase(line: bytes, sent: bytes) -> None:
    assert response(line=line).line == sent


def test_without_length_and_coding_nothing_is_stated() -> None:
    assert response().length == UNSTATED


def test_a_chunked_response_says_so_in_any_case() -> None:
    assert response(b"Transfer-Encoding: Chunked").length == CHUNKED


@pytest.mark.parametrize(
    ("lines", "keep"),
    [
        ((), True),
        ((b"Connection: keep-alive",), True),
        ((b"Connection: Keep-Alive",), True),
        ((b"Connection: close",), False),
        ((b"Connection: Close",), False),
        ((b"Connection: x, close",), False),
        ((b"Connection: keep-alive", b"Connection: close"), False),
        ((b"Connection: close", b"Connection: keep-alive"), False),
    ],
)
def test_an_http_1_1_connection_is_kept_unless_the_service_says_close(lines: tuple[bytes, ...], keep: bool) -> None:
    assert response(*lines).keep_alive is keep


@pytest.mark.parametrize(
    ("lines", "keep"),
    [((), False), ((b"Connection: keep-alive",), True), ((b"Connection: keep-alive, close",), False)],
)
def test_an_http_1_0_connection_is_kept_only_where_the_service_says_so(lines: tuple[bytes, ...], keep: bool) -> None:
    assert response(*lines, line=b"HTTP/1.0 200 OK").keep_alive is keep


def test_names_in_connection_are_dropped_names() -> None:
    assert response(b"Connection: X-One, close, keep-alive", b"Connection: x-two").dropped_names == {b"x-one", b"x-two"}


def test_a_second_connection_field_that_says_keep_alive_hides_nothing_of_the_first() -> None:
    assert response(b"Connection: x-one", b"Connection: keep-alive").dropped_names == {b"x-one"}


def test_a_switch_names_its_protocol() -> None:
    head = response(b"Connection: Upgrade", b"Upgrade: WebSocket", line=b"HTTP/1.1 101 Switching Protocols")

    assert head.upgrade == b"websocket"


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (b"HTTP/2 200 OK", ()),
        (b"HTTP/1.1 20 OK", ()),
        (b"ICY 200 OK", ()),
        (b"", ()),
        (b"HTTP/1.1 200 O\x00K", ()),
        (b"HTTP/1.1 200 OK", (b"X-A : b",)),
        (b"HTTP/1.1 200 OK", (b" folded: x",)),
        (b"HTTP/1.1 200 OK", (b"X-A: b\x00",)),
        (b"HTTP/1.1 200 OK", (b"X-A: b\rc",)),
        (b"HTTP/1.1 200 OK", (b"X A: b",)),
        (b"HTTP/1.1 200 OK", (b"nothing",)),
        (b"HTTP/1.1 200 OK", (b"Content-Length: 5", b"Content-Length: 5")),
        (b"HTTP/1.1 200 OK", (b"Content-Length: 5, 5",)),
        (b"HTTP/1.1 200 OK", (b"Content-Length: -5",)),
        (b"HTTP/1.1 200 OK", (b"Content-Length: 5", b"Transfer-Encoding: chunked")),
        (b"HTTP/1.1 200 OK", (b"Transfer-Encoding: chunked", b"Content-Length: 5")),
        (b"HTTP/1.1 200 OK", (b"Transfer-Encoding: gzip, chunked",)),
        (b"HTTP/1.1 200 OK", (b"Transfer-Encoding: gzip",)),
        (b"HTTP/1.1 200 OK", (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked")),
        (b"HTTP/1.1 200 OK", (b"Transfer-Encoding:",)),
        (b"HTTP/1.0 200 OK", (b"Transfer-Encoding: chunked",)),
    ],
)
def test_a_response_that_can_be_read_in_two_ways_is_a_bad_response(line: bytes, lines: tuple[bytes, ...]) -> None:
    with pytest.raises(BadMessage) as caught:
        response(*lines, line=line)

    assert caught.value.reason == "bad_response"


def test_fields_are_bounded_more_generously_than_those_of_requests() -> None:
    lines = [b"X-%d: y" % n for n in range(400)]

    assert len(response(*lines).fields) == 400
    with pytest.raises(BadMessage):
        response(*lines, b"X-More: y")


def test_underscores_are_no_matter_in_responses() -> None:
    assert response(b"x_a: b").fields[0].line == b"x_a: b\r\n"


def test_a_trailer_that_means_nothing_special_is_plain() -> None:
    assert parser().trailer(b"X-Checksum: abc").kind == 0


@pytest.mark.parametrize(
    "line",
    [
        b"Content-Length: 5",
        b"Transfer-Encoding: chunked",
        b"Host: example.com",
        b"Connection: close",
        b"X-Forwarded-For: 1.1.1.1",
        b"X-Request-ID: forged",
        b"Trailer: x",
    ],
)
def test_a_trailer_may_not_say_what_only_a_head_may(line: bytes) -> None:
    assert parser().trailer(line).kind != 0


@pytest.mark.parametrize("line", [b"X A: b", b"X-A : b", b"nothing", b" folded", b"X-A: \x00"])
def test_a_malformed_trailer_is_refused(line: bytes) -> None:
    with pytest.raises(BadMessage):
        parser().trailer(line)
