"""The Host field (RFC 9112 3.2, RFC 9110 7.2): exactly one and well-formed; the service gets its own by default."""

import pytest

from tests.support.cases import Forwarded, Refused, get, table
from tests.support.http1 import lines
from tests.support.wire import Wire


def _hosts(*values: bytes, version: bytes = b"1.1") -> bytes:
    return lines(b"GET / HTTP/" + version, *(b"Host: " + value for value in values))


@table(
    Refused("none at all in HTTP/1.1", _hosts()),
    Refused("two that differ", _hosts(b"a.example", b"b.example")),
    Refused("two that are the same", _hosts(b"a.example", b"a.example")),
    Refused("two in different case", lines(b"GET / HTTP/1.1", b"Host: a.example", b"hOsT: b.example")),
    Refused("two in HTTP/1.0", _hosts(b"a.example", b"b.example", version=b"1.0")),
    Refused("an empty one", _hosts(b"")),
    Refused("an empty one and a good one", _hosts(b"", b"a.example")),
    Refused("a list", _hosts(b"a.example, b.example")),
    Refused("a list without a space", _hosts(b"a.example,b.example")),
    Refused("a space inside", _hosts(b"a.example b.example")),
    Refused("a tab inside", _hosts(b"a.example\tb")),
    Refused("a path", _hosts(b"a.example/path")),
    Refused("a query", _hosts(b"a.example?q")),
    Refused("a fragment", _hosts(b"a.example#f")),
    Refused("user information", _hosts(b"user@a.example")),
    Refused("user information with a password", _hosts(b"user:pw@a.example")),
    Refused("a scheme", _hosts(b"http://a.example")),
    Refused("a backslash", _hosts(b"a.example\\b")),
    Refused("a port that is no number", _hosts(b"a.example:http")),
    Refused("a port with a sign", _hosts(b"a.example:+80")),
    Refused("a port above 65535", _hosts(b"a.example:65536")),
    Refused("a port of six digits", _hosts(b"a.example:000080")),
    Refused("two ports", _hosts(b"a.example:80:81")),
    Refused("only a port", _hosts(b":80")),
    Refused("IPv6 without brackets", _hosts(b"::1")),
    Refused("IPv6 with an open bracket", _hosts(b"[::1")),
    Refused("IPv6 with letters that are no digits", _hosts(b"[zz::1]")),
    Refused("IPv6 with a zone", _hosts(b"[fe80::1%25eth0]")),
    Refused("IPv6 with text after the bracket", _hosts(b"[::1]x")),
    Refused("empty brackets", _hosts(b"[]")),
    Refused("a percent-escape", _hosts(b"a%2eexample")),
    Refused("an underscore before a NUL", _hosts(b"a_\x00b")),
    Refused("a quote", _hosts(b'"a.example"')),
    Refused("angle brackets", _hosts(b"<a.example>")),
    Refused("UTF-8", _hosts("ä.example".encode())),
    Refused("a star", _hosts(b"*.example.com")),
    Refused("two dots in a row", _hosts(b"a..example")),
    Refused("a dot at the start", _hosts(b".example")),
    Refused("only a dot", _hosts(b".")),
)
def test_a_host_that_is_not_exactly_one_good_name_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    *(
        Forwarded(name, _hosts(value), fields={b"x-forwarded-host": [value]})
        for name, value in {
            "a name": b"example.com",
            "a name in mixed case": b"Example.COM",
            "a name with a port": b"example.com:8080",
            "the highest port": b"example.com:65535",
            "a name with a trailing dot": b"example.com.",
            "a name with an underscore": b"my_service.internal",
            "a name with a hyphen": b"a-b.example",
            "a name of one label": b"localhost",
            "a name of one letter": b"x",
            "a name in Punycode": b"xn--bcher-kva.example",
            "an IPv4 address": b"192.0.2.1",
            "an IPv4 address with a port": b"192.0.2.1:81",
            "an IPv6 address": b"[2001:db8::1]",
            "an IPv6 address with a port": b"[2001:db8::1]:81",
            "an IPv6 address that ends in an IPv4 one": b"[::ffff:192.0.2.1]",
        }.items()
    )
)
def test_a_good_host_is_told_to_the_service_as_x_forwarded_host(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


def test_http_1_0_needs_no_host(wire: Wire) -> None:
    wire.forwards(Forwarded("", lines(b"GET / HTTP/1.0"), fields={b"host": [wire.upstream.authority]}))


def test_the_service_gets_the_name_of_its_instance(wire: Wire) -> None:
    wire.forwards(Forwarded("", get(), fields={b"host": [wire.upstream.authority]}))


def test_a_service_may_ask_for_the_host_that_the_client_named(wire: Wire) -> None:
    wire.forwards(
        Forwarded("", get(target=b"/preserve/x", host=b"Host: Example.com:81"), target=b"/preserve/x",
                  fields={b"host": [b"Example.com:81"]})
    )  # fmt: skip


def test_a_service_may_be_given_a_fixed_host(wire: Wire) -> None:
    wire.forwards(Forwarded("", get(target=b"/named/x"), target=b"/named/x", fields={b"host": [b"backend.internal"]}))


@pytest.mark.parametrize("name", [b"host", b"HOST", b"hOST"])
def test_the_name_of_the_field_is_read_in_any_case(wire: Wire, name: bytes) -> None:
    wire.forwards(Forwarded("", lines(b"GET / HTTP/1.1", name + b": example.com")))
