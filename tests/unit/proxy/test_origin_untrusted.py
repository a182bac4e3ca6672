"""Who is asking, where nobody is believed: the connection's own address, and everything else replaced (RFC 7239)."""

import pytest

from gatewayctl.core.fields import Field
from gatewayctl.proxy.origin import Origin, OriginRules
from tests.unit.core.heads import request

FAMILY = [
    b"X-Forwarded-For: 1.1.1.1",
    b"X-Forwarded-Proto: https",
    b"X-Forwarded-Host: evil.com",
    b"X-Forwarded-Port: 443",
    b"X-Forwarded-Server: evil",
    b"X-Forwarded-Ssl: on",
    b"X-Forwarded-Prefix: /admin",
    b"X-Real-IP: 1.1.1.1",
    b"Forwarded: for=1.1.1.1;proto=https;host=evil.com",
]


def rules(
    *trusted: str, unix: bool = False, header: str = "x-forwarded-for", x: bool = True, forwarded: bool = False
) -> OriginRules:
    return OriginRules(trusted, trust_unix=unix, header=header, send_x_forwarded=x, send_forwarded=forwarded)


def resolve(
    by: OriginRules,
    *lines: bytes,
    peer: bytes = b"203.0.113.9",
    scheme: bytes = b"http",
    authority: bytes = b"example.com",
) -> Origin:
    fields: list[Field] = request(*lines).fields[1:]
    return by.resolve(peer, scheme, authority, fields, bool(lines))


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
def test_nobody_is_believed_by_default(header: str) -> None:
    origin = resolve(rules(header=header), *FAMILY)

    assert (origin.client_ip, origin.scheme) == (b"203.0.113.9", b"http")
    assert origin.lines == (
        b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: example.com\r\n"
    )


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
def test_a_peer_outside_the_trusted_blocks_is_not_believed(header: str) -> None:
    origin = resolve(rules("10.0.0.0/8", "2001:db8::/32", header=header), *FAMILY)

    assert origin.client_ip == b"203.0.113.9"
    assert b"1.1.1.1" not in origin.lines


def test_services_are_told_in_the_family_that_is_configured() -> None:
    forwarded = resolve(rules(x=False, forwarded=True))
    both = resolve(rules(x=True, forwarded=True))
    neither = resolve(rules(x=False, forwarded=False))

    assert forwarded.lines == b'Forwarded: for=203.0.113.9;proto=http;host="example.com"\r\n'
    assert both.lines == resolve(rules()).lines + forwarded.lines
    assert neither.lines == b""


def test_the_scheme_is_that_of_the_listener() -> None:
    origin = resolve(rules(), b"X-Forwarded-Proto: http", scheme=b"https")

    assert origin.scheme == b"https"
    assert b"X-Forwarded-Proto: https\r\n" in origin.lines


def test_a_request_without_a_host_names_none() -> None:
    origin = resolve(rules(forwarded=True), authority=b"")

    assert origin.lines == (
        b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\nForwarded: for=203.0.113.9;proto=http\r\n"
    )


def test_an_ipv6_address_is_bracketed_and_quoted_in_forwarded_only() -> None:
    origin = resolve(rules(forwarded=True), peer=b"2001:db8::9", authority=b"[::1]:80")

    assert origin.client_ip == b"2001:db8::9"
    assert b"X-Forwarded-For: 2001:db8::9\r\n" in origin.lines
    assert b'Forwarded: for="[2001:db8::9]";proto=http;host="[::1]:80"\r\n' in origin.lines


def test_a_unix_peer_is_this_machine() -> None:
    origin = resolve(rules(), *FAMILY, peer=b"unix:")

    assert origin.client_ip == b"127.0.0.1"
    assert b"1.1.1.1" not in origin.lines


def test_trust_in_addresses_is_no_trust_in_unix_sockets() -> None:
    assert not rules("0.0.0.0/0", "::/0").trusts(b"unix:")
    assert resolve(rules("0.0.0.0/0", "127.0.0.1"), *FAMILY, peer=b"unix:").client_ip == b"127.0.0.1"


def test_trust_in_unix_sockets_is_no_trust_in_addresses() -> None:
    assert not rules(unix=True).trusts(b"127.0.0.1")


@pytest.mark.parametrize("peer", [b"", b"nonsense", b"1.2.3", b"999.1.1.1", b"\xff", b"10.0.0.1:80", b"010.0.0.1"])
def test_what_is_no_address_is_not_trusted(peer: bytes) -> None:
    assert not rules("0.0.0.0/0", "::/0").trusts(peer)


def test_answers_for_one_peer_do_not_leak_into_those_for_another() -> None:
    by = rules("10.0.0.0/8", forwarded=True)
    expected = {
        (peer, scheme, host): resolve(
            rules("10.0.0.0/8", forwarded=True), *lines, peer=peer, scheme=scheme, authority=host
        )
        for peer in (b"10.0.0.1", b"203.0.113.9", b"unix:")
        for scheme in (b"http", b"https")
        for host in (b"a", b"b")
        for lines in [(b"X-Forwarded-For: 1.1.1.1",)]
    }

    for _ in range(2):
        for (peer, scheme, host), origin in expected.items():
            got = resolve(by, b"X-Forwarded-For: 1.1.1.1", peer=peer, scheme=scheme, authority=host)
            assert got == origin


def test_a_million_hosts_are_not_remembered() -> None:
    by = rules()
    for number in range(10_000):
        host = b"h%d" % number
        assert b"X-Forwarded-Host: %b\r\n" % host in resolve(by, authority=host).lines
        assert not by.trusts(b"%d" % number)
