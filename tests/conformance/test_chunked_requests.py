"""Chunked request bodies (RFC 9112 7.1): sizes of hexadecimal digits, CRLF ends, extensions dropped, trailers apart."""

import pytest

from tests.support.cases import Forwarded, Refused, get, post, table
from tests.support.http1 import chunked
from tests.support.wire import Wire


def _body(body: bytes) -> bytes:
    return post(b"Transfer-Encoding: chunked", body=body)


def _bad(name: str, body: bytes, **more: object) -> Refused:
    return Refused(name, _body(body), streamed=True, **more)  # type: ignore[arg-type]


@table(
    _bad("no digit at all", b"\r\nhello\r\n0\r\n\r\n"),
    _bad("a letter that is no digit", b"g\r\nhello\r\n0\r\n\r\n"),
    _bad("a prefix", b"0x5\r\nhello\r\n0\r\n\r\n"),
    _bad("a plus sign", b"+5\r\nhello\r\n0\r\n\r\n"),
    _bad("a minus sign", b"-5\r\nhello\r\n0\r\n\r\n"),
    _bad("minus nought", b"-0\r\n\r\n"),
    _bad("a space before it", b" 5\r\nhello\r\n0\r\n\r\n"),
    _bad("a tab before it", b"\t5\r\nhello\r\n0\r\n\r\n"),
    _bad("a space after it", b"5 \r\nhello\r\n0\r\n\r\n"),
    _bad("a tab after it", b"5\t\r\nhello\r\n0\r\n\r\n"),
    _bad("a space after the last size", b"5\r\nhello\r\n0 \r\n\r\n"),
    _bad("an underscore", b"0_5\r\nhello\r\n0\r\n\r\n"),
    _bad("a fraction", b"5.0\r\nhello\r\n0\r\n\r\n"),
    _bad("an h for hexadecimal", b"5h\r\nhello\r\n0\r\n\r\n"),
    _bad("a NUL after it", b"5\x00\r\nhello\r\n0\r\n\r\n"),
    _bad("a fullwidth digit", "５\r\nhello\r\n0\r\n\r\n".encode()),
    _bad("seventeen digits", b"10000000000000005\r\nhello\r\n0\r\n\r\n"),
    _bad("more than 64 bits hold", b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
    _bad("a size that wraps around to five", b"100000000000000000005\r\nhello\r\n0\r\n\r\n"),
    _bad("three hundred noughts", b"0" * 300 + b"5\r\nhello\r\n0\r\n\r\n"),
    _bad("a comma", b"5,5\r\nhello\r\n0\r\n\r\n"),
    _bad("two sizes", b"5 5\r\nhello\r\n0\r\n\r\n"),
)
def test_a_chunk_size_that_is_not_hexadecimal_digits_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    _bad("a size that ends in a bare LF", b"5\nhello\r\n0\r\n\r\n"),
    _bad("a size that ends in a bare CR", b"5\rhello\r\n0\r\n\r\n"),
    _bad("a size that ends in CR CR LF", b"5\r\r\nhello\r\n0\r\n\r\n"),
    _bad("data that ends in a bare LF", b"5\r\nhello\n0\r\n\r\n"),
    _bad("data that ends in a bare CR", b"5\r\nhello\r0\r\n\r\n"),
    _bad("data that ends in LF CR", b"5\r\nhello\n\r0\r\n\r\n"),
    _bad("data that ends in nothing", b"5\r\nhello0\r\n\r\n"),
    _bad("data that is longer than its size", b"5\r\nhello, world\r\n0\r\n\r\n"),
    _bad("data that is shorter than its size", b"5\r\nhell\r\n0\r\n\r\n"),
    _bad("data that ends in two other bytes", b"5\r\nhelloXX0\r\n\r\n"),
    _bad("a last chunk that ends in a bare LF", b"5\r\nhello\r\n0\n\r\n"),
    _bad("an end that is a bare LF", b"5\r\nhello\r\n0\r\n\n"),
    _bad("an end that is a bare CR and a request", b"5\r\nhello\r\n0\r\n\r" + get(target=b"/smuggled")),
    _bad("an empty line before the first size", b"\r\n5\r\nhello\r\n0\r\n\r\n"),
    _bad("an empty line between two chunks", b"5\r\nhello\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
)
def test_a_chunk_that_does_not_end_in_crlf_where_it_says_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    _bad("a bare LF in it", b"5;a\nhello\r\n0\r\n\r\n"),
    _bad("a bare LF that would hide a chunk", b"2;\nxx\r\n4c\r\n0\r\n\r\n"),
    _bad("a bare CR in it", b"5;a=\rb\r\nhello\r\n0\r\n\r\n"),
    _bad("a NUL in it", b"5;a=\x00\r\nhello\r\n0\r\n\r\n"),
    _bad("a control byte in it", b"5;a=\x01\r\nhello\r\n0\r\n\r\n"),
    _bad("no name", b"5;\r\nhello\r\n0\r\n\r\n"),
    _bad("no name but a value", b"5;=b\r\nhello\r\n0\r\n\r\n"),
    _bad("no value after the equals sign", b"5;a=\r\nhello\r\n0\r\n\r\n"),
    _bad("an open quote", b'5;a="b\r\nhello\r\n0\r\n\r\n'),
    _bad("a name that is no token", b"5;a/b\r\nhello\r\n0\r\n\r\n"),
    _bad("a value that is no token", b"5;a=b c\r\nhello\r\n0\r\n\r\n"),
    _bad("two semicolons", b"5;;a\r\nhello\r\n0\r\n\r\n"),
    _bad("4 KiB of it", b"5;a=" + b"b" * 4096 + b"\r\nhello\r\n0\r\n\r\n"),
    _bad("4 KiB of it on the last chunk", b"5\r\nhello\r\n0;a=" + b"b" * 4096 + b"\r\n\r\n"),
    _bad(
        "32 KiB of it in small pieces", b"".join(b"1;a=%b\r\nx\r\n" % (b"b" * 100) for _ in range(320)) + b"0\r\n\r\n"
    ),
    _bad("a size that never ends", b"5;a=" + b"b" * 100_000),
)
def test_a_chunk_extension_that_is_malformed_or_large_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    _bad("a line without a colon", b"5\r\nhello\r\n0\r\nNothing\r\n\r\n"),
    _bad("a space before the colon", b"5\r\nhello\r\n0\r\nX-A : b\r\n\r\n"),
    _bad("a folded line", b"5\r\nhello\r\n0\r\nX-A: b\r\n c\r\n\r\n"),
    _bad("a folded first line", b"5\r\nhello\r\n0\r\n X-A: b\r\n\r\n"),
    _bad("a NUL", b"5\r\nhello\r\n0\r\nX-A: \x00\r\n\r\n"),
    _bad("a bare LF", b"5\r\nhello\r\n0\r\nX-A: b\nX-C: d\r\n\r\n"),
    _bad("a bare CR", b"5\r\nhello\r\n0\r\nX-A: b\rc\r\n\r\n"),
    _bad("an empty name", b"5\r\nhello\r\n0\r\n: b\r\n\r\n"),
    _bad("a name that is no token", b"5\r\nhello\r\n0\r\nX(A): b\r\n\r\n"),
    _bad("a request line", b"5\r\nhello\r\n0\r\n" + get(target=b"/smuggled")),
    _bad("64 KiB in one field", b"5\r\nhello\r\n0\r\nX-A: " + b"b" * 65536 + b"\r\n\r\n"),
    _bad("a thousand fields", chunked(b"hello", trailers=[b"X-%d: y" % i for i in range(1000)])),
)
def test_a_trailer_section_that_is_malformed_or_large_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


def _good(name: str, body: bytes, expected: bytes = b"hello", **more: object) -> Forwarded:
    return Forwarded(name, _body(body), method=b"POST", body=expected, framing=b"chunked", **more)  # type: ignore[arg-type]


@table(
    _good("one chunk", b"5\r\nhello\r\n0\r\n\r\n"),
    _good("several chunks", b"1\r\nh\r\n3\r\nell\r\n1\r\no\r\n0\r\n\r\n"),
    _good("a size in lower case", b"a\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
    _good("a size in upper case", b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
    _good("leading noughts", b"0005\r\nhello\r\n000\r\n\r\n"),
    _good("data that looks like a last chunk", b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", b"0\r\n\r\n"),
    _good("an extension, which goes no further", b"5;a\r\nhello\r\n0;b\r\n\r\n"),
    _good("an extension with a value", b"5;a=b\r\nhello\r\n0\r\n\r\n"),
    _good("an extension with a quoted value", b'5;a="b c;\\"d"\r\nhello\r\n0\r\n\r\n'),
    _good("two extensions", b"5;a=b;c\r\nhello\r\n0\r\n\r\n"),
    _good("64 KiB in one chunk", chunked(b"x" * 65536), b"x" * 65536),
    _good("a thousand chunks of one byte", chunked(*[b"x"] * 1000), b"x" * 1000),
    _good("trailers, which are dropped", chunked(b"hello", trailers=[b"X-Checksum: abc"]), absent=[b"x-checksum"]),
)
def test_a_good_chunked_body_goes_on_plainly(wire: Wire, case: Forwarded) -> None:
    request = wire.forwards(case)

    assert request.trailers == ()


@pytest.mark.parametrize(
    "name", [b"Content-Length", b"Transfer-Encoding", b"Host", b"Authorization", b"X-Forwarded-For", b"Cookie", b"X-A"]
)
def test_a_trailer_never_becomes_a_header(wire: Wire, name: bytes) -> None:
    with wire.client() as client:
        response = client.send(_body(chunked(b"hello", trailers=[name + b": 203.0.113.9"]))).response()
    seen = b"".join(wire.upstream.received())

    assert response.status in (200, 400), response.raw
    assert b"203.0.113.9" not in seen


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_chunked_body_may_arrive_in_pieces_of_any_size(wire: Wire, step: int) -> None:
    sent = _body(chunked(b"hello", b", ", b"world", trailers=[b"X-A: b"]))
    wire.forwards(
        Forwarded("", [sent[i : i + step] for i in range(0, len(sent), step)], method=b"POST", body=b"hello, world")
    )


def test_a_chunked_body_that_is_cut_short_never_becomes_a_request(wire: Wire) -> None:
    with wire.client() as client:
        client.send(post(b"Transfer-Encoding: chunked", body=b"5\r\nhel", target=b"/cut-chunk"))
        connection = wire.connection_for(b"/cut-chunk")
        client.reset()

        connection.wait_end()
    assert wire.upstream.requests == []
    assert not bytes(connection.received).endswith(b"0\r\n\r\n")


def test_a_chunk_goes_on_before_the_next_one_has_come(wire: Wire) -> None:
    with wire.client() as client:
        client.send(post(b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n", target=b"/streamed"))
        connection = wire.connection_for(b"/streamed")
        wire.upstream_has(connection, b"hello")

        response = client.send(b"0\r\n\r\n").response()
    assert response.status == 200
    assert wire.only_request().body == b"hello"
