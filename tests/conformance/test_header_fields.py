"""Header fields (RFC 9112 5, RFC 9110 5.5): a token, a colon at once, a value without control bytes. No folding."""

import pytest

from tests.support.cases import HOST, Forwarded, Refused, get, table
from tests.support.wire import Wire


@table(
    Refused("a line without a colon", get(b"Nothing")),
    Refused("a name that is empty", get(b": value")),
    Refused("a space before the colon", get(b"Name : value")),
    Refused("a tab before the colon", get(b"Name\t: value")),
    Refused("a space before the name of the first field", b"GET / HTTP/1.1\r\n Host: example.com\r\n\r\n"),
    Refused("a folded line that begins with a space", get(b"Name: value", b" more")),
    Refused("a folded line that begins with a tab", get(b"Name: value", b"\tmore")),
    Refused("a folded line that looks like a field", get(b"Name: value", b" Content-Length: 5")),
    Refused("a folded line that is empty", get(b"Name: value", b" ")),
    Refused("a folded Host", b"GET / HTTP/1.1\r\nHost:\r\n example.com\r\n\r\n"),
    Refused("a space before the colon of Content-Length", get(b"Content-Length : 5") + b"hello"),
    Refused("a space before the colon of Transfer-Encoding", get(b"Transfer-Encoding : chunked") + b"0\r\n\r\n"),
    Refused("a space before the colon of Host", b"GET / HTTP/1.1\r\nHost : example.com\r\n\r\n"),
    Refused("a request line among the fields", get(b"GET /admin HTTP/1.1")),
)
def test_a_field_line_of_the_wrong_shape_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@pytest.mark.parametrize(
    "byte",
    [bytes([b]) for b in b'"(),/;<=>?@[\\]{} ' + bytes(range(0x20)) + b"\x7f\x80\xa0\xff" if b != 0x0A],
    ids=lambda b: f"byte {b[0]:#04x}",
)
def test_a_name_with_a_byte_that_no_token_has_is_refused(wire: Wire, byte: bytes) -> None:
    wire.refuses(Refused("", get(b"X-A" + byte + b"B: value")))


@pytest.mark.parametrize(
    "byte", [bytes([b]) for b in range(0x20) if b != 0x09] + [b"\x7f"], ids=lambda b: f"byte {b[0]:#04x}"
)
def test_a_value_with_a_control_byte_is_refused(wire: Wire, byte: bytes) -> None:
    wire.refuses(Refused("", get(b"X-A: be" + byte + b"fore")))


@table(
    Refused("a NUL at the start", get(b"X-A: \x00value")),
    Refused("a NUL at the end", get(b"X-A: value\x00")),
    Refused("a bare CR at the end", get(b"X-A: value\r")),
    Refused("a vertical tab as white space", get(b"X-A:\x0bvalue")),
    Refused("a field that ends in a bare LF", b"GET / HTTP/1.1\r\nHost: example.com\r\nX-A: b\nX-C: d\r\n\r\n"),
    Refused("a head that ends in two bare LF", b"GET / HTTP/1.1\r\nHost: example.com\n\n"),
    Refused("a head that ends in CRLF and a bare LF", b"GET / HTTP/1.1\r\nHost: example.com\r\n\n"),
    Refused("a head that ends in LF and CRLF", b"GET / HTTP/1.1\r\nHost: example.com\n\r\n"),
    Refused("a head that ends in CR CR LF", b"GET / HTTP/1.1\r\nHost: example.com\r\r\n\r\n"),
    Refused("a control byte in a cookie", get(b"Cookie: a=\x01")),
    Refused("a control byte in the credentials", get(b"Authorization: Basic \x02")),
)
def test_a_value_or_an_end_that_is_not_clean_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Forwarded("white space around it is no part of it", get(b"X-A: \t value \t "), fields={b"x-a": [b"value"]}),
    Forwarded("no white space is needed", get(b"X-A:value"), fields={b"x-a": [b"value"]}),
    Forwarded("it may be empty", get(b"X-A:"), fields={b"x-a": [b""]}),
    Forwarded("it may be nothing but white space", get(b"X-A:  \t "), fields={b"x-a": [b""]}),
    Forwarded("a tab inside stays", get(b"X-A: a\tb"), fields={b"x-a": [b"a\tb"]}),
    Forwarded("several spaces inside stay", get(b"X-A: a   b"), fields={b"x-a": [b"a   b"]}),
    Forwarded("a colon inside stays", get(b"X-A: b: c:"), fields={b"x-a": [b"b: c:"]}),
    Forwarded("UTF-8 goes on byte for byte", get("X-A: né".encode()), fields={b"x-a": ["né".encode()]}),
    Forwarded("the bytes 128 to 255 go on", get(b"X-A: \x80\xa0\xff"), fields={b"x-a": [b"\x80\xa0\xff"]}),
    Forwarded("every visible ASCII byte goes on", get(b"X-A: " + bytes(range(33, 127))),
              fields={b"x-a": [bytes(range(33, 127))]}),
    Forwarded("repeated fields stay apart and in order", get(b"X-A: 1", b"X-B: 0", b"X-A: 2", b"x-a: 3"),
              fields={b"x-a": [b"1", b"2", b"3"]}),
    Forwarded("several cookies stay as they are", get(b"Cookie: a=1", b"Cookie: b=2"),
              fields={b"cookie": [b"a=1", b"b=2"]}),
    Forwarded("a comma is nobody's business", get(b"X-A: a,,b, "), fields={b"x-a": [b"a,,b,"]}),
    Forwarded("quotes need not be closed", get(b'X-A: "open'), fields={b"x-a": [b'"open']}),
    Forwarded("4 KiB of it go on", get(b"X-A: " + b"v" * 4096), fields={b"x-a": [b"v" * 4096]}),
    Forwarded("the credentials for the service go on", get(b"Authorization: Bearer x.y.z"),
              fields={b"authorization": [b"Bearer x.y.z"]}),
)  # fmt: skip
def test_a_value_goes_on_as_it_came(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


def test_every_mark_of_a_token_may_stand_in_a_name(wire: Wire) -> None:
    wire.forwards(Forwarded("", get(b"!#$%&'*+-.^`|~09aZ: value"), fields={b"!#$%&'*+-.^`|~09az": [b"value"]}))


def test_a_name_goes_on_in_the_case_it_was_sent_in(wire: Wire) -> None:
    request = wire.forwards(Forwarded("", get(b"x-MiXed-CASE: value")))

    assert b"\r\nx-MiXed-CASE: value\r\n" in request.raw


def test_fields_go_on_in_the_order_they_came_in(wire: Wire) -> None:
    request = wire.forwards(Forwarded("", get(b"Z-1: a", b"A-2: b", b"M-3: c")))

    names = [name for name, _ in request.fields if name in (b"z-1", b"a-2", b"m-3")]
    assert names == [b"z-1", b"a-2", b"m-3"]


def test_a_line_that_was_seen_before_is_judged_the_same_again(wire: Wire) -> None:
    for _ in range(2):
        wire.upstream.forget()
        wire.forwards(Forwarded("", get(b"X-Seen: before"), fields={b"x-seen": [b"before"]}))
        wire.upstream.forget()
        wire.refuses(Refused("", get(b"X-Seen : before")))


def test_what_follows_a_refused_head_is_not_read_as_a_request(wire: Wire) -> None:
    wire.refuses(Refused("", get(b"Bad Name: x") + get(target=b"/smuggled", host=HOST)))
