"""Active checks on real sockets: who fails them gets no traffic, who passes them again does, and panic is visible."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.secure import Authority, SecureUpstream
from tests.support.upstream import OK, RawUpstream, Script
from tests.support.waiting import wait_for


class Checked:
    """An upstream with a name that it answers, whose checks the test lets pass or fail."""

    def __init__(self, upstream: RawUpstream, name: bytes) -> None:
        self.upstream, self.name = upstream, name
        self.healthy = threading.Event()
        self.healthy.set()
        self.checks: list[dict[bytes, bytes]] = []
        self.says = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
        upstream.script = self.script

    def script(self, connection: Connection) -> None:
        request = connection.read_request()
        if request.target == b"/healthz":
            self.checks.append({name: request.values(name)[0] for name in (b"host", b"user-agent")})
            connection.send(OK if self.healthy.is_set() else self.says)
        else:
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(self.name), self.name))


@pytest.fixture
def pair(upstream: RawUpstream) -> Any:
    with RawUpstream() as other:
        yield Checked(upstream, b"one"), Checked(other, b"two")


def config(*checked: Checked, health: str = 'path = "/healthz"') -> str:
    instances = ", ".join(f'{{ id = "{c.name.decode()}", url = "{c.upstream.url}" }}' for c in checked)
    return f"""
    version = 1
    [services.up]
    instances = [{instances}]
    [services.up.health]
    interval = "250ms"
    timeout = "250ms"
    {health}
    [routes.all]
    path = "/*"
    service = "up"
    """


def who(front: Gateway, times: int = 4) -> set[bytes]:
    return {exchange(front.address, get()).body for _ in range(times)}


def shown(front: Gateway) -> dict[str, Any]:
    answer = exchange(front.admin, b"GET /services HTTP/1.0\r\nHost: localhost\r\n\r\n")
    service: dict[str, Any] = json.loads(answer.body)["services"][0]
    return service


def test_an_instance_that_fails_its_checks_is_out_until_it_passes_them(gateway: Gateways, pair: Any) -> None:
    one, two = pair
    front = gateway(config(one, two))
    assert who(front) == {b"one", b"two"}
    one.healthy.clear()
    front.wait_for_line("instance one of service up is unhealthy: status 503")
    wait_for(lambda: who(front) == {b"two"}, "only the healthy one gets traffic")
    assert front.metric('gatewayctl_upstream_available{service="up",instance="one"}') == 0
    first, second = shown(front)["instances"]
    assert (first["against"], first["health"]) == (["health"], {"healthy": False, "problem": "status 503"})
    assert second["health"] == {"healthy": True, "problem": None}
    one.healthy.set()

    wait_for(lambda: who(front) == {b"one", b"two"}, "both get traffic again")
    assert one.checks[0] == {b"host": one.upstream.authority, b"user-agent": b"gatewayctl-health"}


def test_when_all_are_out_all_get_traffic_and_that_shows(gateway: Gateways, pair: Any) -> None:
    one, two = pair
    for each in pair:
        each.healthy.clear()
    front = gateway(config(one, two))
    wait_for(lambda: shown(front)["panic"], "panic")

    assert who(front) == {b"one", b"two"}
    assert front.metric('gatewayctl_service_panic{service="up"}') == 1


def test_the_first_check_is_made_at_once_and_decides(gateway: Gateways, pair: Any) -> None:
    one, two = pair
    one.healthy.clear()
    front = gateway(config(one, two, health='path = "/healthz"\nunhealthy_after = 1000'))

    wait_for(lambda: who(front) == {b"two"}, "the dead one is known from the start")


def test_a_check_carries_its_headers_and_no_cookie_that_an_instance_has_set(
    gateway: Gateways, upstream: RawUpstream
) -> None:
    checked = Checked(upstream, b"one")
    upstream.answer(b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0\r\n\r\n")
    gateway(config(checked, health='path = "/healthz"\nheaders = { x-from = "Zoë" }'))
    wait_for(lambda: len(upstream.requests) > 3, "it has been checked a few times")

    assert all(request.value(b"cookie") is None for request in upstream.requests)
    assert all(request.value(b"x-from") == "Zoë".encode() for request in upstream.requests)


def test_a_verdict_outlives_a_reload(gateway: Gateways, pair: Any) -> None:
    one, two = pair
    one.healthy.clear()
    front = gateway(config(one, two))
    wait_for(lambda: who(front) == {b"two"}, "one is out")
    front.write(config(one, two).replace('timeout = "250ms"', 'timeout = "240ms"'))
    front.wait_for_line("reloaded: 1 service changed")

    assert who(front, 8) == {b"two"}


def test_without_checks_nothing_stands_against_anybody_any_more(gateway: Gateways, pair: Any) -> None:
    one, two = pair
    one.healthy.clear()
    front = gateway(config(one, two))
    wait_for(lambda: who(front) == {b"two"}, "one is out")
    text = config(one, two)
    start, end = text.index("[services.up.health]"), text.index("[routes.all]")
    front.write(text[:start] + text[end:])
    front.wait_for_line("reloaded: 1 service changed")

    assert who(front) == {b"one", b"two"}


def redirect(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 302 Found\r\nLocation: /healthz\r\nContent-Length: 0\r\n\r\n")


def silence(connection: Connection) -> None:
    connection.read_request()


@pytest.mark.parametrize(
    ("script", "health", "problem"),
    [
        (redirect, 'path = "/healthz"\nstatuses = [200]', "status 302"),
        (silence, 'path = "/healthz"', "no answer within 250ms"),
    ],
)
def test_redirects_are_not_followed_and_silence_is_bounded(
    gateway: Gateways, upstream: RawUpstream, script: Script, health: str, problem: str
) -> None:
    checked = Checked(upstream, b"one")
    if script is redirect:
        upstream.script = redirect
    else:
        checked.says, checked.healthy = b"", threading.Event()
    front = gateway(config(checked, health=health))

    front.wait_for_line(f"instance one of service up is unhealthy: {problem}")


def test_checks_can_go_to_another_port_and_be_just_a_connection(gateway: Gateways, upstream: RawUpstream) -> None:
    with RawUpstream() as other:
        checked = Checked(upstream, b"one")
        front = gateway(config(checked, health=f'type = "tcp"\nport = {other.port}'))
        wait_for(lambda: (shown(front)["instances"][0]["health"] or {}).get("healthy"), "the other port is open")
        port = other.port
    assert port
    front.wait_for_line("instance one of service up is unhealthy: Connection refused")


def test_checks_go_over_tls_where_the_service_does(gateway: Gateways, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with (
        SecureUpstream(authority.server("up.internal")) as good,
        SecureUpstream(Authority(tmp_path, "stranger").server("up.internal")) as bad,
    ):
        front = gateway(
            f"""
            version = 1
            [services.up]
            instances = [{{ id = "one", url = "https://127.0.0.1:{good.port}" }},
                         {{ id = "two", url = "https://127.0.0.1:{bad.port}" }}]
            tls = {{ ca = "{authority.file}", server_name = "up.internal" }}
            health = {{ path = "/healthz", interval = "1s", timeout = "1s" }}
            [routes.all]
            path = "/*"
            service = "up"
            """
        )
        front.wait_for_line("instance two of service up is unhealthy")
        wait_for(lambda: (shown(front)["instances"][0]["health"] or {}).get("healthy"), "the first one is healthy")

        assert "certificate verify failed" in shown(front)["instances"][1]["health"]["problem"]
        assert {exchange(front.address, get()).status for _ in range(4)} == {200}
