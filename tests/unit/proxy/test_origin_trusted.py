"""Who is asking, where a proxy is believed: one header, read from the right to the first address that is not trusted."""

import pytest

from tests.unit.proxy.test_origin_untrusted import FAMILY, resolve, rules

PROXY = b"10.0.0.1"


def xff(*hops: bytes, trusted: tuple[str, ...] = ("10.0.0.0/8",), peer: bytes = PROXY) -> bytes:
    """The client's address for such an X-Forwarded-For."""
    return resolve(rules(*trusted), b"X-Forwarded-For: " + b", ".join(hops), peer=peer).client_ip


def test_the_address_that_the_proxy_names_is_the_client() -> None:
    assert xff(b"198.51.100.7") == b"198.51.100.7"


def test_the_walk_ends_at_the_first_address_that_is_not_trusted() -> None:
    assert xff(b"1.1.1.1", b"198.51.100.7") == b"198.51.100.7"
    assert xff(b"1.1.1.1", b"198.51.100.7", b"10.2.2.2", b"10.3.3.3") == b"198.51.100.7"


def test_a_chain_of_trusted_proxies_ends_at_the_farthest() -> None:
    assert xff(b"10.9.9.9", b"10.2.2.2") == b"10.9.9.9"


@pytest.mark.parametrize(
    "hop", [b"unknown", b"_hidden", b"", b"999.1.1.1", b"1.2.3", b"localhost", b"1.1.1.1 2.2.2.2", b"[::1", b"-"]
)
def test_an_unreadable_hop_ends_the_walk_at_the_one_before_it(hop: bytes) -> None:
    assert xff(b"1.1.1.1", hop, b"10.2.2.2") == b"10.2.2.2"
    assert xff(b"1.1.1.1", hop) == PROXY


@pytest.mark.parametrize(
    ("hop", "address"),
    [
        (b"198.51.100.7", b"198.51.100.7"),
        (b"198.51.100.7:4711", b"198.51.100.7"),
        (b"2001:db8::7", b"2001:db8::7"),
        (b"2001:DB8:0:0::7", b"2001:db8::7"),
        (b"[2001:db8::7]", b"2001:db8::7"),
        (b"[2001:db8::7]:4711", b"2001:db8::7"),
        (b" 198.51.100.7\t", b"198.51.100.7"),
    ],
)
def test_an_address_is_read_in_its_usual_forms(hop: bytes, address: bytes) -> None:
    assert xff(hop) == address


@pytest.mark.parametrize("hop", [b"fe80::1%eth0", b'fe80::1%","x":"y', b"fe80::1%\xff", b"::1%<b>"])
def test_a_zone_is_no_part_of_an_address_that_somebody_tells_us(hop: bytes) -> None:
    """A zone means nothing on another machine, and may hold any text at all."""
    origin = resolve(rules("10.0.0.0/8", forwarded=True), b"X-Forwarded-For: " + hop, peer=PROXY)

    assert b"%" not in origin.client_ip
    assert b"%" not in origin.lines


def test_several_fields_are_one_list() -> None:
    origin = resolve(rules("10.0.0.0/8"), b"X-Forwarded-For: 1.1.1.1", b"X-Forwarded-For: 198.51.100.7", peer=PROXY)

    assert origin.client_ip == b"198.51.100.7"


def test_a_list_without_end_is_read_for_a_while() -> None:
    assert xff(*[b"1.1.1.1"], *[b"10.2.2.2"] * 5_000) == b"10.2.2.2"


def test_services_get_the_chain_as_far_as_it_was_believed() -> None:
    origin = resolve(
        rules("10.0.0.0/8", forwarded=True),
        b"X-Forwarded-For: 1.1.1.1, 198.51.100.7, 10.2.2.2",
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-Host: shop.example.com",
        peer=PROXY,
    )

    assert origin.scheme == b"https"
    assert origin.lines == (
        b"X-Forwarded-For: 198.51.100.7, 10.2.2.2, 10.0.0.1\r\nX-Forwarded-Proto: https\r\n"
        b"X-Forwarded-Host: shop.example.com\r\n"
        b'Forwarded: for=198.51.100.7, for=10.2.2.2, for=10.0.0.1;proto=https;host="shop.example.com"\r\n'
    )


def test_a_trusted_proxy_that_says_nothing_is_the_client_itself() -> None:
    origin = resolve(rules("10.0.0.0/8"), peer=PROXY)

    assert origin.client_ip == PROXY


@pytest.mark.parametrize("header", ["forwarded", "x-real-ip"])
def test_of_several_headers_only_the_configured_one_says_who_the_client_is(header: str) -> None:
    lines = [b"X-Forwarded-For: 1.1.1.1", b"X-Real-IP: 2.2.2.2", b"Forwarded: for=3.3.3.3"]
    origin = resolve(rules("10.0.0.0/8", header=header), *lines, peer=PROXY)

    assert origin.client_ip == {"forwarded": b"3.3.3.3", "x-real-ip": b"2.2.2.2"}[header]


def test_with_x_forwarded_for_the_forwarded_field_says_nothing() -> None:
    origin = resolve(
        rules("10.0.0.0/8"), b"Forwarded: for=3.3.3.3;proto=https;host=evil.com", b"X-Real-IP: 2.2.2.2", peer=PROXY
    )

    assert (origin.client_ip, origin.scheme) == (PROXY, b"http")
    assert b"evil" not in origin.lines


def test_with_forwarded_the_x_forwarded_fields_say_nothing() -> None:
    origin = resolve(
        rules("10.0.0.0/8", header="forwarded"),
        b"Forwarded: for=3.3.3.3",
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-Host: evil.com",
        peer=PROXY,
    )

    assert (origin.client_ip, origin.scheme) == (b"3.3.3.3", b"http")
    assert b"evil" not in origin.lines


@pytest.mark.parametrize("proto", [b"ftp", b"", b"https://", b"on", b"\xff", b"http, ws"])
def test_an_unknown_scheme_is_not_believed(proto: bytes) -> None:
    origin = resolve(rules("10.0.0.0/8"), b"X-Forwarded-For: 1.1.1.1", b"X-Forwarded-Proto: " + proto, peer=PROXY)

    assert origin.scheme == b"http"


@pytest.mark.parametrize("host", [b"", b"a b", b"a/b", b'a"b', b"user@a", b"\xff"])
def test_a_malformed_host_is_not_believed(host: bytes) -> None:
    origin = resolve(rules("10.0.0.0/8"), b"X-Forwarded-For: 1.1.1.1", b"X-Forwarded-Host: " + host, peer=PROXY)

    assert b"X-Forwarded-Host: example.com\r\n" in origin.lines


def test_a_trusted_unix_peer_is_believed() -> None:
    origin = resolve(rules(unix=True), b"X-Forwarded-For: 198.51.100.7", peer=b"unix:")

    assert origin.client_ip == b"198.51.100.7"
    assert b"X-Forwarded-For: 198.51.100.7, 127.0.0.1\r\n" in origin.lines


def test_an_ipv4_address_in_ipv6_clothes_is_trusted_as_the_ipv4_address_it_is() -> None:
    assert rules("10.0.0.0/8").trusts(b"::ffff:10.0.0.1")
    assert not rules("10.0.0.0/8").trusts(b"::ffff:11.0.0.1")
    assert xff(b"198.51.100.7", b"::ffff:10.2.2.2") == b"198.51.100.7"


def test_an_ipv4_address_in_ipv6_clothes_is_one_client_however_it_comes() -> None:
    """Else one client has two names in logs and limits."""
    assert xff(b"::ffff:198.51.100.7") == b"198.51.100.7"


def test_trusted_blocks_of_ipv6() -> None:
    assert xff(b"198.51.100.7", b"2001:db8::5", trusted=("2001:db8::/32",), peer=b"2001:db8::1") == b"198.51.100.7"


def test_a_block_written_with_host_bits_is_a_block() -> None:
    assert rules("10.1.2.3/8").trusts(b"10.200.0.1")


def test_a_single_address_is_a_block_of_one() -> None:
    assert rules("10.0.0.1").trusts(b"10.0.0.1")
    assert not rules("10.0.0.1").trusts(b"10.0.0.2")


def test_real_ip_names_the_client() -> None:
    origin = resolve(rules("10.0.0.0/8", header="x-real-ip"), b"X-Real-IP: 198.51.100.7", peer=PROXY)

    assert origin.client_ip == b"198.51.100.7"


def test_the_whole_family_at_once_from_a_trusted_peer() -> None:
    assert resolve(rules("10.0.0.0/8"), *FAMILY, peer=PROXY).client_ip == b"1.1.1.1"
