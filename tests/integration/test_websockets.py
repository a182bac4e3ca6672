"""WebSockets through the tunnel, with a real library at both ends."""

import contextlib
import os
import threading
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import Server, ServerConnection, serve

from tests.conftest import Gateways
from tests.support.gateway import Gateway
from tests.support.waiting import wait_for


class Echo:
    """A WebSocket server that says everything back; it closes when told ``close`` and counts who is there."""

    def __init__(self) -> None:
        self.present = 0
        self.close_codes: list[int | None] = []
        self.paths: list[str] = []
        self.server: Server = serve(self._talk, "127.0.0.1", 0, max_size=None, compression=None)
        self.port: int = self.server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def _talk(self, connection: ServerConnection) -> None:
        self.present += 1
        assert connection.request is not None
        self.paths.append(connection.request.path)
        try:
            for message in connection:
                if message == "close":
                    connection.close(4001, "as you wish")
                    break
                connection.send(message)
        except ConnectionClosed:
            pass  # an abrupt end is one of the things that are tested
        finally:
            self.close_codes.append(connection.close_code)
            self.present -= 1

    def stop(self) -> None:
        self.server.shutdown()
        self._thread.join(10)


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    """The server behind the gateway."""
    server = Echo()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def front(shared_gateway: Gateways, echo: Echo) -> Gateway:
    """The gateway in front of it."""
    return shared_gateway(
        f"""
        version = 1
        [services.echo]
        instances = [{{ id = "one", url = "http://127.0.0.1:{echo.port}" }}]
        [routes.echo]
        path = "/*"
        service = "echo"
        [routes.closed]
        path = "/closed"
        service = "echo"
        upgrades = []
        """
    )


def _connect(front: Gateway, path: str = "/") -> ClientConnection:
    url = f"ws://127.0.0.1:{front.address[1]}{path}"
    return connect(url, max_size=None, compression=None, proxy=None, open_timeout=20, close_timeout=20)


def test_messages_go_both_ways(front: Gateway) -> None:
    with _connect(front) as socket:
        for message in ("hello", b"\x00\x01\xff", "ümlaut", ""):
            socket.send(message)
            assert socket.recv(timeout=20) == message


def test_a_message_of_a_mebibyte_arrives_whole(front: Gateway) -> None:
    message = os.urandom(1 << 20)
    with _connect(front) as socket:
        socket.send(message)
        assert socket.recv(timeout=20) == message


def test_a_message_in_fragments_arrives_whole(front: Gateway) -> None:
    with _connect(front) as socket:
        socket.send(iter(["one ", "two ", "three"]))
        assert socket.recv(timeout=20) == "one two three"


def test_a_ping_is_answered_by_the_other_end(front: Gateway) -> None:
    with _connect(front) as socket:
        assert socket.ping(b"are you there").wait(20)


def test_the_path_and_query_reach_the_service(front: Gateway, echo: Echo) -> None:
    with _connect(front, "/chat/room?token=a%20b") as socket:
        socket.send("hello")
        socket.recv(timeout=20)
    assert "/chat/room?token=a%20b" in echo.paths


def test_a_close_by_the_client_reaches_the_service(front: Gateway, echo: Echo) -> None:
    with _connect(front) as socket:
        socket.send("hello")
        socket.recv(timeout=20)
        socket.close(4002, "enough")

    wait_for(lambda: 4002 in echo.close_codes)


def test_a_close_by_the_service_reaches_the_client(front: Gateway) -> None:
    with _connect(front) as socket:
        socket.send("close")
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=20)

        assert (socket.close_code, socket.close_reason) == (4001, "as you wish")


def test_a_client_that_vanishes_is_gone_for_the_service_too(front: Gateway, echo: Echo) -> None:
    wait_for(lambda: echo.present == 0)
    with _connect(front) as socket:
        wait_for(lambda: echo.present == 1)
        socket.socket.shutdown(2)

        wait_for(lambda: echo.present == 0)


def test_a_socket_that_has_ended_is_off_the_books(front: Gateway) -> None:
    with _connect(front, "/counted") as socket:
        assert front.metric("gatewayctl_in_flight_requests") >= 1
        socket.send("hello")
        socket.recv(timeout=20)

    entry = front.wait_for_access(lambda line: "/counted" in str(line))
    assert entry["status"] == 101
    front.come_to_rest()


def test_twenty_sockets_at_once_do_not_mix(front: Gateway) -> None:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(_connect(front, f"/{i}")) for i in range(20)]
        for i, socket in enumerate(sockets):
            socket.send(f"message {i}")

        assert [socket.recv(timeout=20) for socket in sockets] == [f"message {i}" for i in range(20)]


def test_a_route_without_upgrades_opens_no_socket(front: Gateway) -> None:
    with pytest.raises(InvalidStatus):
        _connect(front, "/closed")
