"""Request lines (RFC 9112 3): method, one space, target, one space, HTTP/1.0 or HTTP/1.1, CRLF; nothing else."""

import pytest

from tests.support.cases import HOST, Forwarded, Refused, get, table
from tests.support.http1 import lines
from tests.support.wire import Wire


def _line(line: bytes) -> bytes:
    return lines(line, HOST)


@table(
    Refused("no method", _line(b" / HTTP/1.1")),
    Refused("no target", _line(b"GET HTTP/1.1")),
    Refused("an empty target between two spaces", _line(b"GET  HTTP/1.1")),
    Refused("two spaces before the target", _line(b"GET  / HTTP/1.1")),
    Refused("two spaces before the version", _line(b"GET /  HTTP/1.1")),
    Refused("a tab before the target", _line(b"GET\t/ HTTP/1.1")),
    Refused("a tab before the version", _line(b"GET /\tHTTP/1.1")),
    Refused("a form feed before the target", _line(b"GET\x0c/ HTTP/1.1")),
    Refused("a vertical tab before the target", _line(b"GET\x0b/ HTTP/1.1")),
    Refused("a space before the method", _line(b" GET / HTTP/1.1")),
    Refused("a space after the version", _line(b"GET / HTTP/1.1 ")),
    Refused("a fourth word", _line(b"GET / HTTP/1.1 x")),
    Refused("a space inside the target", _line(b"GET /a b HTTP/1.1")),
    Refused("only a method", _line(b"GET")),
    Refused("a header field where the request line should be", lines(HOST, b"GET / HTTP/1.1")),
    Refused("a no-break space instead of a space", _line(b"GET\xa0/ HTTP/1.1")),
)
def test_a_request_line_of_the_wrong_shape_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Refused("HTTP/0.9 without a version", b"GET /\r\n\r\n"),
    Refused("HTTP/0.9 with an empty version", b"GET / \r\n\r\n"),
    Refused("HTTP/0.9 by name", _line(b"GET / HTTP/0.9")),
    Refused("HTTP/1.2", _line(b"GET / HTTP/1.2")),
    Refused("HTTP/1.9", _line(b"GET / HTTP/1.9")),
    Refused("HTTP/1.10", _line(b"GET / HTTP/1.10")),
    Refused("HTTP/1.01", _line(b"GET / HTTP/1.01")),
    Refused("HTTP/01.1", _line(b"GET / HTTP/01.1")),
    Refused("HTTP/2.0", _line(b"GET / HTTP/2.0")),
    Refused("HTTP/2", _line(b"GET / HTTP/2")),
    Refused("HTTP/3.0", _line(b"GET / HTTP/3.0")),
    Refused("HTTP/11.1", _line(b"GET / HTTP/11.1")),
    Refused("a version without a minor number", _line(b"GET / HTTP/1")),
    Refused("a version without a number", _line(b"GET / HTTP/")),
    Refused("a version with a sign", _line(b"GET / HTTP/+1.1")),
    Refused("a version with a letter after it", _line(b"GET / HTTP/1.1x")),
    Refused("a version with a comma", _line(b"GET / HTTP/1,1")),
    Refused("a version in lower case", _line(b"GET / http/1.1")),
    Refused("a version in mixed case", _line(b"GET / Http/1.1")),
    Refused("a space inside the version", _line(b"GET / HTTP /1.1")),
    Refused("a space before the number", _line(b"GET / HTTP/ 1.1")),
    Refused("another protocol's name", _line(b"GET / RTSP/1.0")),
    Refused("a secure protocol's name", _line(b"GET / HTTPS/1.1")),
    Refused("a protocol's name with a letter before it", _line(b"GET / XHTTP/1.1")),
    Refused("the HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
)
def test_a_version_other_than_1_0_and_1_1_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Refused("a parenthesis", _line(b"GE(T / HTTP/1.1")),
    Refused("an at sign", _line(b"GE@T / HTTP/1.1")),
    Refused("a quote", _line(b'GE"T / HTTP/1.1')),
    Refused("a colon", _line(b"GET: / HTTP/1.1")),
    Refused("a comma", _line(b"GET, / HTTP/1.1")),
    Refused("a slash", _line(b"GET/ / HTTP/1.1")),
    Refused("a semicolon", _line(b"GET;x / HTTP/1.1")),
    Refused("an equals sign", _line(b"GET=x / HTTP/1.1")),
    Refused("a brace", _line(b"GET{ / HTTP/1.1")),
    Refused("a bracket", _line(b"[GET] / HTTP/1.1")),
    Refused("a backslash", _line(b"GET\\ / HTTP/1.1")),
    Refused("a NUL", _line(b"GE\x00T / HTTP/1.1")),
    Refused("a DEL", _line(b"GE\x7fT / HTTP/1.1")),
    Refused("an escape", _line(b"\x1b[2JGET / HTTP/1.1")),
    Refused("a byte above ASCII", _line(b"G\xc9T / HTTP/1.1")),
    Refused("a byte order mark", _line(b"\xef\xbb\xbfGET / HTTP/1.1")),
)
def test_a_method_that_is_no_token_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Refused("a NUL", _line(b"GET /\x00 HTTP/1.1")),
    Refused("a control byte", _line(b"GET /\x01 HTTP/1.1")),
    Refused("a tab", _line(b"GET /a\tb HTTP/1.1")),
    Refused("a backspace", _line(b"GET /\x08 HTTP/1.1")),
    Refused("an escape", _line(b"GET /\x1b HTTP/1.1")),
    Refused("a DEL", _line(b"GET /\x7f HTTP/1.1")),
    Refused("UTF-8 that is not percent-encoded", _line("GET /é HTTP/1.1".encode())),
    Refused("the byte 255", _line(b"GET /\xff HTTP/1.1")),
    Refused("a bare CR", _line(b"GET /a\rb HTTP/1.1")),
    Refused("a bare LF", _line(b"GET /a\nb HTTP/1.1")),
    Refused("a NUL in the query", _line(b"GET /?a=\x00 HTTP/1.1")),
    Refused("a control byte in the query", _line(b"GET /?a=\x1f HTTP/1.1")),
    Refused("a bare CR in the query", _line(b"GET /?a=\r HTTP/1.1")),
    Refused("the byte 255 in the query", _line(b"GET /?a=\xff HTTP/1.1")),
    Refused("a fragment", _line(b"GET /a#b HTTP/1.1")),
    Refused("a fragment after the query", _line(b"GET /a?b#c HTTP/1.1")),
    Refused("a fragment that would hide a path", _line(b"GET /#/../admin HTTP/1.1")),
)
def test_a_target_with_bytes_that_cannot_stand_there_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Refused("a bare LF after the request line", b"GET / HTTP/1.1\nHost: example.com\r\n\r\n"),
    Refused("bare LF everywhere", b"GET / HTTP/1.1\nHost: example.com\n\n"),
    Refused("a bare CR after the request line", b"GET / HTTP/1.1\rHost: example.com\r\n\r\n"),
    Refused("two CR before the LF", b"GET / HTTP/1.1\r\r\nHost: example.com\r\n\r\n"),
    Refused("LF and CR swapped", b"GET / HTTP/1.1\n\rHost: example.com\n\r\n\r\n\r"),
    Refused("a line separator of Unicode", "GET / HTTP/1.1\u2028Host: example.com\r\n\r\n".encode()),
    Refused(
        "a request hidden behind a bare CR", b"GET / HTTP/1.1\r\nHost: example.com\r\nA: b\rGET /x HTTP/1.1\r\n\r\n"
    ),
)
def test_a_line_that_does_not_end_in_crlf_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Refused("a TLS client hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n"),
    Refused("an SSH banner", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    Refused("a mail greeting", b"EHLO mail.example\r\n\r\n"),
    Refused("a PROXY line that is not expected", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get()),
    Refused("a Redis command", b"*1\r\n$4\r\nPING\r\n\r\n"),
    Refused("three empty lines", b"\r\n\r\n\r\n" + get()),
    Refused("an empty line that is a bare LF", b"\n" + get()),
    Refused("an empty line that is a bare CR", b"\r" + get()),
    Refused("an empty line that holds a space", b" \r\n" + get()),
)
def test_what_is_no_request_at_all_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Forwarded("one empty line", b"\r\n" + get()),
    Forwarded("two empty lines", b"\r\n\r\n" + get()),
    Forwarded("one empty line in pieces", [b"\r", b"\n", get()]),
)
def test_an_empty_line_or_two_before_a_request_are_skipped(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


@table(
    Forwarded("PATCH", _line(b"PATCH / HTTP/1.1"), method=b"PATCH"),
    Forwarded("DELETE", _line(b"DELETE / HTTP/1.1"), method=b"DELETE"),
    Forwarded("a method in lower case", _line(b"get / HTTP/1.1"), method=b"get"),
    Forwarded("a method of WebDAV", _line(b"PROPFIND / HTTP/1.1"), method=b"PROPFIND"),
    Forwarded("a method with a hyphen", _line(b"M-SEARCH / HTTP/1.1"), method=b"M-SEARCH"),
    Forwarded("a method of one letter", _line(b"X / HTTP/1.1"), method=b"X"),
    Forwarded("a method of digits", _line(b"123 / HTTP/1.1"), method=b"123"),
    Forwarded("every mark of a token", _line(b"!#$%&'*+-.^_`|~ / HTTP/1.1"), method=b"!#$%&'*+-.^_`|~"),
    Forwarded("a method that begins as another", _line(b"GETX / HTTP/1.1"), method=b"GETX"),
)
def test_any_token_is_a_method_on_a_route_that_names_none(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_a_request_may_arrive_in_pieces_of_any_size(wire: Wire, step: int) -> None:
    sent = get(b"Accept: */*", b"X-Long: " + b"v" * 40, target=b"/pieces?q=1")
    wire.forwards(
        Forwarded("", [sent[i : i + step] for i in range(0, len(sent), step)], target=b"/pieces?q=1",
                  fields={b"x-long": [b"v" * 40]})
    )  # fmt: skip
