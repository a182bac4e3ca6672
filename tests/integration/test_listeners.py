"""Where the gateway listens, and how it ends: TCP, IPv6, unix sockets; SIGTERM lets requests finish, not for ever."""

import signal
import socket
import threading

import pytest

from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.client import Client, exchange
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.upstream import RawUpstream, Script
from tests.support.waiting import wait_for


def _config(upstream: RawUpstream, server: str = "") -> str:
    return f"""
    version = 1
    [server]
    {server}
    [services.up]
    instances = [{{ id = "one", url = "{upstream.url}" }}]
    [routes.all]
    path = "/*"
    service = "up"
    """


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_several_listeners_serve_side_by_side(gateway: Gateways, upstream: RawUpstream) -> None:
    front = gateway(_config(upstream, 'listen = ["127.0.0.1:0", "127.0.0.1:0", "unix:gateway.sock"]'))

    assert len(front.addresses) == 2
    for address in front.addresses:
        assert exchange(address, get()).status == 200
    assert exchange(str(front.directory / "gateway.sock"), get()).status == 200


@pytest.mark.skipif(not _has_ipv6(), reason="there is no IPv6 loopback")
def test_an_ipv6_listener_tells_the_service_of_its_client(gateway: Gateways, upstream: RawUpstream) -> None:
    front = gateway(_config(upstream, 'listen = "[::1]:0"'))

    assert exchange(front.address, get()).status == 200
    assert upstream.requests[0].values(b"x-forwarded-for") == [b"::1"]


def test_a_unix_socket_is_removed_in_the_end(gateway: Gateways, upstream: RawUpstream) -> None:
    front = gateway(_config(upstream, 'listen = "unix:gateway.sock"'))
    path = front.directory / "gateway.sock"
    assert exchange(str(path), get()).status == 200

    front.stop()

    assert not path.exists()


def test_a_unix_socket_that_was_left_behind_is_replaced(gateway: Gateways, upstream: RawUpstream) -> None:
    front = gateway(_config(upstream, 'listen = "unix:gateway.sock"'))
    front.signal(signal.SIGKILL)
    wait_for(lambda: not front.running)

    again = Gateway(front.directory, front.config.read_text())
    try:
        assert exchange(str(front.directory / "gateway.sock"), get()).status == 200
    finally:
        again.stop()


def _hold(go_on: threading.Event) -> Script:
    def script(connection: Connection) -> None:
        connection.read_request()
        connection.wait(go_on)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")

    return script


def test_sigterm_lets_a_request_finish_and_takes_no_more(gateway: Gateways, upstream: RawUpstream) -> None:
    go_on = threading.Event()
    upstream.script = _hold(go_on)
    front = gateway(_config(upstream, 'shutdown_grace = "20s"'))
    with front.client() as client:
        client.send(get())
        wait_for(lambda: bool(upstream.requests))
        front.signal(signal.SIGTERM)
        wait_for(lambda: _refuses(front), "new connections are refused")
        go_on.set()
        response = client.response()
        client.expect_end()

    assert (response.status, response.body) == (200, b"done")
    assert b"close" in response.tokens(b"connection")
    wait_for(lambda: not front.running)


def _refuses(front: Gateway) -> bool:
    try:
        Client(front.address).socket.close()
    except ConnectionRefusedError:
        return True
    return False


def test_sigterm_ends_idle_connections_at_once(gateway: Gateways, upstream: RawUpstream) -> None:
    front = gateway(_config(upstream, 'shutdown_grace = "60s"'))
    with front.client() as client, front.client() as silent:
        assert client.send(get()).response().status == 200
        front.signal(signal.SIGTERM)

        client.expect_end()
        silent.expect_end()
    wait_for(lambda: not front.running)


def test_what_still_runs_after_the_grace_is_cut(gateway: Gateways, upstream: RawUpstream) -> None:
    go_on = threading.Event()
    upstream.script = _hold(go_on)
    front = gateway(_config(upstream, 'shutdown_grace = "300ms"'))
    with front.client() as client:
        client.send(get())
        wait_for(lambda: bool(upstream.requests))
        front.signal(signal.SIGTERM)

        wait_for(lambda: not front.running, "the gateway ends although a request hangs")
    go_on.set()


def test_a_second_signal_ends_at_once(gateway: Gateways, upstream: RawUpstream) -> None:
    go_on = threading.Event()
    upstream.script = _hold(go_on)
    front = gateway(_config(upstream, 'shutdown_grace = "10m"'))
    with front.client() as client:
        client.send(get())
        wait_for(lambda: bool(upstream.requests))
        front.signal(signal.SIGTERM)
        wait_for(lambda: _refuses(front))
        front.signal(signal.SIGTERM)

        wait_for(lambda: not front.running, "the gateway ends on the second signal")
    go_on.set()
