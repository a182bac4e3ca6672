"""TLS towards clients: certificates by name, their reload, client certificates, the redirect, the PROXY protocol in front."""

import os
import shutil
import signal
import socket
import ssl
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.conftest import Gateways
from tests.integration.serving import status
from tests.support.gateway import Gateway
from tests.support.http1 import IncompleteError, Source, read_response
from tests.support.upstream import RawUpstream
from tests.support.waiting import wait_for

TEXT = """
version = 1
[server]
listen = ["https://127.0.0.1:0"{more}]
{server}
[server.tls]
{tls}
[server.tls.certificates.main]
cert = "main.pem"
key = "main.key"
[server.tls.certificates.other]
cert = "other.pem"
key = "other.key"
[services.up]
instances = [{{ id = "one", url = "{upstream}" }}]
[routes.all]
path = "/*"
service = "up"
{rest}
"""


class Stage:
    """A gateway with certificates of an authority that the test makes."""

    def __init__(self, start: Gateways, directory: Path, upstream: RawUpstream) -> None:
        self._start = start
        self.directory = directory
        self.upstream = upstream
        self.ca = trustme.CA(organization_name="servers")
        self.clients = trustme.CA(organization_name="clients")
        self.gateway: Gateway

    def issue(self, file: str, *names: str, into: Path | None = None, **how: Any) -> None:
        """A certificate and its key in files of that name."""
        made = self.ca.issue_cert(*names, **how)
        directory = into or self.gateway.directory
        for suffix, content in (("key", made.private_key_pem.bytes()), ("pem", made.cert_chain_pems[0].bytes())):
            fresh = directory / f"{file}.{suffix}.new"
            fresh.write_bytes(content)
            fresh.replace(directory / f"{file}.{suffix}")

    def start(self, *, server: str = "", tls: str = "", more: str = "", rest: str = "") -> Gateway:
        self.issue("main", "api.example.com", into=self.directory)
        self.issue("other", "*.example.org", "example.net", into=self.directory)
        self.clients.cert_pem.write_to_path(str(self.directory / "clients.pem"))
        files = {path.name: path.read_text() for path in self.directory.iterdir()}
        text = TEXT.format(server=server, tls=tls, more=more, rest=rest, upstream=self.upstream.url)
        self.gateway = self._start(text, files=files)
        return self.gateway

    def context(self, client: Any = None, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """A client's: it trusts the authority, and shows a certificate if there is one."""
        context = ssl.create_default_context()
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
        self.ca.configure_trust(context)
        if client is not None:
            client.configure_cert(context)
        if version is not None:
            context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        return context

    def connect(self, name: str = "api.example.com", before: bytes = b"", **how: Any) -> ssl.SSLSocket:
        plain = socket.create_connection(self.gateway.address, timeout=5)
        if before:
            plain.sendall(before)
        return self.context(**how).wrap_socket(plain, server_hostname=name)

    def ask(self, connection: socket.socket, target: bytes = b"/", *fields: bytes) -> Any:
        connection.sendall(b"\r\n".join((b"GET " + target + b" HTTP/1.1", b"Host: api.example.com", *fields, b"", b"")))
        return read_response(Source(b"", lambda: connection.recv(65536)), b"GET")

    def shown(self, name: str) -> set[str]:
        """The names in the certificate that is served for a name."""
        context = self.context()
        context.check_hostname = False
        with context.wrap_socket(
            socket.create_connection(self.gateway.address, timeout=5), server_hostname=name
        ) as tls:
            found: Any = tls.getpeercert()
            return {value for _, value in found["subjectAltName"]}


@pytest.fixture
def stage(gateway: Gateways, tmp_path: Path, upstream: RawUpstream) -> Iterator[Stage]:
    yield Stage(gateway, tmp_path, upstream)


# ── the listener ──────────────────────────────────────────────────────


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_https_is_served_with_http_1_1_agreed_on(stage: Stage, version: ssl.TLSVersion) -> None:
    stage.start()
    with stage.connect(version=version) as tls:
        assert tls.selected_alpn_protocol() == "http/1.1"
        assert stage.ask(tls).status == 200
        assert stage.ask(tls, b"/again").status == 200, "the connection goes on"
    assert stage.upstream.requests[-1].value(b"x-forwarded-proto") == b"https"


@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("api.example.com", {"api.example.com"}),
        ("API.example.COM", {"api.example.com"}),
        ("a.example.org", {"*.example.org", "example.net"}),
        ("example.net", {"*.example.org", "example.net"}),
        ("a.b.example.org", {"api.example.com"}),
        ("example.org", {"api.example.com"}),
        ("nowhere.test", {"api.example.com"}),
    ],
)
def test_a_certificate_is_chosen_by_name(stage: Stage, name: str, served: set[str]) -> None:
    stage.start()

    assert stage.shown(name) == served


def test_a_lowest_version_is_kept_to(stage: Stage) -> None:
    stage.start(tls='min_version = "1.3"')
    with pytest.raises(OSError):
        stage.connect(version=ssl.TLSVersion.TLSv1_2)
    with stage.connect(version=ssl.TLSVersion.TLSv1_3) as tls:
        assert stage.ask(tls).status == 200


def test_what_is_no_handshake_disturbs_nobody(stage: Stage) -> None:
    stage.start()
    for junk in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"\x00" * 100):
        with socket.create_connection(stage.gateway.address, timeout=5) as plain:
            plain.sendall(junk)
            plain.settimeout(5)
            with pytest.raises(OSError):
                while plain.recv(4096):
                    pass
                raise ConnectionResetError
    with stage.connect() as tls:
        assert stage.ask(tls).status == 200
    assert not [line for line in stage.gateway.lines if "error" in line]


def test_a_large_body_goes_both_ways(stage: Stage) -> None:
    stage.start(server='max_body_size = "10MiB"')
    body = b"x" * 3_000_000
    with stage.connect() as tls:
        tls.sendall(b"POST / HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: %d\r\n\r\n" % len(body))
        tls.sendall(body)
        assert read_response(Source(b"", lambda: tls.recv(65536)), b"POST").status == 200
    assert stage.upstream.requests[-1].body == body


# ── reload ────────────────────────────────────────────────────────────


def test_a_changed_certificate_is_served_without_a_restart(stage: Stage) -> None:
    stage.start()
    with stage.connect() as before:
        stage.issue("main", "api.example.com", "new.example.com")
        wait_for(lambda: "new.example.com" in stage.shown("api.example.com"), "the new certificate is served")
        assert stage.ask(before).status == 200, "connections live on"


def test_a_key_of_another_certificate_is_refused_and_the_old_one_goes_on(stage: Stage) -> None:
    stage.start()
    before = len(stage.gateway.lines)
    shutil.copy(stage.gateway.directory / "other.key", stage.gateway.directory / "main.key")
    stage.gateway.wait_for_line("E211", before)

    assert stage.shown("api.example.com") == {"api.example.com"}


def test_a_certificate_that_vanishes_is_refused_and_the_old_one_goes_on(stage: Stage) -> None:
    stage.start()
    before = len(stage.gateway.lines)
    (stage.gateway.directory / "main.pem").unlink()
    stage.gateway.wait_for_line("E204", before)

    assert stage.shown("api.example.com") == {"api.example.com"}


def test_a_worker_that_ends_while_a_certificate_is_gone_leaves_its_place_to_the_others(stage: Stage) -> None:
    front = stage.start(server="workers = 2")
    before = len(front.lines)
    (front.directory / "main.pem").unlink()
    front.wait_for_line("E204", before)
    os.kill(status(front)["workers"][1]["pid"], signal.SIGKILL)

    line = front.wait_for_line("the 5th time in a row: the others go on without it")
    assert 'could not take over generation 1 (the certificate "main" cannot be used: no such file or directory)' in line
    for _ in range(20):
        assert stage.shown("api.example.com") == {"api.example.com"}, "the one that is left accepts for both"


def test_a_certificate_that_has_expired_is_not_taken_up(stage: Stage) -> None:
    from datetime import UTC, datetime

    stage.start()
    before = len(stage.gateway.lines)
    stage.issue("main", "api.example.com", "late.example.com", not_after=datetime(2021, 1, 1, tzinfo=UTC))
    stage.gateway.wait_for_line("has expired: the one in force goes on", before)

    assert stage.shown("api.example.com") == {"api.example.com"}


def test_old_authorities_do_not_stay_in_force_with_an_old_certificate(stage: Stage) -> None:
    """The certificate in force would go on in place of the expired one, and with it the authorities that were removed."""
    from datetime import UTC, datetime

    front = stage.start(tls='client_auth = "require"\nclient_ca = "clients.pem"')
    before = len(front.lines)
    stage.issue("main", "api.example.com", not_after=datetime(2021, 1, 1, tzinfo=UTC))
    front.wait_for_line("has expired: the one in force goes on", before)
    fresh = front.directory / "clients.new"
    trustme.CA(organization_name="others").cert_pem.write_to_path(str(fresh))
    fresh.replace(front.directory / "clients.pem")

    front.wait_for_line('the new certificate "main" has expired, and what clients are asked for has changed', before)
    with stage.connect(client=stage.clients.issue_cert("client.example.com")) as tls:
        assert stage.ask(tls).status == 200, "a load that is refused changes nothing"
    stage.issue("main", "api.example.com")

    def refused() -> bool:
        try:
            with stage.connect(client=stage.clients.issue_cert("client.example.com")) as tls:
                stage.ask(tls)
        except (OSError, IncompleteError):
            return True
        return False

    wait_for(refused, "the authority that was removed lets nobody in any more")


# ── client certificates ───────────────────────────────────────────────

MTLS = """
auth = "mesh"
require = { tags = ["inside"] }
[auth.mesh]
type = "mtls"
identity = "san_uri"
[consumers."orders"]
tags = []
"""
REQUEST = 'client_auth = "request"\nclient_ca = "clients.pem"'


def test_a_client_certificate_is_passed_on_and_never_taken_from_outside(stage: Stage) -> None:
    stage.start(tls=REQUEST)
    client = stage.clients.issue_cert("client.example.com", common_name="client")
    forged = b"Client-Cert: :Zm9yZ2Vk:"
    with stage.connect() as tls:
        assert stage.ask(tls, b"/", forged, b"Client-Cert-Chain: :Zm9yZ2Vk:").status == 200
    assert stage.upstream.requests[-1].value(b"client-cert") is None
    assert stage.upstream.requests[-1].value(b"client-cert-chain") is None
    with stage.connect(client=client) as tls:
        assert stage.ask(tls, b"/", forged).status == 200
    (sent,) = stage.upstream.requests[-1].values(b"client-cert")
    import base64

    der = ssl.PEM_cert_to_DER_cert(client.cert_chain_pems[0].bytes().decode())
    assert sent == b":" + base64.b64encode(der) + b":"


def test_a_certificate_that_is_required_must_come(stage: Stage) -> None:
    stage.start(tls='client_auth = "require"\nclient_ca = "clients.pem"')
    with pytest.raises((OSError, IncompleteError)), stage.connect() as tls:
        stage.ask(tls)
    stranger = trustme.CA(organization_name="strangers").issue_cert("client.example.com")
    with pytest.raises((OSError, IncompleteError)), stage.connect(client=stranger) as tls:
        stage.ask(tls)
    with stage.connect(client=stage.clients.issue_cert("client.example.com")) as tls:
        assert stage.ask(tls).status == 200


def test_the_name_in_a_certificate_is_the_consumer(stage: Stage) -> None:
    stage.start(
        tls=REQUEST,
        rest="""
auth = "mesh"
require = { tags = ["inside"] }
transform = "who"
[transforms.who.request]
set = { x-who = "{consumer}" }
[auth.mesh]
type = "mtls"
identity = "cn"
[consumers.orders]
tags = ["inside"]
""",
    )
    with stage.connect() as tls:
        refused = stage.ask(tls)
        assert refused.status == 401
        assert refused.value(b"www-authenticate") == b"Certificate"
    with stage.connect(client=stage.clients.issue_cert("a.example.com", common_name="stranger")) as tls:
        assert stage.ask(tls).status == 403
    with stage.connect(client=stage.clients.issue_cert("a.example.com", common_name="orders")) as tls:
        assert stage.ask(tls).status == 200
    assert stage.upstream.requests[-1].value(b"x-who") == b"orders"


# ── beside it ─────────────────────────────────────────────────────────


def test_plain_listeners_send_to_https(stage: Stage) -> None:
    stage.start(tls="redirect_http = true", more=', "unix:plain.sock"', server='health_path = "/health"')
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(5)
        plain.connect(str(stage.gateway.directory / "plain.sock"))
        response = stage.ask(plain, b"/a%20b?c=d")
        assert (response.status, response.value(b"location")) == (308, b"https://api.example.com/a%20b?c=d")
        assert stage.ask(plain, b"/health").status == 200
    assert stage.upstream.requests == []


SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"


def v2(address: str, *, command: int = 1, extra: bytes = b"") -> bytes:
    """A header of version 2."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    packed = socket.inet_pton(family, address)
    body = packed + packed + struct.pack(">HH", 4711, 443) + extra
    return (
        SIGNATURE
        + bytes([0x20 | command, 0x21 if family == socket.AF_INET6 else 0x11])
        + struct.pack(">H", len(body))
        + body
    )


PROXY = 'proxy_protocol = true\ntrusted_proxies = ["127.0.0.1"]'


@pytest.mark.parametrize(
    ("header", "client"),
    [
        (b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n", b"192.0.2.7"),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n", b"2001:db8::7"),
        (b"PROXY UNKNOWN\r\n", b"127.0.0.1"),
        (v2("192.0.2.8"), b"192.0.2.8"),
        (v2("2001:db8::8", extra=b"\x04\x00\x03abc"), b"2001:db8::8"),
        (v2("192.0.2.8", command=0), b"127.0.0.1"),
    ],
)
def test_a_proxy_header_comes_before_the_handshake(stage: Stage, header: bytes, client: bytes) -> None:
    stage.start(server=PROXY)
    with stage.connect(before=header) as tls:
        assert stage.ask(tls).status == 200
    assert stage.upstream.requests[-1].value(b"x-forwarded-for") == client


def test_a_proxy_header_may_come_byte_by_byte(stage: Stage) -> None:
    stage.start(server=PROXY)
    for header in (b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n", v2("192.0.2.7")):
        plain = socket.create_connection(stage.gateway.address, timeout=5)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in header:
            plain.send(bytes([byte]))
        with stage.context().wrap_socket(plain, server_hostname="api.example.com") as tls:
            assert stage.ask(tls).status == 200
        assert stage.upstream.requests[-1].value(b"x-forwarded-for") == b"192.0.2.7"


@pytest.mark.parametrize(
    "junk",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PROXY TCP4 nowhere 1.1.1.1 1 1\r\n",
        SIGNATURE + b"\x31\x11\x00\x00",
    ],
)
def test_a_trusted_proxy_that_sends_none_is_closed(stage: Stage, junk: bytes) -> None:
    stage.start(server=PROXY)
    with socket.create_connection(stage.gateway.address, timeout=5) as plain:
        plain.sendall(junk)
        with pytest.raises(OSError):
            while plain.recv(4096):
                pass
            raise ConnectionResetError
    stage.gateway.wait_for_line("closed a connection of a trusted proxy")


def test_a_header_of_somebody_else_is_a_malformed_request(stage: Stage) -> None:
    stage.start(server='proxy_protocol = true\ntrusted_proxies = ["10.0.0.0/8"]', more=', "unix:plain.sock"')
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(5)
        plain.connect(str(stage.gateway.directory / "plain.sock"))
        plain.sendall(b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n")
        assert stage.ask(plain).status == 400
    assert stage.upstream.requests == []


def test_a_connection_does_not_outlive_the_authority_that_let_it_in(stage: Stage) -> None:
    """Whoever is to be shut out would only have to stay."""
    front = stage.start(tls='client_auth = "require"\nclient_ca = "clients.pem"')
    client = stage.clients.issue_cert("client.example.com")
    with stage.connect(client=client) as idle, stage.connect(client=client) as busy:
        assert stage.ask(idle).status == stage.ask(busy).status == 200
        busy.sendall(b"POST / HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 2\r\n\r\n")
        wait_for(lambda: any(b"POST" in got for got in stage.upstream.received()), "the request is under way")
        before = len(front.lines)
        fresh = front.directory / "clients.new"
        trustme.CA(organization_name="others").cert_pem.write_to_path(str(fresh))
        fresh.replace(front.directory / "clients.pem")
        front.wait_for_line("reloaded", before)

        idle.settimeout(5)
        assert idle.recv(100) == b"", "it is closed"
        busy.sendall(b"ok")
        answered = read_response(Source(b"", lambda: busy.recv(65536)), b"POST")
        assert (answered.status, answered.value(b"connection")) == (200, b"close"), "what is under way is finished"


def test_a_new_certificate_of_the_servers_ends_no_connection(stage: Stage) -> None:
    front = stage.start(tls=REQUEST)
    with stage.connect() as tls:
        assert stage.ask(tls).status == 200
        before = len(front.lines)
        stage.issue("main", "api.example.com", "new.example.com")
        front.wait_for_line("reloaded", before)

        assert stage.ask(tls).status == 200
