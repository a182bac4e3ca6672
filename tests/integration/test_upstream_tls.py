"""https instances: what is verified, what the gateway shows of itself, what is said when it fails, and changed files."""

import json
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.gateway import Gateway
from tests.support.secure import Authority, SecureUpstream
from tests.support.waiting import wait_for


def config(port: int, tls: str, host: str = "localhost", scheme: str = "https", more: str = "") -> str:
    return f"""
    version = 1
    [services.up]
    instances = [{{ id = "one", url = "{scheme}://{host}:{port}" }}]
    {more}
    [services.up.tls]
    {tls}
    [routes.all]
    path = "/*"
    service = "up"
    """


def answer(front: Gateway) -> dict[str, Any]:
    response = exchange(front.address, get())
    assert response.status == 200, response.body
    facts: dict[str, Any] = json.loads(response.body)
    return facts


def problem(front: Gateway) -> tuple[str, str]:
    """Reason and detail of the answer, which is a 502 and says nothing of where the service is."""
    response = exchange(front.address, get())
    assert response.status == 502, response.body
    assert b"127.0.0.1" not in response.raw
    assert b"users.internal" not in response.raw
    members = json.loads(response.body)
    return members["reason"], members["detail"]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def test_an_instance_of_a_private_authority_is_asked_by_its_name(gateway: Gateways, authority: Authority) -> None:
    with SecureUpstream(authority.server("localhost")) as upstream:
        front = gateway(config(upstream.port, f'ca = "{authority.file}"'))
        facts = answer(front)

        assert (facts["sni"], facts["alpn"]) == ("localhost", "http/1.1")
        assert facts["host"] == f"localhost:{upstream.port}"
        answer(front)
        assert upstream.connections == 1, "TLS connections are kept too"


def test_the_name_that_is_asked_for_and_checked_can_be_another(gateway: Gateways, authority: Authority) -> None:
    with SecureUpstream(authority.server("users.internal")) as upstream:
        tls = f'ca = "{authority.file}"\nserver_name = "users.internal"'
        front = gateway(config(upstream.port, tls, host="127.0.0.1"))

        assert answer(front)["sni"] == "users.internal"


def test_an_address_is_checked_as_an_address(gateway: Gateways, authority: Authority) -> None:
    with SecureUpstream(authority.server("127.0.0.1")) as upstream:
        front = gateway(config(upstream.port, f'ca = "{authority.file}"', host="127.0.0.1"))

        assert answer(front)["sni"] is None


def test_a_certificate_that_nobody_vouches_for_is_refused(gateway: Gateways, authority: Authority) -> None:
    with SecureUpstream(authority.server("localhost")) as upstream:
        front = gateway(config(upstream.port, ""))

        assert problem(front) == (
            "tls_certificate",
            "The service's certificate comes from an authority that is not trusted.",
        )


def test_a_certificate_for_another_name_is_refused(gateway: Gateways, authority: Authority) -> None:
    with SecureUpstream(authority.server("other.internal")) as upstream:
        front = gateway(config(upstream.port, f'ca = "{authority.file}"'))

        assert problem(front) == ("tls_certificate", "The service's certificate is for another name.")


def test_a_certificate_that_has_expired_is_refused(gateway: Gateways, authority: Authority) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    with SecureUpstream(authority.server("localhost", not_before=past, not_after=past.replace(year=2021))) as upstream:
        front = gateway(config(upstream.port, f'ca = "{authority.file}"'))

        assert problem(front) == ("tls_certificate", "The service's certificate has expired.")


def test_without_verification_any_certificate_will_do(gateway: Gateways, authority: Authority) -> None:
    with SecureUpstream(authority.server("other.internal")) as upstream:
        front = gateway(config(upstream.port, "verify = false"))

        assert answer(front)["sni"] == "localhost"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_gateway_shows_its_certificate(gateway: Gateways, authority: Authority, version: int) -> None:
    cert, key = authority.certificate("gateway.internal", file="gw")
    with SecureUpstream(authority.server("localhost", clients=True, version=version)) as upstream:
        tls = f'ca = "{authority.file}"\ncert = "{cert}"\nkey = "{key}"'
        front = gateway(config(upstream.port, tls))

        assert answer(front)["client"] == ["gateway.internal"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_service_that_misses_the_gateways_certificate_is_told_apart(
    gateway: Gateways, authority: Authority, version: int
) -> None:
    with SecureUpstream(authority.server("localhost", clients=True, version=version)) as upstream:
        front = gateway(config(upstream.port, f'ca = "{authority.file}"'))
        reason, detail = problem(front)

        assert reason == "tls_failed"
        assert "certificate" in detail


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_service_that_refuses_the_gateways_certificate_is_told_apart(
    gateway: Gateways, authority: Authority, tmp_path: Path, version: int
) -> None:
    cert, key = Authority(tmp_path, "stranger").certificate("gateway.internal", file="gw")
    with SecureUpstream(authority.server("localhost", clients=True, version=version)) as upstream:
        front = gateway(config(upstream.port, f'ca = "{authority.file}"\ncert = "{cert}"\nkey = "{key}"'))
        reason, detail = problem(front)

        assert reason == "tls_failed"
        assert detail.startswith("The service refused the gateway's certificate")


def test_a_service_that_speaks_plain_http_is_no_https_instance(gateway: Gateways) -> None:
    with SecureUpstream(None) as upstream:
        front = gateway(config(upstream.port, ""))
        reason, detail = problem(front)

        assert (reason, detail) == ("tls_failed", "The service does not speak TLS.")


def test_a_handshake_that_never_ends_is_bounded_by_the_connect_timeout(gateway: Gateways) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        front = gateway(config(silent.getsockname()[1], "", more='connect_timeout = "300ms"'))
        response = exchange(front.address, get())

        assert (response.status, json.loads(response.body)["reason"]) == (504, "connect_timeout")


def test_a_changed_authority_is_trusted_without_a_restart(
    gateway: Gateways, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "next").mkdir()
    second = Authority(tmp_path / "next")
    with SecureUpstream(authority.server("localhost")) as upstream:
        front = gateway(config(upstream.port, f'ca = "{authority.file}"'))
        answer(front)
        authority.file.write_bytes(second.file.read_bytes())
        front.wait_for_line("reloaded: 1 service changed")

        assert problem(front)[0] == "tls_certificate", "the connection of before is not used any more"
        upstream.context = second.server("localhost")
        upstream.context.sni_callback = upstream._on_name
        answer(front)


def test_a_renewed_certificate_of_the_gateways_is_shown(gateway: Gateways, authority: Authority) -> None:
    cert, key = authority.certificate("old.internal", file="gw")
    with SecureUpstream(authority.server("localhost", clients=True)) as upstream:
        front = gateway(config(upstream.port, f'ca = "{authority.file}"\ncert = "{cert}"\nkey = "{key}"'))
        assert answer(front)["client"] == ["old.internal"]
        authority.certificate("new.internal", file="gw")

        wait_for(lambda: answer(front)["client"] == ["new.internal"], "the new certificate is shown")


def test_a_key_of_another_certificate_stops_the_reload_and_what_ran_goes_on(
    gateway: Gateways, authority: Authority, tmp_path: Path
) -> None:
    cert, key = authority.certificate("gateway.internal", file="gw")
    _, other = authority.certificate("gateway.internal", file="other")
    with SecureUpstream(authority.server("localhost", clients=True)) as upstream:
        front = gateway(config(upstream.port, f'ca = "{authority.file}"\ncert = "{cert}"\nkey = "{key}"'))
        key.write_bytes(other.read_bytes())
        front.wait_for_line("does not belong to its certificate")

        assert answer(front)["client"] == ["gateway.internal"]


# ── unix sockets ──────────────────────────────────────────────────────


def unix(path: str) -> str:
    return f"""
    version = 1
    [services.up]
    instances = [{{ id = "one", url = "{path}" }}]
    [routes.all]
    path = "/*"
    service = "up"
    """


def test_an_instance_can_be_a_unix_socket_beside_the_configuration(gateway: Gateways) -> None:
    front = gateway(unix("unix:up.sock"))
    with SecureUpstream(None, path=str(front.directory / "up.sock")) as upstream:
        assert answer(front)["host"] == "localhost"
        answer(front)
        assert upstream.connections == 1


def test_a_unix_socket_that_is_not_there_is_a_502_that_does_not_say_where(gateway: Gateways) -> None:
    front = gateway(unix("unix:up.sock"))
    response = exchange(front.address, get())

    assert response.status == 502
    assert b"up.sock" not in response.raw
    assert json.loads(response.body)["reason"] == "connect_failed"
