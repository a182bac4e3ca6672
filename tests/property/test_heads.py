"""Heads: normalising twice is normalising once, memory changes nothing, and no bytes make the parser do anything else
than give a head or refuse."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewayctl.core.bad_heads import salvage
from gatewayctl.core.fields import field
from gatewayctl.core.framing import BadMessage
from gatewayctl.core.grammar import FIELD_LINE, TRACEPARENT
from gatewayctl.core.head import HeadParser
from gatewayctl.core.messages import RequestHead, ResponseHead
from gatewayctl.proxy.identity import continued_trace

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine slow is not wrong."""

NAMES = st.one_of(
    st.sampled_from(
        [
            b"Host",
            b"Content-Length",
            b"Transfer-Encoding",
            b"Connection",
            b"TE",
            b"Upgrade",
            b"Expect",
            b"X-A",
            b"x-a",
            b"X_B",
            b"Cookie",
            b"Via",
            b"X-Forwarded-For",
            b"traceparent",
            b"X-Request-ID",
            b"Set-Cookie",
            b"Date",
        ]
    ),
    st.text("abcXYZ-_!~09", min_size=1, max_size=8).map(str.encode),
)
VALUES = st.one_of(
    st.sampled_from(
        [
            b"",
            b"example.com",
            b"example.com:80",
            b"5",
            b"0",
            b"chunked",
            b"close",
            b"keep-alive",
            b"upgrade",
            b"x-a, TE",
            b"websocket",
            b"trailers",
            b"100-continue",
            b"gzip",
            b"a  b",
            b"\xe9",
        ]
    ),
    st.binary(max_size=12),
)
SPACE = st.sampled_from([b"", b" ", b"  ", b"\t", b" \t "])
FIELD_LINES = st.builds(lambda n, a, v, b: n + b":" + a + v + b, NAMES, SPACE, VALUES, SPACE)
LINES = st.one_of(FIELD_LINES, FIELD_LINES, FIELD_LINES, st.binary(max_size=20))
REQUEST_LINES = st.one_of(
    st.sampled_from(
        [
            b"GET / HTTP/1.1",
            b"POST /a?b HTTP/1.1",
            b"GET / HTTP/1.0",
            b"OPTIONS * HTTP/1.1",
            b"GET /a HTTP/1.2",
            b"GET http://example.com/a HTTP/1.1",
            b"CONNECT example.com:80 HTTP/1.1",
            b"GET http://example.com:80 HTTP/1.1",
        ]
    ),
    st.binary(max_size=30),
)
STATUS_LINES = st.one_of(
    st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.0 204 ", b"HTTP/1.1 101 x", b"HTTP/1.1 404", b"HTTP/1.1 600 x"]),
    st.binary(max_size=20),
)
HOST = st.sampled_from([b"Host: example.com", b"Host: example.com", b"Host: example.com:80"])
REQUESTS = st.builds(
    lambda line, host, lines: b"\r\n".join([line, host, *lines]), REQUEST_LINES, HOST, st.lists(LINES, max_size=6)
)
RESPONSES = st.builds(lambda line, lines: b"\r\n".join([line, *lines]), STATUS_LINES, st.lists(LINES, max_size=6))


def parser() -> HeadParser:
    return HeadParser(request_id_name=b"x-request-id", max_fields=20)


def request(by: HeadParser, raw: bytes) -> dict[str, object] | str:
    """What a parser makes of a request: the head's parts, or why it is refused."""
    try:
        return facts(by.request(raw))
    except BadMessage as error:
        assert error.reason in {"bad_request", "headers_too_large", "expectation_failed"}
        return error.detail


def response(by: HeadParser, raw: bytes) -> dict[str, object] | str:
    try:
        return facts(by.response(raw))
    except BadMessage as error:
        assert error.reason == "bad_response"
        return error.detail


def facts(head: RequestHead | ResponseHead) -> dict[str, object]:
    return {name: getattr(head, name) for name in type(head).__slots__}


@CALM
@given(REQUESTS)
def test_a_head_written_anew_from_its_fields_reads_the_same(raw: bytes) -> None:
    first = request(parser(), raw)
    if isinstance(first, str):
        return
    again = b"".join([raw.split(b"\r\n", 1)[0], b"\r\n", *[f.line for f in first["fields"]]])[:-2]  # type: ignore[attr-defined]
    second = request(parser(), again)

    assert second == first


@CALM
@given(RESPONSES)
def test_a_response_head_written_anew_reads_the_same(raw: bytes) -> None:
    first = response(parser(), raw)
    if isinstance(first, str) or raw.startswith(b"HTTP/1.0"):
        return
    again = b"".join([first["line"], *[f.line for f in first["fields"]]])[:-2]  # type: ignore[attr-defined, list-item]
    second = response(parser(), again)

    assert second == first


@settings(CALM, max_examples=60)
@given(st.lists(st.tuples(st.booleans(), REQUESTS, RESPONSES), max_size=5))
def test_memory_never_changes_an_answer(messages: list[tuple[bool, bytes, bytes]]) -> None:
    by = parser()
    for is_request, one, other in messages * 2:
        if is_request:
            assert request(by, one) == request(parser(), one)
        else:
            assert response(by, other) == response(parser(), other)


@CALM
@given(REQUESTS)
def test_a_request_has_one_framing_and_one_host(raw: bytes) -> None:
    head = request(parser(), raw)
    if isinstance(head, str):
        return
    names = [f.name for f in head["fields"]]  # type: ignore[attr-defined]

    assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1
    assert names.count(b"host") <= 1
    assert names.count(b"host") == 1 or head["minor"] == 0
    assert head["body"] == -1 or head["body"] >= 0  # type: ignore[operator]


@CALM
@given(REQUESTS, RESPONSES)
def test_no_line_that_goes_on_could_be_read_as_two(raw: bytes, said: bytes) -> None:
    for head in (request(parser(), raw), response(parser(), said)):
        if not isinstance(head, str):
            for f in head["fields"]:  # type: ignore[attr-defined]
                assert f.line.endswith(b"\r\n")
                assert FIELD_LINE.fullmatch(f.line[:-2])
                assert f.line[:-2].partition(b": ")[0].lower() == f.name
                assert f.line[:-2].partition(b": ")[2] == f.value


@settings(CALM, max_examples=200)
@given(st.binary(max_size=80))
def test_any_bytes_are_a_head_or_refused(raw: bytes) -> None:
    request(parser(), raw)
    response(parser(), raw)
    head = salvage(raw)

    assert head.method
    assert b"\r" not in head.path


@CALM
@given(
    st.binary(max_size=40) | st.from_regex(rb"[A-Za-z_-]{1,8}[: \t]{1,3}[ -~\x80-\xff\t\x00\x7f]{0,20}", fullmatch=True)
)
def test_a_field_line_is_read_exactly_where_the_grammar_says_so(line: bytes) -> None:
    if b"\r\n" in line or not line:
        return
    match = FIELD_LINE.fullmatch(line)
    try:
        head = HeadParser(request_id_name=b"x-request-id", max_fields=10).request(b"GET / HTTP/1.0\r\n" + line)
    except BadMessage:
        special = match is not None and match[1].lower() in {b"host", b"content-length", b"transfer-encoding"}
        assert match is None or special
    else:
        assert match is not None
        assert (head.fields[0].name, head.fields[0].value) == (match[1].lower(), match[2])


HEX = st.text("0123456789abcdef", min_size=1, max_size=33)
TRACES = st.one_of(
    st.builds(lambda *parts: "-".join(parts), st.sampled_from(["00", "01", "cc", "ff", "0"]), HEX, HEX, HEX),
    st.builds(
        lambda version, trace, span, flags, more: f"{version}-{trace:032x}-{span:016x}-{flags:02x}{more}",
        st.sampled_from(["00", "01", "ff", "0g", "-0"]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(0, 255),
        st.sampled_from(["", "", "-", "-more", "x", " "]),
    ),
).map(str.encode)


@settings(CALM, max_examples=300)
@given(TRACES)
def test_a_trace_is_continued_exactly_where_the_grammar_says(value: bytes) -> None:
    match = TRACEPARENT.fullmatch(value)
    valid = match is not None and not (value.startswith(b"00-") and len(value) != 55)

    assert continued_trace([field(b"traceparent", value)]) == ((match[1], match[3]) if valid and match else None)
