"""The forms of a request target (RFC 9112 3.2): origin, absolute, asterisk, and authority, which only CONNECT has."""

import pytest

from gatewayctl.core.framing import BadMessage
from gatewayctl.core.messages import RequestHead
from tests.unit.core.heads import request


def of(
    target: bytes, *, method: bytes = b"GET", host: bytes | None = b"Host: example.com", minor: bytes = b"1"
) -> RequestHead:
    return request(line=b"%b %b HTTP/1.%b" % (method, target, minor), host=host)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/", b"/", None),
        (b"/a", b"/a", None),
        (b"/a?", b"/a", b""),
        (b"/a?b", b"/a", b"b"),
        (b"/a?b?c", b"/a", b"b?c"),
        (b"/?a=%2F&a=%zz", b"/", b"a=%2F&a=%zz"),
        (b"//a", b"//a", None),
        (b"/%41", b"/%41", None),
        (b"/http://other/", b"/http://other/", None),
    ],
)
def test_origin_form(target: bytes, path: bytes, query: bytes | None) -> None:
    head = of(target)

    assert (head.path, head.query, head.host) == (path, query, b"example.com")


@pytest.mark.parametrize(
    ("target", "plain"),
    [
        (b"/a/b?c", True),
        (b"/", True),
        (b"/a/", True),
        (b"//a", False),
        (b"/a//b", False),
        (b"/%41", False),
        (b"/.a", False),
        (b"/a/../b", False),
        (b"/a;b=c", False),
        (b'/a"b', False),
        (b"/a\\b", False),
        (b"*", False),
        (b"http://example.com/a", False),
    ],
)
def test_a_plain_path_is_told_at_first_sight(target: bytes, plain: bool) -> None:
    assert of(target, method=b"OPTIONS").plain is plain


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"http://example.com", b"/", None),
        (b"http://example.com/", b"/", None),
        (b"http://example.com/a/b?c", b"/a/b", b"c"),
        (b"http://example.com?c", b"/", b"c"),
        (b"http://example.com/?", b"/", b""),
        (b"HTTP://EXAMPLE.COM/a", b"/a", None),
        (b"https://example.com/a", b"/a", None),
        (b"http://example.com//a", b"//a", None),
        (b"http://example.com?c/d", b"/", b"c/d"),
        (b"http://example.com?c://d", b"/", b"c://d"),
    ],
)
def test_absolute_form(target: bytes, path: bytes, query: bytes | None) -> None:
    head = of(target)

    assert (head.path, head.query, head.host) == (path, query, b"example.com")


def test_the_port_of_absolute_form_belongs_to_the_authority() -> None:
    head = of(b"http://example.com:8080/a", host=b"Host: example.com:8080")

    assert (head.authority, head.host) == (b"example.com:8080", b"example.com")


@pytest.mark.parametrize(
    ("target", "host"),
    [
        (b"http://other.com/", b"Host: example.com"),
        (b"http://example.com:81/", b"Host: example.com"),
        (b"http://example.com/", b"Host: example.com:81"),
        (b"http://example.com.evil.com/", b"Host: example.com"),
    ],
)
def test_a_target_that_names_another_authority_than_host_is_refused(target: bytes, host: bytes) -> None:
    with pytest.raises(BadMessage, match="different authorities"):
        of(target, host=host)


def test_absolute_form_does_not_replace_the_host_that_http_1_1_needs() -> None:
    with pytest.raises(BadMessage, match="needs a Host"):
        of(b"http://example.com/", host=None)


def test_absolute_form_gives_http_1_0_its_host() -> None:
    head = of(b"http://Example.com:80/a", host=None, minor=b"0")

    assert (head.host, head.authority, head.path) == (b"example.com", b"Example.com:80", b"/a")


@pytest.mark.parametrize(
    "target",
    [
        b"http://",
        b"http:///a",
        b"http://user@example.com/",
        b"http://example.com:/",
        b"http://example.com:99999/",
        b"http://exam%70le.com/",
        b"http://example.com\\other/",
        b"http://[::1/",
    ],
)
def test_a_malformed_authority_is_refused(target: bytes) -> None:
    with pytest.raises(BadMessage):
        of(target, host=None, minor=b"0")


@pytest.mark.parametrize(
    "target", [b"ftp://example.com/", b"example.com", b"example.com/a", b"a", b"?a", b"*a", b"http:/a", b"file:///a"]
)
def test_what_is_neither_a_path_nor_an_http_url_is_refused(target: bytes) -> None:
    with pytest.raises(BadMessage, match="neither a path nor"):
        of(target)


def test_asterisk_form_is_for_options() -> None:
    head = of(b"*", method=b"OPTIONS")

    assert (head.path, head.query) == (b"*", None)


@pytest.mark.parametrize("method", [b"GET", b"POST", b"options"])
def test_asterisk_form_of_another_method_is_refused(method: bytes) -> None:
    with pytest.raises(BadMessage):
        of(b"*", method=method)


def test_authority_form_reads_as_a_request_without_a_path() -> None:
    head = of(b"example.com:443", method=b"CONNECT", host=b"Host: example.com:443")

    assert (head.path, head.query, head.host) == (b"", None, b"example.com")
