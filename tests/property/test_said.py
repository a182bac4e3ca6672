"""A connection that says the same again is understood the same: what is kept of it never changes an answer."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.core.framing import BadMessage
from gatewayctl.core.head import HeadParser
from gatewayctl.core.messages import RequestHead, Said

CALM = settings(deadline=None)
REQUEST_LINES = st.sampled_from(
    [
        b"GET / HTTP/1.1",
        b"GET /b?c HTTP/1.1",
        b"POST /a HTTP/1.1",
        b"GET / HTTP/1.0",
        b"GET http://other.example/x HTTP/1.1",
        b"GET http://example.com HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"CONNECT example.com:80 HTTP/1.1",
        b"GET /\x00 HTTP/1.1",
    ]
)
BLOCKS = st.lists(
    st.sampled_from(
        [
            b"Host: example.com",
            b"Host: example.com",
            b"host: EXAMPLE.com:80",
            b"Cookie: a=b",
            b"Authorization: Bearer x",
            b"Content-Length: 5",
            b"Transfer-Encoding: chunked",
            b"Connection: keep-alive",
            b"Connection: close",
            b"Connection: x-a, TE",
            b"Expect: 100-continue",
            b"X-A: " + b"y" * 600,
            b"broken",
        ]
    ),
    max_size=4,
).map(b"\r\n".join)


def parsers() -> list[HeadParser]:
    return [HeadParser(request_id_name=b"x-request-id", max_fields=3) for _ in range(2)]


def outcome(parser: HeadParser, raw: bytes, said: Said | None) -> object:
    try:
        head = parser.request(raw, said)
    except BadMessage as error:
        return error.reason, error.detail
    return {name: getattr(head, name) for name in RequestHead.__slots__ if name != "repeated"}


@CALM
@given(st.lists(st.tuples(REQUEST_LINES, BLOCKS, st.integers(0, 1), st.integers(1, 3)), max_size=8))
def test_what_was_said_before_changes_nothing(requests: list[tuple[bytes, bytes, int, int]]) -> None:
    said, two = Said(), parsers()
    for line, block, which, times in requests:
        for _ in range(times):
            raw = line + b"\r\n" + block if block else line
            assert outcome(two[which], raw, said) == outcome(parsers()[which], raw, None)


def test_a_repeated_block_is_known_as_such_and_others_are_not() -> None:
    said, (parser, other) = Said(), parsers()
    raw = b"GET / HTTP/1.1\r\nHost: a\r\nCookie: b"

    assert not parser.request(raw, said).repeated
    assert parser.request(b"POST /elsewhere HTTP/1.1\r\nHost: a\r\nCookie: b", said).repeated
    assert not parser.request(b"GET / HTTP/1.0\r\nHost: a\r\nCookie: b", said).repeated
    assert not parser.request(b"GET http://a/ HTTP/1.1\r\nHost: a\r\nCookie: b", said).repeated
    assert not other.request(raw, said).repeated, "another generation reads for itself"
    assert not parser.request(raw + b"c", said).repeated


def test_a_long_block_is_not_kept() -> None:
    said, (parser, _) = Said(), parsers()
    raw = b"GET / HTTP/1.1\r\nHost: a\r\nX-A: " + b"y" * Said.MAX

    assert not parser.request(raw, said).repeated
    assert not parser.request(raw, said).repeated
    assert said.block == b""
