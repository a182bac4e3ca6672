"""Responses that could be read in two ways (RFC 9112 4 to 7): a 502, and the upstream connection is closed."""

import pytest

from tests.support.cases import BadResponse, CutResponse, Refused, get, table
from tests.support.upstream import answer_and_watch
from tests.support.wire import Wire


def _line(line: bytes) -> bytes:
    return line + b"\r\nContent-Length: 2\r\n\r\nok"


def _fields(*fields: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + b"".join(f + b"\r\n" for f in fields) + b"\r\n"


@table(
    BadResponse("no version", _line(b"200 OK")),
    BadResponse("another protocol", _line(b"ICY 200 OK")),
    BadResponse("a version in lower case", _line(b"http/1.1 200 OK")),
    BadResponse("HTTP/2", _line(b"HTTP/2 200 OK")),
    BadResponse("HTTP/2.0", _line(b"HTTP/2.0 200 OK")),
    BadResponse("HTTP/0.9", _line(b"HTTP/0.9 200 OK")),
    BadResponse("HTTP/1.2", _line(b"HTTP/1.2 200 OK")),
    BadResponse("HTTP/1.10", _line(b"HTTP/1.10 200 OK")),
    BadResponse("no status", _line(b"HTTP/1.1 OK")),
    BadResponse("no status and no phrase", _line(b"HTTP/1.1")),
    BadResponse("a status of two digits", _line(b"HTTP/1.1 20 OK")),
    BadResponse("a status of four digits", _line(b"HTTP/1.1 2000 OK")),
    BadResponse("a status of letters", _line(b"HTTP/1.1 2OO OK")),
    BadResponse("a status with a sign", _line(b"HTTP/1.1 +20 OK")),
    BadResponse("the status 099", _line(b"HTTP/1.1 099 OK")),
    BadResponse("the status 000", _line(b"HTTP/1.1 000 OK")),
    BadResponse("the status 600", _line(b"HTTP/1.1 600 Whatever")),
    BadResponse("the status 999", _line(b"HTTP/1.1 999 Whatever")),
    BadResponse("a status with a fraction", _line(b"HTTP/1.1 200.1 OK")),
    BadResponse("two spaces before the status", _line(b"HTTP/1.1  200 OK")),
    BadResponse("a tab before the status", _line(b"HTTP/1.1\t200 OK")),
    BadResponse("a tab after the status", _line(b"HTTP/1.1 200\tOK")),
    BadResponse("a space before it", _line(b" HTTP/1.1 200 OK")),
    BadResponse("a NUL in the phrase", _line(b"HTTP/1.1 200 O\x00K")),
    BadResponse("a control byte in the phrase", _line(b"HTTP/1.1 200 O\x01K")),
    BadResponse("a bare CR in the phrase", _line(b"HTTP/1.1 200 O\rK")),
    BadResponse("a bare LF after it", b"HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok"),
    BadResponse("bare LF everywhere", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
    BadResponse("text that is no HTTP", b"hello, I am a mail server\r\n\r\n"),
    BadResponse("bytes that are no text", bytes(range(256)) + b"\r\n\r\n"),
    BadResponse("an empty line before it", b"\r\n" + _line(b"HTTP/1.1 200 OK")),
    BadResponse("a request", get()),
)
def test_a_malformed_status_line_is_a_502(wire: Wire, case: BadResponse) -> None:
    wire.refuses_response(case)


@table(
    BadResponse("without a colon", _fields(b"Nothing", b"Content-Length: 0")),
    BadResponse("with an empty name", _fields(b": value", b"Content-Length: 0")),
    BadResponse("with a space before the colon", _fields(b"X-A : b", b"Content-Length: 0")),
    BadResponse("with a tab before the colon", _fields(b"X-A\t: b", b"Content-Length: 0")),
    BadResponse("with a space before the name", _fields(b" X-A: b", b"Content-Length: 0")),
    BadResponse("that is folded with a space", _fields(b"X-A: b", b" c", b"Content-Length: 0")),
    BadResponse("that is folded with a tab", _fields(b"X-A: b", b"\tc", b"Content-Length: 0")),
    BadResponse("with a NUL in its value", _fields(b"X-A: b\x00c", b"Content-Length: 0")),
    BadResponse("with a NUL in its name", _fields(b"X\x00A: b", b"Content-Length: 0")),
    BadResponse("with a control byte in its value", _fields(b"X-A: \x1b[31m", b"Content-Length: 0")),
    BadResponse("with a DEL in its value", _fields(b"X-A: \x7f", b"Content-Length: 0")),
    BadResponse("with a bare CR in its value", _fields(b"X-A: b\rSet-Cookie: c=d", b"Content-Length: 0")),
    BadResponse("with a bare LF in its value", _fields(b"X-A: b\nSet-Cookie: c=d", b"Content-Length: 0")),
    BadResponse("with a name that is no token", _fields(b"X(A): b", b"Content-Length: 0")),
    BadResponse("with a name above ASCII", _fields(b"X-\xe9: b", b"Content-Length: 0")),
    BadResponse("before a head that ends in bare LF", b"HTTP/1.1 200 OK\r\nContent-Length: 0\n\n"),
    BadResponse("before a head that ends in CRLF LF", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n"),
)
def test_a_malformed_field_is_a_502(wire: Wire, case: BadResponse) -> None:
    wire.refuses_response(case)


@table(
    BadResponse("a length beside chunked", _fields(b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"0\r\n\r\n"),
    BadResponse("chunked beside a length", _fields(b"Transfer-Encoding: chunked", b"Content-Length: 5") + b"0\r\n\r\n"),
    BadResponse("two lengths that differ", _fields(b"Content-Length: 2", b"Content-Length: 3") + b"ok!"),
    BadResponse("the same length twice", _fields(b"Content-Length: 2", b"Content-Length: 2") + b"ok"),
    BadResponse("a list of lengths", _fields(b"Content-Length: 2, 2") + b"ok"),
    BadResponse("a negative length", _fields(b"Content-Length: -2") + b"ok"),
    BadResponse("a length with a sign", _fields(b"Content-Length: +2") + b"ok"),
    BadResponse("a hexadecimal length", _fields(b"Content-Length: 0x2") + b"ok"),
    BadResponse("an empty length", _fields(b"Content-Length:") + b"ok"),
    BadResponse("a length in words", _fields(b"Content-Length: two") + b"ok"),
    BadResponse("a length of thirty digits", _fields(b"Content-Length: " + b"0" * 29 + b"2") + b"ok"),
    BadResponse("a length with a NUL", _fields(b"Content-Length: 2\x00") + b"ok"),
    BadResponse("a space before the colon", _fields(b"Content-Length : 2") + b"ok"),
    BadResponse("gzip", _fields(b"Transfer-Encoding: gzip") + b"ok", closes=True),
    BadResponse("gzip before chunked", _fields(b"Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n"),
    BadResponse("identity", _fields(b"Transfer-Encoding: identity") + b"ok", closes=True),
    BadResponse("chunked twice", _fields(b"Transfer-Encoding: chunked, chunked") + b"0\r\n\r\n"),
    BadResponse("chunked in two fields", _fields(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked")),
    BadResponse("an unknown coding", _fields(b"Transfer-Encoding: xchunked") + b"0\r\n\r\n"),
    BadResponse("an empty coding", _fields(b"Transfer-Encoding:") + b"0\r\n\r\n"),
    BadResponse("chunked in HTTP/1.0", b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    BadResponse("doubtful framing of a 204",
                b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
    BadResponse("doubtful framing of a 304", b"HTTP/1.1 304 X\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
    BadResponse("doubtful framing of an answer to HEAD", _fields(b"Content-Length: 5", b"Content-Length: 6"),
                method=b"HEAD"),
)  # fmt: skip
def test_doubtful_framing_is_a_502(wire: Wire, case: BadResponse) -> None:
    wire.refuses_response(case)


@table(
    BadResponse("70 KiB of it", _fields(b"X-A: " + b"a" * 70_000, b"Content-Length: 0")),
    BadResponse("a status line of 70 KiB", b"HTTP/1.1 200 " + b"a" * 70_000 + b"\r\nContent-Length: 0\r\n\r\n"),
    BadResponse("a head that does not end", b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 20_000),
    BadResponse("a thousand fields", _fields(*(b"X-%d: a" % i for i in range(1000)), b"Content-Length: 0")),
    BadResponse("a megabyte without a line end", b"a" * 1_000_000),
)
def test_a_head_that_is_too_large_is_a_502(wire: Wire, case: BadResponse) -> None:
    wire.refuses_response(case)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@table(
    *(
        CutResponse(name, CHUNKED + body, body=seen)
        for name, body, seen in [
            ("a size that is no number", b"g\r\nhello\r\n0\r\n\r\n", b""),
            ("an empty size", b"\r\nhello\r\n0\r\n\r\n", b""),
            ("a size with a prefix", b"0x5\r\nhello\r\n0\r\n\r\n", b""),
            ("a negative size", b"-5\r\nhello\r\n0\r\n\r\n", b""),
            ("a size with a space before it", b" 5\r\nhello\r\n0\r\n\r\n", b""),
            ("a size with a space after it", b"5 \r\nhello\r\n0\r\n\r\n", b""),
            ("a size that overflows", b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n", b""),
            ("a size that ends in a bare LF", b"5\nhello\r\n0\r\n\r\n", b""),
            ("an extension with a bare LF", b"5;a\nhello\r\n0\r\n\r\n", b""),
            ("an extension with a NUL", b"5;a=\x00\r\nhello\r\n0\r\n\r\n", b""),
            ("an extension of 4 KiB", b"5;a=" + b"b" * 4096 + b"\r\nhello\r\n0\r\n\r\n", b""),
            ("data that ends in a bare LF", b"5\r\nhello\n0\r\n\r\n", b"hello"),
            ("data that is longer than its size", b"5\r\nhello, world\r\n0\r\n\r\n", b"hello"),
            ("data that ends in two other bytes", b"5\r\nhelloXX0\r\n\r\n", b"hello"),
            ("a bad second chunk", b"5\r\nhello\r\nx\r\n\r\n", b"hello"),
            ("an end that is a bare LF", b"5\r\nhello\r\n0\r\n\n", b"hello"),
        ]
    )
)
def test_a_bad_chunk_cuts_the_response(wire: Wire, case: CutResponse) -> None:
    wire.cuts_response(case)


@table(
    CutResponse("a length that is not reached", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", b"hello",
                "closes"),
    CutResponse("a length that is not reached, by a reset", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
                b"hello", "resets"),
    CutResponse("a length of which nothing came", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", b"", "closes"),
    CutResponse("chunks without the last", CHUNKED + b"5\r\nhello\r\n", b"hello", "closes"),
    CutResponse("chunks without the last, by a reset", CHUNKED + b"5\r\nhello\r\n", b"hello", "resets"),
    CutResponse("half a chunk", CHUNKED + b"a\r\nhello", b"hello", "closes"),
    CutResponse("half a chunk size", CHUNKED + b"5\r\nhello\r\n1", b"hello", "closes"),
    CutResponse("no chunk at all", CHUNKED, b"", "closes"),
    CutResponse("a last chunk without its end", CHUNKED + b"5\r\nhello\r\n0\r\n", b"hello", "closes"),
    CutResponse("half a trailer", CHUNKED + b"5\r\nhello\r\n0\r\nX-A: b", b"hello", "closes"),
    CutResponse("a body until the end, by a reset", b"HTTP/1.1 200 OK\r\n\r\nhello", b"hello", "resets"),
)  # fmt: skip
def test_a_response_that_is_cut_is_never_completed_quietly(wire: Wire, case: CutResponse) -> None:
    wire.cuts_response(case)


@pytest.mark.parametrize("sent", [get(), get(b"TE: trailers")], ids=["plain", "with trailers"])
def test_a_cut_response_is_in_the_log_with_its_reason(wire: Wire, sent: bytes) -> None:
    with wire.client() as client:
        wire.upstream.script = answer_and_watch(CHUNKED + b"5\r\nhello\r\nx\r\n")
        response = client.send(sent).response()
    identity = (response.value(b"x-request-id") or b"").decode()

    entry = wire.gateway.wait_for_access(lambda line: line["request_id"] == identity)
    assert entry["reason"] == "bad_response"


def test_a_response_is_not_blamed_on_the_client(wire: Wire) -> None:
    response = wire.answers(answer_and_watch(_fields(b"Content-Length: -1")), get())

    assert response.status == 502
    wire.check_problem(response, "bad_response")
    wire.upstream.forget()
    wire.refuses(Refused("", get(b"Content-Length: -1")))
