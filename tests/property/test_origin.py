"""Whatever an untrusted client sends, it cannot choose its address, and what services are told is well-formed."""

import re
from ipaddress import ip_address, ip_network

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewayctl.core.fields import Field, Kind, combined, field
from gatewayctl.core.framing import BadMessage
from gatewayctl.core.grammar import FIELD_VALUE
from gatewayctl.core.head import HeadParser
from gatewayctl.proxy.origin import OriginRules

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine slow is not wrong."""

HEADERS = ["x-forwarded-for", "forwarded", "x-real-ip"]
ADDRESSES = st.one_of(
    st.ip_addresses().map(str),
    st.sampled_from(
        ["10.0.0.1", "10.9.9.9", "::1", "unknown", "", "1.2.3.4:80", "[::1]:80", "::ffff:10.0.0.1", "fe80::1%e"]
    ),
)
VALUES = st.one_of(
    st.lists(ADDRESSES, max_size=4).map(", ".join),
    st.lists(ADDRESSES.map(lambda a: f'for="{a}";proto=https;host=evil.com'), max_size=3).map(", ".join),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40),
).map(lambda text: text.encode("latin-1"))
NAMES = st.sampled_from(
    [b"X-Forwarded-For", b"X-Real-IP", b"Forwarded", b"X-Forwarded-Proto", b"X-Forwarded-Host", b"x-FORWARDED-for"]
)
LINES = st.lists(st.builds(lambda n, v: n + b": " + v, NAMES, VALUES), max_size=5)
TRUSTED = ["10.0.0.0/8", "::1/128"]
LINE = re.compile(
    rb"(?:X-Forwarded-(?:For|Proto|Host)|Forwarded): [\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\r\n", re.DOTALL
)


def fields_of(lines: list[bytes]) -> list[Field] | None:
    parser = HeadParser(request_id_name=b"x-request-id", max_fields=20)
    try:
        return parser.request(b"\r\n".join([b"GET / HTTP/1.1", b"Host: example.com", *lines])).fields
    except BadMessage:
        return None


def rules(header: str) -> OriginRules:
    return OriginRules(TRUSTED, trust_unix=False, header=header, send_x_forwarded=True, send_forwarded=True)


def trusted(address: bytes) -> bool:
    """The definition, written apart."""
    parsed = ip_address(address.decode())
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(parsed in ip_network(network) for network in TRUSTED)


@CALM
@given(LINES, st.sampled_from(HEADERS), st.sampled_from([b"203.0.113.9", b"2001:db8::9", b"unix:"]))
def test_an_untrusted_client_can_never_choose_its_address(lines: list[bytes], header: str, peer: bytes) -> None:
    fields = fields_of(lines)
    if fields is None:
        return
    by = rules(header)
    silent = by.resolve(peer, b"http", b"example.com", [], False)

    assert by.resolve(peer, b"http", b"example.com", fields, True) == silent
    assert silent.client_ip == (b"127.0.0.1" if peer == b"unix:" else peer)


@CALM
@given(LINES, st.sampled_from(HEADERS))
def test_behind_a_trusted_proxy_the_client_is_what_the_proxy_appended(lines: list[bytes], header: str) -> None:
    """The client sends what it likes; the proxy, as proxies do, puts the address it sees at the end."""
    name = {"x-forwarded-for": b"X-Forwarded-For", "forwarded": b"Forwarded", "x-real-ip": b"X-Real-IP"}[header]
    client = b"203.0.113.9"
    own = [line for line in lines if line.lower().startswith(name.lower() + b":")]
    others = [line for line in lines if line not in own]
    if header == "x-real-ip":
        own = []  # this one a proxy replaces
    appended = name + (b": for=" if header == "forwarded" else b": ") + client
    fields = fields_of([*others, *own, appended])
    if fields is None:
        return

    value = combined(fields, name.lower()) or b""
    if header == "forwarded" and value.count(b'"') % 2:
        return  # a quote that is never closed swallows what the proxy appended: see the next test
    assert rules(header).resolve(b"10.0.0.1", b"http", b"example.com", fields, True).client_ip == client


@CALM
@given(VALUES, st.sampled_from(HEADERS))
def test_whatever_a_trusted_proxy_says_the_address_is_an_address_and_the_lines_are_lines(
    value: bytes, header: str
) -> None:
    fields = fields_of([header.encode() + b": " + value, b"X-Forwarded-Proto: " + value, b"X-Forwarded-Host: " + value])
    if fields is None:
        return
    origin = rules(header).resolve(b"10.0.0.1", b"http", b"example.com", fields, True)

    ip_address(origin.client_ip.decode("ascii"))
    assert b"%" not in origin.client_ip
    assert origin.scheme in {b"http", b"https"}
    assert LINE.sub(b"", origin.lines) == b""
    for line in origin.lines.split(b"\r\n")[:-1]:
        assert FIELD_VALUE.fullmatch(line.partition(b": ")[2])


@CALM
@given(VALUES)
def test_every_hop_that_was_walked_over_is_trusted(value: bytes) -> None:
    fields = fields_of([b"X-Forwarded-For: " + value])
    if fields is None:
        return
    origin = rules("x-forwarded-for").resolve(b"10.0.0.1", b"http", b"example.com", fields, True)
    chain = origin.lines.partition(b"X-Forwarded-For: ")[2].partition(b"\r\n")[0].split(b", ")

    assert chain[0] == origin.client_ip
    assert chain[-1] == b"10.0.0.1"
    assert all(trusted(hop) for hop in chain[1:])


def test_the_fields_of_the_family_have_its_kind() -> None:
    for name in (b"X-Forwarded-For", b"X-Real-IP", b"Forwarded"):
        assert field(name, b"").kind == Kind.FORWARDED
