"""Request heads: what is read out of them, and what is refused (RFC 9112 2 to 6, RFC 9110 5)."""

import pytest

from gatewayctl.core.fields import Kind
from gatewayctl.core.framing import CHUNKED, NO_BODY, BadMessage
from gatewayctl.core.messages import PLAIN
from tests.unit.core.heads import HOST, parser, request


def test_a_plain_request_is_read_part_by_part() -> None:
    head = parser().request(b"GET /a/b?c=d HTTP/1.1\r\nHost: Example.COM:8080\r\nAccept: */*")

    assert (head.method, head.path, head.query) == (b"GET", b"/a/b", b"c=d")
    assert (head.authority, head.host, head.minor) == (b"Example.COM:8080", b"example.com", 1)
    assert [f.line for f in head.fields] == [b"Host: Example.COM:8080\r\n", b"Accept: */*\r\n"]
    assert (head.body, head.keep_alive, head.wishes) == (NO_BODY, True, PLAIN)


def test_white_space_around_a_value_is_not_part_of_it_and_not_sent_on() -> None:
    head = request(b"X-A: \t one  two \t")

    assert head.fields[-1].value == b"one  two"
    assert head.fields[-1].line == b"X-A: one  two\r\n"


def test_an_empty_value_stays_empty() -> None:
    assert request(b"X-A:").fields[-1].line == b"X-A: \r\n"


def test_names_keep_their_case_for_the_wire() -> None:
    field = request(b"X-mIxEd: v").fields[-1]

    assert (field.name, field.line) == (b"x-mixed", b"X-mIxEd: v\r\n")


def test_several_fields_of_one_name_stay_in_order() -> None:
    head = request(b"X-A: 1", b"X-B: 2", b"X-A: 3")

    assert [(f.name, f.value) for f in head.fields[1:]] == [(b"x-a", b"1"), (b"x-b", b"2"), (b"x-a", b"3")]


def test_the_kinds_of_a_head_are_those_of_its_fields() -> None:
    head = request(b"Via: 1.1 a", b"X-Forwarded-For: 1.1.1.1", b"X-Request-Id: x", b"a_b: c", b"X-Plain: y")

    assert head.kinds == Kind.HOST | Kind.VIA | Kind.FORWARDED | Kind.REQUEST_ID | Kind.UNDERSCORE


# ── refused ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        (b"X A: b", "malformed header name"),
        (b"X-A : b", "white space between"),
        (b"X-A\t: b", "white space between"),
        (b" X-A: b", "folded"),
        (b"\tX-A: b", "folded"),
        (b": b", "without a name"),
        (b"X-A", "without a name"),
        (b"X-A: b\x00c", "control byte"),
        (b"X-A: b\rc", "control byte"),
        (b"X-A: b\nc", "control byte"),
        (b"X-A: b\x7f", "control byte"),
        (b"X-\xe9: b", "malformed header name"),
        (b"X-A\x00: b", "malformed header name"),
        (b"(X): b", "malformed header name"),
    ],
)
def test_a_bad_field_line_is_refused_and_named(line: bytes, detail: str) -> None:
    with pytest.raises(BadMessage, match=detail) as caught:
        request(line)

    assert caught.value.reason == "bad_request"


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        (b"", "malformed request line"),
        (b"GET /", "malformed request line"),
        (b"GET / HTTP/2.0", "only HTTP/1.0 and HTTP/1.1"),
        (b"GET / HTTP/1.2", "only HTTP/1.0 and HTTP/1.1"),
        (b"GET / HTTP/0.9", "only HTTP/1.0 and HTTP/1.1"),
        (b"GET / HTTP/1.10", "only HTTP/1.0 and HTTP/1.1"),
        (b"GET /#a HTTP/1.1", "fragment"),
        (b"GET /\xe9 HTTP/1.1", "non-ASCII"),
        (b"GET /\x00 HTTP/1.1", "control"),
        (b"GET / HTTP/1.1\n", "control"),
        (b"GET  / HTTP/1.1", "malformed request line"),
        (b"G@T / HTTP/1.1", "malformed request line"),
    ],
)
def test_a_bad_request_line_is_refused_and_explained(line: bytes, detail: str) -> None:
    with pytest.raises(BadMessage, match=detail) as caught:
        request(line=line)

    assert caught.value.reason == "bad_request"


def test_as_many_fields_as_allowed_pass_and_one_more_is_too_large() -> None:
    lines = [b"X-%d: y" % n for n in range(9)]

    assert len(parser(max_fields=10).request(b"\r\n".join([b"GET / HTTP/1.1", HOST, *lines])).fields) == 10
    with pytest.raises(BadMessage) as caught:
        parser(max_fields=10).request(b"\r\n".join([b"GET / HTTP/1.1", HOST, *lines, b"X-More: y"]))
    assert caught.value.reason == "headers_too_large"


# ── Host ──────────────────────────────────────────────────────────────


def test_http_1_1_needs_a_host() -> None:
    with pytest.raises(BadMessage, match="needs a Host"):
        request(host=None)


def test_http_1_0_needs_none() -> None:
    head = request(line=b"GET / HTTP/1.0", host=None)

    assert (head.authority, head.host) == (b"", b"")


@pytest.mark.parametrize("second", [b"Host: example.com", b"host: other.com", b"HOST:"])
def test_two_hosts_are_refused(second: bytes) -> None:
    with pytest.raises(BadMessage, match=r"(?i)host"):
        request(second)


@pytest.mark.parametrize(
    "value", [b"", b"a b", b"a/b", b"user@a", b"a:99999", b"a:65536", b"a,b", b"a%2eb", b"\xff", b"[::1", b"a..b"]
)
def test_a_malformed_host_is_refused(value: bytes) -> None:
    with pytest.raises(BadMessage, match="malformed Host"):
        request(host=b"Host: " + value)


@pytest.mark.parametrize(
    ("value", "host"),
    [
        (b"EXAMPLE.com", b"example.com"),
        (b"example.com.", b"example.com"),
        (b"example.com:65535", b"example.com"),
        (b"[2001:DB8::1]:443", b"[2001:db8::1]"),
        (b"10.0.0.1:80", b"10.0.0.1"),
    ],
)
def test_routing_sees_a_host_without_case_port_and_final_dot(value: bytes, host: bytes) -> None:
    head = request(host=b"Host: " + value)

    assert (head.host, head.authority) == (host, value)


# ── framing ───────────────────────────────────────────────────────────


def test_a_content_length_is_the_length_of_the_body() -> None:
    assert request(b"Content-Length: 42").body == 42


def test_a_chunked_request_says_so_in_any_case() -> None:
    assert request(b"transfer-encoding: CHUNKED").body == CHUNKED


@pytest.mark.parametrize(
    "value", [b"", b"+1", b"-1", b"1.0", b"0x10", b"1 2", b"1,1", b"1, 1", b"1e2", b"9" * 19, b"\xb2"]
)
def test_an_odd_content_length_is_refused(value: bytes) -> None:
    with pytest.raises(BadMessage, match="malformed Content-Length"):
        request(b"Content-Length: " + value)


@pytest.mark.parametrize(
    "value",
    [
        b"", b"gzip", b"gzip, chunked", b"chunked, gzip", b"chunked, chunked", b"xchunked", b"chunked;q=1", b"identity",
        b'"chunked"', b"chunked,", b",chunked", b"\x0bchunked"[1:] + b" x",
    ],
)  # fmt: skip
def test_a_transfer_coding_that_is_not_exactly_chunked_is_refused(value: bytes) -> None:
    with pytest.raises(BadMessage, match="other than chunked"):
        request(b"Transfer-Encoding: " + value)


@pytest.mark.parametrize(
    "lines",
    [
        (b"Content-Length: 1", b"Content-Length: 1"),
        (b"Content-Length: 1", b"content-length: 2"),
        (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
        (b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"),
    ],
)
def test_a_second_framing_field_is_refused_even_if_it_says_the_same(lines: tuple[bytes, ...]) -> None:
    with pytest.raises(BadMessage, match="more than one"):
        request(*lines)


@pytest.mark.parametrize("length", [b"0", b"5"])
def test_a_length_beside_chunked_is_refused_in_either_order(length: bytes) -> None:
    both = (b"Content-Length: " + length, b"Transfer-Encoding: chunked")
    for lines in (both, both[::-1]):
        with pytest.raises(BadMessage, match="both"):
            request(*lines)


def test_chunked_does_not_exist_in_http_1_0() -> None:
    with pytest.raises(BadMessage, match=r"HTTP/1\.0"):
        request(b"Transfer-Encoding: chunked", line=b"POST / HTTP/1.0")


# ── underscores ───────────────────────────────────────────────────────


def test_a_name_with_an_underscore_is_marked() -> None:
    assert request(b"X_A: b").fields[-1].kind == Kind.UNDERSCORE


def test_an_allowed_name_with_an_underscore_is_a_name_like_any_other() -> None:
    head = parser(allowed=frozenset({b"x_a"})).request(b"GET / HTTP/1.1\r\nHost: a\r\nX_A: b\r\nx_b: c")

    assert [f.kind for f in head.fields[1:]] == [Kind.PLAIN, Kind.UNDERSCORE]


@pytest.mark.parametrize("name", [b"Content_Length", b"Transfer_Encoding", b"_Host", b"X_Forwarded_For"])
def test_a_name_that_others_may_take_for_a_special_one_means_nothing_here(name: bytes) -> None:
    head = request(name + b": 5")

    assert (head.body, head.fields[-1].kind) == (NO_BODY, Kind.UNDERSCORE)
