"""Content-Length (RFC 9110 8.6, RFC 9112 6.3): plain digits, once, and never beside Transfer-Encoding."""

import pytest

from tests.support.cases import HOST, Forwarded, Refused, get, post, table
from tests.support.http1 import lines
from tests.support.wire import Wire


def _length(value: bytes, body: bytes = b"hello") -> bytes:
    return post(b"Content-Length: " + value, body=body)


@table(
    Refused("the same twice", post(b"Content-Length: 5", b"Content-Length: 5", body=b"hello")),
    Refused("two that differ", post(b"Content-Length: 5", b"Content-Length: 6", body=b"hello!")),
    Refused("two in different case", post(b"Content-Length: 5", b"content-length: 0", body=b"hello")),
    Refused("two with a field between", post(b"Content-Length: 5", b"X: y", b"Content-Length: 50", body=b"hello")),
    Refused("a list of the same", _length(b"5, 5")),
    Refused("a list without a space", _length(b"5,5")),
    Refused("a list of different ones", _length(b"5, 6")),
    Refused("a list with an empty member", _length(b"5,")),
    Refused("nothing", _length(b"")),
    Refused("a plus sign", _length(b"+5")),
    Refused("a minus sign", _length(b"-5")),
    Refused("minus nought", _length(b"-0")),
    Refused("hexadecimal", _length(b"0x5")),
    Refused("bare hexadecimal", _length(b"a", b"0123456789")),
    Refused("a fraction", _length(b"5.0")),
    Refused("an exponent", _length(b"5e0")),
    Refused("an underscore", _length(b"0_5")),
    Refused("two numbers", _length(b"5 5")),
    Refused("a word", _length(b"five")),
    Refused("a parameter", _length(b"5;q=1")),
    Refused("quotes", _length(b'"5"')),
    Refused("Arabic digits", _length("٥".encode())),
    Refused("a fullwidth digit", _length("５".encode())),
    Refused("a superscript digit", _length("²".encode())),
    Refused("a vertical tab before it", _length(b"\x0b5")),
    Refused("a no-break space before it", _length(b"\xa05")),
    Refused("a NUL after it", _length(b"5\x00")),
    Refused("a bare CR after it", _length(b"5\r")),
    Refused("twenty digits", _length(b"00000000000000000005")),
    Refused("more than 64 bits hold", _length(b"18446744073709551621")),
    Refused("a hundred digits", _length(b"1" * 100)),
    Refused("a space before the colon", post(b"Content-Length : 5", body=b"hello")),
    Refused("a folded one", b"POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length:\r\n 5\r\n\r\nhello"),
    Refused("beside Transfer-Encoding", post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n")),
    Refused("after Transfer-Encoding", post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n")),
    Refused("nought beside Transfer-Encoding",
            post(b"Content-Length: 0", b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n")),
    Refused("beside Transfer-Encoding on a GET",
            get(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"0\r\n\r\n"),
    Refused("twice in HTTP/1.0", lines(b"POST / HTTP/1.0", b"Content-Length: 5", b"Content-Length: 5") + b"hello"),
    Refused("beside Transfer-Encoding in HTTP/1.0",
            lines(b"POST / HTTP/1.0", b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"hello"),
)  # fmt: skip
def test_a_length_that_is_not_plain_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Forwarded("a body", _length(b"5"), method=b"POST", body=b"hello", framing=b"length"),
    Forwarded("white space around it", _length(b" \t5\t "), method=b"POST", body=b"hello", framing=b"length"),
    Forwarded("leading noughts", _length(b"005"), method=b"POST", body=b"hello", framing=b"length"),
    Forwarded("nought", _length(b"0", b""), method=b"POST", body=b""),
    Forwarded("a body in pieces", [post(b"Content-Length: 5"), b"h", b"el", b"lo"], method=b"POST", body=b"hello",
              framing=b"length"),
    Forwarded("a body that looks like a request", post(b"Content-Length: 44", body=get(target=b"/smuggled")[:44]),
              method=b"POST", body=get(target=b"/smuggled")[:44]),
    Forwarded("a body that looks chunked", _length(b"5", b"0\r\n\r\n"), method=b"POST", body=b"0\r\n\r\n"),
    Forwarded("a body of all bytes", post(b"Content-Length: 256", body=bytes(range(256))), method=b"POST",
              body=bytes(range(256))),
    Forwarded("a body with GET", get(b"Content-Length: 5") + b"hello", body=b"hello", framing=b"length"),
    Forwarded("a body with DELETE", lines(b"DELETE / HTTP/1.1", HOST, b"Content-Length: 5") + b"hello",
              method=b"DELETE", body=b"hello", framing=b"length"),
    Forwarded("a body with OPTIONS", lines(b"OPTIONS / HTTP/1.1", HOST, b"Content-Length: 5") + b"hello",
              method=b"OPTIONS", body=b"hello", framing=b"length"),
    Forwarded("a body in HTTP/1.0", lines(b"POST / HTTP/1.0", b"Content-Length: 5") + b"hello", method=b"POST",
              body=b"hello", framing=b"length"),
    Forwarded("no length and so no body", post(), method=b"POST", body=b""),
    Forwarded("64 KiB", post(b"Content-Length: 65536", body=b"x" * 65536), method=b"POST", body=b"x" * 65536),
    Forwarded("exactly the largest body allowed", post(b"Content-Length: 1048576", body=b"x" * 1048576),
              method=b"POST", body=b"x" * 1048576),
)  # fmt: skip
def test_a_body_of_stated_length_goes_on_whole(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


@pytest.mark.parametrize("got", [0, 1, 4])
def test_a_body_that_is_cut_short_never_becomes_a_request(wire: Wire, got: int) -> None:
    with wire.client() as client:
        client.send(_length(b"5", b"hello"[:got])).reset()
    wire.still_serves()

    assert [r.target for r in wire.upstream.requests] == [b"/sentinel"]


def test_the_upstream_sees_at_once_that_a_body_was_cut_short(wire: Wire) -> None:
    with wire.client() as client:
        client.send(post(b"Content-Length: 100", body=b"begun", target=b"/cut-upload"))
        connection = wire.connection_for(b"/cut-upload")
        client.reset()

        connection.wait_end()
    assert wire.upstream.requests == []
