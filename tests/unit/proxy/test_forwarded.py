"""The Forwarded field from a trusted proxy (RFC 7239 4): quoting, IPv6, several elements, and what cannot be read."""

import pytest

from tests.unit.proxy.test_origin_untrusted import resolve, rules

PROXY = b"10.0.0.1"


def client(value: bytes) -> bytes:
    by = rules("10.0.0.0/8", header="forwarded")
    return resolve(by, b"Forwarded: " + value, peer=PROXY).client_ip


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (b"for=198.51.100.7", b"198.51.100.7"),
        (b"For=198.51.100.7", b"198.51.100.7"),
        (b'for="198.51.100.7"', b"198.51.100.7"),
        (b'for="198.51.100.7:4711"', b"198.51.100.7"),
        (b"for=198.51.100.7:4711", b"198.51.100.7"),
        (b'for="[2001:db8::7]"', b"2001:db8::7"),
        (b'for="[2001:db8::7]:4711"', b"2001:db8::7"),
        (b'for="[2001:DB8::7]"', b"2001:db8::7"),
        (b"proto=https;for=198.51.100.7;by=10.0.0.1", b"198.51.100.7"),
        (b"for=198.51.100.7 ; proto=http", b"198.51.100.7"),
        (b'for="198.51.100\\.7"', b"198.51.100.7"),
        (b"for=1.1.1.1, for=198.51.100.7", b"198.51.100.7"),
        (b"for=1.1.1.1,for=198.51.100.7,for=10.2.2.2", b"198.51.100.7"),
        (b'for=1.1.1.1, for=198.51.100.7;host="a,b"', b"198.51.100.7"),
        (b'for=198.51.100.7;ext="a;b=c"', b"198.51.100.7"),
    ],
)
def test_the_nearest_untrusted_hop_is_the_client(value: bytes, address: bytes) -> None:
    assert client(value) == address


@pytest.mark.parametrize(
    "value",
    [
        b"for=unknown",
        b"for=_hidden",
        b"for=",
        b'for=""',
        b"proto=https",
        b"for",
        b"=198.51.100.7",
        b"for=198.51.100.7;",
        b"198.51.100.7",
        b'for="198.51.100.7',
        b'for=198.51.100.7"',
        b"for=198.51.100.7 x",
        b'for="[2001:db8::7%eth0]"',
        b"for = 198.51.100.7",
        b"\xff",
    ],
)
def test_a_hop_that_cannot_be_read_says_nothing(value: bytes) -> None:
    got = client(b"for=1.1.1.1, " + value)

    assert got in {PROXY, b"198.51.100.7"}, "never what stands left of an unreadable hop"


def test_two_fors_in_one_element_are_malformed() -> None:
    """RFC 7239 4: each parameter at most once an element; two readers would choose two clients."""
    assert client(b"for=1.1.1.1;for=198.51.100.7") == PROXY


def test_an_unreadable_hop_ends_the_walk() -> None:
    assert client(b"for=1.1.1.1, for=unknown, for=10.2.2.2") == b"10.2.2.2"


def test_a_quote_that_never_ends_chooses_no_address() -> None:
    assert client(b'for="1.1.1.1, for=198.51.100.7') in {PROXY, b"198.51.100.7"}
    assert client(b'for=1.1.1.1;x=", for="198.51.100.7"') in {PROXY, b"198.51.100.7"}


def test_scheme_and_host_come_from_the_proxy() -> None:
    by = rules("10.0.0.0/8", header="forwarded", forwarded=True, x=False)
    origin = resolve(by, b'Forwarded: for=198.51.100.7;proto=HTTPS;host="shop.example.com:8443"', peer=PROXY)

    assert origin.scheme == b"https"
    assert origin.lines == (b'Forwarded: for=198.51.100.7, for=10.0.0.1;proto=https;host="shop.example.com:8443"\r\n')


def test_the_scheme_is_the_one_that_the_client_used() -> None:
    """The hop that names the client says how the client came; the hops behind it may be plain."""
    by = rules("10.0.0.0/8", header="forwarded")
    origin = resolve(by, b"Forwarded: for=198.51.100.7;proto=https, for=10.2.2.2;proto=http", peer=PROXY)

    assert origin.client_ip == b"198.51.100.7"
    assert origin.scheme == b"https"


def test_what_an_untrusted_hop_says_of_its_scheme_is_not_believed() -> None:
    by = rules("10.0.0.0/8", header="forwarded")
    origin = resolve(by, b"Forwarded: for=1.1.1.1;proto=https;host=evil.com, for=198.51.100.7;proto=http", peer=PROXY)

    assert origin.scheme == b"http"
    assert b"evil" not in origin.lines


def test_several_fields_are_one_list() -> None:
    by = rules("10.0.0.0/8", header="forwarded")
    origin = resolve(by, b"Forwarded: for=1.1.1.1", b"Forwarded: for=198.51.100.7", peer=PROXY)

    assert origin.client_ip == b"198.51.100.7"


@pytest.mark.parametrize("value", [b'for="' + b"\\" * 8000, b"a=" + b'"' * 8001, b";" * 8000, b"for=1.1.1.1," * 1000])
def test_a_hostile_value_is_read_in_time_that_grows_with_its_length(value: bytes) -> None:
    assert client(value) in {PROXY, b"1.1.1.1"}
