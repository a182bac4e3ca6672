"""Transfer-Encoding (RFC 9112 6.1): exactly ``chunked``, once, in HTTP/1.1. Whatever else could be read otherwise."""

from tests.support.cases import HOST, Forwarded, Refused, get, post, table
from tests.support.http1 import chunked, lines
from tests.support.wire import Wire

HELLO = chunked(b"hello")


def _coding(value: bytes, body: bytes = HELLO) -> bytes:
    return post(b"Transfer-Encoding: " + value, body=body)


@table(
    Refused("gzip", _coding(b"gzip")),
    Refused("identity", _coding(b"identity")),
    Refused("deflate before it", _coding(b"deflate, chunked")),
    Refused("gzip before it", _coding(b"gzip, chunked")),
    Refused("gzip after it", _coding(b"chunked, gzip")),
    Refused("identity before it", _coding(b"identity, chunked")),
    Refused("identity after it", _coding(b"chunked, identity")),
    Refused("twice in a list", _coding(b"chunked, chunked")),
    Refused("twice in two fields", post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=HELLO)),
    Refused("two fields of which one is gzip",
            post(b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked", body=HELLO)),
    Refused("two fields of which the last is identity",
            post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=HELLO)),
    Refused("two fields of which one is empty", post(b"Transfer-Encoding:", b"Transfer-Encoding: chunked", body=HELLO)),
    Refused("two fields in different case", post(b"Transfer-Encoding: chunked", b"transfer-encoding: x", body=HELLO)),
    Refused("nothing", _coding(b"")),
    Refused("a comma before it", _coding(b", chunked")),
    Refused("a comma after it", _coding(b"chunked,")),
    Refused("a parameter", _coding(b"chunked;q=1")),
    Refused("a semicolon", _coding(b"chunked;")),
    Refused("a letter too many", _coding(b"chunkedx")),
    Refused("a letter before it", _coding(b"xchunked")),
    Refused("a letter too few", _coding(b"chunke")),
    Refused("quotes", _coding(b'"chunked"')),
    Refused("single quotes", _coding(b"'chunked'")),
    Refused("a word after it", _coding(b"chunked foo")),
    Refused("a word before it", _coding(b"x chunked")),
    Refused("a vertical tab before it", _coding(b"\x0bchunked")),
    Refused("a form feed after it", _coding(b"chunked\x0c")),
    Refused("a NUL after it", _coding(b"chunked\x00")),
    Refused("a bare CR after it", _coding(b"chunked\r")),
    Refused("a no-break space before it", _coding(b"\xa0chunked")),
    Refused("a Kelvin sign in it", _coding("chun\u212aed".encode())),
    Refused("a folded one", post(b"Transfer-Encoding:", b" chunked", body=HELLO)),
    Refused("a space before the colon", post(b"Transfer-Encoding : chunked", body=HELLO)),
    Refused("a space before the name", post(b" Transfer-Encoding: chunked", body=HELLO)),
    Refused("a line end hidden in the field before it", post(b"X: y\nTransfer-Encoding: chunked", body=HELLO)),
    Refused("in HTTP/1.0", lines(b"POST / HTTP/1.0", HOST, b"Transfer-Encoding: chunked") + HELLO),
    Refused("in HTTP/1.0 with keep-alive",
            lines(b"POST / HTTP/1.0", HOST, b"Connection: keep-alive", b"Transfer-Encoding: chunked") + HELLO),
    Refused("one that Connection names, beside a length",
            post(b"Connection: transfer-encoding", b"Content-Length: 5", b"Transfer-Encoding: chunked", body=HELLO)),
)  # fmt: skip
def test_a_coding_that_is_not_exactly_chunked_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Forwarded("lower case", _coding(b"chunked"), method=b"POST", body=b"hello", framing=b"chunked"),
    Forwarded("upper case", _coding(b"CHUNKED"), method=b"POST", body=b"hello", framing=b"chunked"),
    Forwarded("mixed case", _coding(b"ChUnKeD"), method=b"POST", body=b"hello", framing=b"chunked"),
    Forwarded("white space around it", _coding(b" \tchunked\t "), method=b"POST", body=b"hello", framing=b"chunked"),
    Forwarded("on a GET", get(b"Transfer-Encoding: chunked") + HELLO, body=b"hello", framing=b"chunked"),
    Forwarded("an empty body", _coding(b"chunked", b"0\r\n\r\n"), method=b"POST", body=b""),
    Forwarded("named by Connection, which cannot remove it",
              post(b"Connection: transfer-encoding", b"Transfer-Encoding: chunked", body=HELLO),
              method=b"POST", body=b"hello", framing=b"chunked"),
)  # fmt: skip
def test_chunked_is_read_in_any_case(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)
