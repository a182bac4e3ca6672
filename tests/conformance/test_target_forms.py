"""The four forms of a request target (RFC 9112 3.2). What goes on is the origin form, the query byte for byte."""

from tests.support.cases import HOST, Forwarded, Refused, get, table
from tests.support.http1 import lines
from tests.support.wire import Wire


def _absolute(target: bytes, host: bytes = HOST) -> bytes:
    return lines(b"GET " + target + b" HTTP/1.1", host)


@table(
    Refused("no leading slash", get(target=b"index.html")),
    Refused("only a query", get(target=b"?a=1")),
    Refused("the star of another method than OPTIONS", get(target=b"*")),
    Refused("a star with a path", lines(b"OPTIONS */x HTTP/1.1", HOST)),
    Refused("two stars", lines(b"OPTIONS ** HTTP/1.1", HOST)),
    Refused("host and port of another method than CONNECT", get(target=b"example.com:80")),
    Refused("a host without a scheme", get(target=b"example.com/path")),
    Refused("a backslash first", get(target=b"\\path")),
    Refused("a dot first", get(target=b"./path")),
    Refused("an encoded slash first", get(target=b"%2Fpath")),
)
def test_a_target_of_no_form_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Refused("another host than Host says", _absolute(b"http://other.example/")),
    Refused("another port than Host says", _absolute(b"http://example.com:81/")),
    Refused("a host that begins like Host", _absolute(b"http://example.com.evil.example/")),
    Refused("no Host at all", lines(b"GET http://example.com/ HTTP/1.1")),
    Refused("two Hosts", lines(b"GET http://example.com/ HTTP/1.1", HOST, HOST)),
    Refused("user information", _absolute(b"http://user@example.com/")),
    Refused("user information that looks like the host", _absolute(b"http://example.com@evil.example/")),
    Refused("user information with a port that looks like the host", _absolute(b"http://example.com:80@evil.example/")),
    Refused("no host", _absolute(b"http:///path")),
    Refused("one slash", _absolute(b"http:/example.com/")),
    Refused("no slash", _absolute(b"http:example.com/")),
    Refused("backslashes", _absolute(b"http:\\\\example.com\\")),
    Refused("a backslash in the host", _absolute(b"http://example.com\\.evil.example/")),
    Refused("another scheme", _absolute(b"ftp://example.com/")),
    Refused("a file", _absolute(b"file:///etc/passwd")),
    Refused("no scheme", _absolute(b"://example.com/")),
    Refused("a scheme with a space before it", _absolute(b" http://example.com/")),
    Refused("a port that is no number", _absolute(b"http://example.com:x/")),
    Refused("a percent-escape in the host", _absolute(b"http://example%2ecom/")),
    Refused("an open bracket", _absolute(b"http://[::1/", b"Host: [::1]")),
    Refused("a fragment", _absolute(b"http://example.com/#x")),
)
def test_an_absolute_target_that_is_odd_or_disagrees_with_host_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Forwarded("a path", _absolute(b"http://example.com/a/b"), target=b"/a/b"),
    Forwarded("a path and a query", _absolute(b"http://example.com/a?b=c"), target=b"/a?b=c"),
    Forwarded("no path", _absolute(b"http://example.com"), target=b"/"),
    Forwarded("no path and a query", _absolute(b"http://example.com?a=b"), target=b"/?a=b"),
    Forwarded("no path and a query with a slash", _absolute(b"http://example.com?a=/b/c"), target=b"/?a=/b/c"),
    Forwarded("no path and an empty query", _absolute(b"http://example.com?"), target=b"/?"),
    Forwarded("an empty query", _absolute(b"http://example.com/a?"), target=b"/a?"),
    Forwarded("a query with a URL", _absolute(b"http://example.com/a?u=http://x/y"), target=b"/a?u=http://x/y"),
    Forwarded("a scheme in capitals", _absolute(b"HTTP://example.com/a"), target=b"/a"),
    Forwarded("a host in capitals", _absolute(b"http://EXAMPLE.com/a"), target=b"/a"),
    Forwarded("a port that both name", _absolute(b"http://example.com:81/a", b"Host: example.com:81"), target=b"/a"),
    Forwarded("an IPv6 address", _absolute(b"http://[::1]:81/a", b"Host: [::1]:81"), target=b"/a"),
    Forwarded("HTTP/1.0 without Host", lines(b"GET http://example.com/a HTTP/1.0"), target=b"/a"),
    Forwarded("dot segments, resolved", _absolute(b"http://example.com/a/../b"), target=b"/b"),
)
def test_an_absolute_target_goes_on_as_a_path(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


@table(
    Refused("CONNECT with a host and a port",
            lines(b"CONNECT example.com:443 HTTP/1.1", b"Host: example.com:443"),
            status=405, reason="method_not_allowed", closes=None, method=b"CONNECT"),
    Refused("CONNECT with a path", lines(b"CONNECT /path HTTP/1.1", HOST), status=405, reason=None, closes=None,
            method=b"CONNECT"),
    Refused("CONNECT to the gateway's own port", lines(b"CONNECT 127.0.0.1:80 HTTP/1.1", b"Host: 127.0.0.1:80"),
            status=405, reason="method_not_allowed", closes=None, method=b"CONNECT"),
    Refused("CONNECT with bytes for the tunnel", lines(b"CONNECT a:443 HTTP/1.1", b"Host: a:443") + b"\x16\x03\x01",
            status=405, reason="method_not_allowed", closes=None, method=b"CONNECT"),
    Refused("CONNECT in HTTP/1.0", lines(b"CONNECT a:443 HTTP/1.0"), status=405, reason="method_not_allowed",
            closes=None, method=b"CONNECT"),
    Refused("TRACE", lines(b"TRACE / HTTP/1.1", HOST), status=405, reason="method_not_allowed", closes=None),
    Refused("TRACE with Max-Forwards", lines(b"TRACE / HTTP/1.1", HOST, b"Max-Forwards: 0"), status=405,
            reason="method_not_allowed", closes=None),
)  # fmt: skip
def test_connect_and_trace_are_not_allowed(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


def test_options_star_is_about_the_gateway_and_goes_no_further(wire: Wire) -> None:
    with wire.client() as client:
        response = client.send(lines(b"OPTIONS * HTTP/1.1", HOST)).response(b"OPTIONS")

    assert response.status in (200, 204, 404), response.raw
    assert wire.upstream.received() == []


@table(
    *(
        Forwarded(name, get(target=target), target=target)
        for name, target in {
            "a plain one": b"/p?a=1&b=2",
            "an empty one": b"/p?",
            "one of question marks": b"/p???",
            "repeated names": b"/p?a=1&a=2&a",
            "empty parts": b"/p?&&a&=&",
            "a broken percent-escape": b"/p?a=%zz&b=%",
            "lower-case hex": b"/p?a=%c3%a9",
            "needless percent-escapes": b"/p?%61=%62",
            "dots and slashes": b"/p?a=/../../etc&b=//",
            "an encoded slash": b"/p?a=%2F%2f",
            "an encoded NUL": b"/p?a=%00",
            "an encoded line end": b"/p?a=%0d%0aX-Evil:%201",
            "a plus sign": b"/p?a=b+c",
            "brackets": b"/p?a[]=1&a[x]=2",
            "a bar, a caret and a backquote": b"/p?a|b^c`d",
            "quotes and angle brackets": b"/p?a=\"'<b>",
            "braces": b"/p?a={b}",
            "a backslash": b"/p?a=b\\c",
            "a colon and an at sign": b"/p?u=http://x@y:1/",
            "semicolons": b"/p?a=1;b=2",
            "2 KiB": b"/p?" + b"q" * 2048,
        }.items()
    )
)
def test_a_query_goes_on_byte_for_byte(wire: Wire, case: Forwarded) -> None:
    request = wire.forwards(case)

    assert request.raw.startswith(b"GET " + case.target + b" HTTP/1.1\r\n")
