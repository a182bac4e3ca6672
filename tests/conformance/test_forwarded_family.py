"""Who the client is (RFC 7239 and the older X- fields): an untrusted peer cannot say it, a trusted one once."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.conftest import Gateways
from tests.support.cases import Forwarded, get, table
from tests.support.upstream import RawUpstream
from tests.support.wire import Wire

TRUSTING = """
version = 1
[server]
trusted_proxies = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"]
client_ip_header = "{header}"
forwarded_headers = "both"
[services.up]
instances = [{{ id = "one", url = "{url}" }}]
[routes.all]
path = "/*"
service = "up"
transform = "client"
[transforms.client]
request = {{ set = {{ x-client = "{{client_ip}}" }} }}
"""


@table(
    Forwarded("X-Forwarded-For", get(b"X-Forwarded-For: 203.0.113.9"), fields={b"x-forwarded-for": [b"127.0.0.1"]}),
    Forwarded("several X-Forwarded-For", get(b"X-Forwarded-For: 203.0.113.9", b"x-forwarded-for: 203.0.113.8"),
              fields={b"x-forwarded-for": [b"127.0.0.1"]}),
    Forwarded("X-Forwarded-Proto", get(b"X-Forwarded-Proto: https"), fields={b"x-forwarded-proto": [b"http"]}),
    Forwarded("X-Forwarded-Host", get(b"X-Forwarded-Host: evil.example"),
              fields={b"x-forwarded-host": [b"example.com"]}),
    Forwarded("X-Real-IP", get(b"X-Real-IP: 203.0.113.9")),
    Forwarded("Forwarded", get(b"Forwarded: for=203.0.113.9;proto=https"), absent=[b"forwarded"]),
    Forwarded("several Forwarded", get(b"Forwarded: for=203.0.113.9", b"Forwarded: for=203.0.113.8"),
              absent=[b"forwarded"]),
    Forwarded("X-Forwarded-Port", get(b"X-Forwarded-Port: 20399")),
    Forwarded("X-Forwarded-Prefix", get(b"X-Forwarded-Prefix: /203.0.113.9"), absent=[b"x-forwarded-prefix"]),
    Forwarded("X-Forwarded-Server", get(b"X-Forwarded-Server: 203.0.113.9"), absent=[b"x-forwarded-server"]),
    Forwarded("X-Forwarded-Ssl", get(b"X-Forwarded-Ssl: 203.0.113.9"), absent=[b"x-forwarded-ssl"]),
    Forwarded("names in capitals", get(b"X-FORWARDED-FOR: 203.0.113.9", b"FORWARDED: for=203.0.113.9"),
              fields={b"x-forwarded-for": [b"127.0.0.1"]}, absent=[b"forwarded"]),
    Forwarded("names with underscores", get(b"X_Forwarded_For: 203.0.113.9", b"X-Forwarded_For: 203.0.113.9"),
              fields={b"x-forwarded-for": [b"127.0.0.1"]}),
)  # fmt: skip
def test_an_untrusted_peer_says_nothing_about_the_client(wire: Wire, case: Forwarded) -> None:
    request = wire.forwards(case)

    assert b"203.0.113" not in request.raw
    assert b"20399" not in request.raw


def test_without_any_such_field_the_peer_is_the_client(wire: Wire) -> None:
    wire.forwards(
        Forwarded("", get(target=b"/client/x"), target=b"/client/x",
                  fields={b"x-client": [b"127.0.0.1"], b"x-forwarded-for": [b"127.0.0.1"]})
    )  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a trusted peer says, and who the client is then."""

    name: str
    lines: Sequence[bytes]
    client: bytes


def _wire(shared_gateway: Gateways, recorder: RawUpstream, header: str) -> Wire:
    return Wire(shared_gateway(TRUSTING.format(url=recorder.url, header=header)), recorder)


@pytest.fixture(scope="module")
def by_x_forwarded_for(shared_gateway: Gateways, recorder: RawUpstream) -> Wire:
    """A gateway that believes its peers' X-Forwarded-For."""
    return _wire(shared_gateway, recorder, "x-forwarded-for")


@pytest.fixture(scope="module")
def by_forwarded(shared_gateway: Gateways, recorder: RawUpstream) -> Wire:
    """A gateway that believes its peers' Forwarded."""
    return _wire(shared_gateway, recorder, "forwarded")


@pytest.fixture(scope="module")
def by_x_real_ip(shared_gateway: Gateways, recorder: RawUpstream) -> Wire:
    """A gateway that believes its peers' X-Real-IP."""
    return _wire(shared_gateway, recorder, "x-real-ip")


def _check(wire: Wire, case: Said) -> None:
    wire.upstream.forget()
    request = wire.forwards(Forwarded("", get(*case.lines), fields={b"x-client": [case.client]}))

    hops = [hop.strip() for hop in b", ".join(request.values(b"x-forwarded-for")).split(b",")]
    assert hops[-1] in (b"127.0.0.1", case.client), request.raw
    assert case.client in hops, request.raw
    assert b"203.0.113.66" not in request.raw, "a field that is not believed was passed on"


@table(
    Said("nothing", [], b"127.0.0.1"),
    Said("one address", [b"X-Forwarded-For: 198.51.100.7"], b"198.51.100.7"),
    Said("the right-most that is not trusted", [b"X-Forwarded-For: 192.0.2.1, 198.51.100.7"], b"198.51.100.7"),
    Said("past trusted ones", [b"X-Forwarded-For: 192.0.2.1, 198.51.100.7, 10.1.2.3, 10.0.0.9"], b"198.51.100.7"),
    Said("only trusted ones", [b"X-Forwarded-For: 10.0.0.1, 10.0.0.2"], b"10.0.0.1"),
    Said("in two fields", [b"X-Forwarded-For: 192.0.2.1", b"X-Forwarded-For: 198.51.100.7, 10.0.0.1"], b"198.51.100.7"),
    Said("without spaces", [b"X-Forwarded-For: 192.0.2.1,198.51.100.7,10.0.0.1"], b"198.51.100.7"),
    Said("an IPv6 address", [b"X-Forwarded-For: 2001:dead::7"], b"2001:dead::7"),
    Said("an IPv6 address past a trusted one", [b"X-Forwarded-For: 2001:dead::7, 2001:db8::1"], b"2001:dead::7"),
    Said("X-Real-IP, which is not believed", [b"X-Real-IP: 203.0.113.66"], b"127.0.0.1"),
    Said("Forwarded, which is not believed", [b"Forwarded: for=203.0.113.66"], b"127.0.0.1"),
    Said("all three", [b"X-Real-IP: 203.0.113.66", b"X-Forwarded-For: 198.51.100.7", b"Forwarded: for=203.0.113.66"],
         b"198.51.100.7"),
    Said("a word after which nothing is believed", [b"X-Forwarded-For: 192.0.2.1, unknown, 10.0.0.1"], b"10.0.0.1"),
    Said("only a word", [b"X-Forwarded-For: unknown"], b"127.0.0.1"),
    Said("an empty value", [b"X-Forwarded-For:"], b"127.0.0.1"),
    Said("an address that cannot be", [b"X-Forwarded-For: 192.0.2.1, 300.1.1.1, 10.0.0.1"], b"10.0.0.1"),
    Said("an address with a leading nought", [b"X-Forwarded-For: 192.0.2.1, 010.0.0.1"], b"127.0.0.1"),
    Said("SQL", [b"X-Forwarded-For: 1' OR '1'='1"], b"127.0.0.1"),
)  # fmt: skip
def test_a_trusted_peer_is_read_from_the_right(by_x_forwarded_for: Wire, case: Said) -> None:
    _check(by_x_forwarded_for, case)


@table(
    Said("one address", [b"Forwarded: for=198.51.100.7"], b"198.51.100.7"),
    Said("in capitals", [b"Forwarded: For=198.51.100.7;Proto=https"], b"198.51.100.7"),
    Said("quoted", [b'Forwarded: for="198.51.100.7"'], b"198.51.100.7"),
    Said("with a port", [b'Forwarded: for="198.51.100.7:4711"'], b"198.51.100.7"),
    Said("IPv6 in brackets", [b'Forwarded: for="[2001:dead::7]"'], b"2001:dead::7"),
    Said("IPv6 in brackets with a port", [b'Forwarded: for="[2001:dead::7]:4711"'], b"2001:dead::7"),
    Said("the right-most that is not trusted", [b"Forwarded: for=192.0.2.1, for=198.51.100.7, for=10.0.0.1"],
         b"198.51.100.7"),
    Said("other parameters first", [b"Forwarded: by=10.0.0.1;proto=http;for=198.51.100.7"], b"198.51.100.7"),
    Said("a hidden name after which nothing is believed", [b"Forwarded: for=192.0.2.1, for=_hidden, for=10.0.0.1"],
         b"10.0.0.1"),
    Said("unknown", [b"Forwarded: for=unknown"], b"127.0.0.1"),
    Said("a comma inside quotes", [b'Forwarded: for="192.0.2.1, for=198.51.100.7"'], b"127.0.0.1"),
    Said("an open quote", [b'Forwarded: for="198.51.100.7'], b"127.0.0.1"),
    Said("X-Forwarded-For, which is not believed", [b"X-Forwarded-For: 203.0.113.66"], b"127.0.0.1"),
)  # fmt: skip
def test_a_trusted_peer_may_say_it_in_forwarded(by_forwarded: Wire, case: Said) -> None:
    _check(by_forwarded, case)


@table(
    Said("one address", [b"X-Real-IP: 198.51.100.7"], b"198.51.100.7"),
    Said("no address", [b"X-Real-IP: nobody"], b"127.0.0.1"),
    Said("X-Forwarded-For, which is not believed", [b"X-Forwarded-For: 203.0.113.66"], b"127.0.0.1"),
)
def test_a_trusted_peer_may_say_it_in_x_real_ip(by_x_real_ip: Wire, case: Said) -> None:
    _check(by_x_real_ip, case)


def test_forwarded_is_written_as_rfc_7239_has_it(by_forwarded: Wire) -> None:
    by_forwarded.upstream.forget()
    request = by_forwarded.forwards(Forwarded("", get(b'Forwarded: for="[2001:dead::7]"')))

    last = b", ".join(request.values(b"forwarded")).lower()
    assert b'"[2001:dead::7]' in last, "IPv6 is bracketed and quoted"
    assert b"proto=" in last
