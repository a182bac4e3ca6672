"""Flat memory: a GiB either way, readers that do not read, and ten thousand connections that do nothing."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.conftest import Gateways
from tests.support.cases import HOST, get
from tests.support.client import Client
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.http1 import lines
from tests.support.memory import descriptors, raise_descriptor_limit, resident
from tests.support.upstream import RawUpstream
from tests.support.waiting import wait_for, wait_until_still

MIB = 1 << 20
GIB = 1 << 30
PIECE = bytes(MIB)
ROOM = 16 * MIB
"""By how much memory may grow while a GiB goes through."""
IDLE = 10_000


@pytest.fixture
def sink(upstream: RawUpstream) -> RawUpstream:
    """An upstream that does not keep what it is sent."""
    upstream.recording = False
    return upstream


@pytest.fixture
def front(gateway: Gateways, sink: RawUpstream) -> Gateway:
    """A gateway that lets bodies of any size through."""
    return gateway(
        f"""
        version = 1
        [server]
        max_connections = {IDLE + 100}
        keepalive_timeout = "10m"
        header_timeout = "10m"
        [services.up]
        first_byte_timeout = "2m"
        instances = [{{ id = "one", url = "{sink.url}" }}]
        [routes.all]
        path = "/*"
        service = "up"
        timeout = "2m"
        max_body_size = "unlimited"
        """
    )


class Peak:
    """The highest resident memory of a process while the block runs, over what it was at the start."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.start = self.highest = resident(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self.highest = max(self.highest, resident(self.pid))

    @property
    def growth(self) -> int:
        return self.highest - self.start


def _warm(front: Gateway) -> None:
    with front.client() as client:
        assert client.send(get()).response().status == 200


@pytest.mark.parametrize("how", ["with a length", "in chunks"])
def test_a_gib_comes_down_in_flat_memory(front: Gateway, sink: RawUpstream, how: str) -> None:
    _warm(front)

    def send(connection: Connection) -> None:
        connection.read_request()
        if how == "with a length":
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIB, *[PIECE] * 1024)
        else:
            connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.send(*[b"100000\r\n" + PIECE + b"\r\n"] * 1024, b"0\r\n\r\n")

    sink.script = send
    total, buffer = 0, bytearray(MIB)
    with front.client(timeout=60) as client, Peak(front.pid) as peak:
        client.send(get())
        client.receive_until(b"\r\n\r\n")
        total += len(client.source.buffer)
        tail = bytes(client.source.buffer[-5:])
        while total < GIB or (how == "in chunks" and tail != b"0\r\n\r\n"):
            count = client.socket.recv_into(buffer)
            assert count, f"cut after {total} bytes"
            total += count
            tail = (tail + bytes(buffer[max(0, count - 5) : count]))[-5:]

    assert total >= GIB
    assert peak.growth < ROOM, f"{peak.growth / MIB:.1f} MiB"


@pytest.mark.parametrize("how", ["with a length", "in chunks"])
def test_a_gib_goes_up_in_flat_memory(front: Gateway, sink: RawUpstream, how: str) -> None:
    _warm(front)
    arrived = 0

    def receive(connection: Connection) -> None:
        nonlocal arrived
        connection.read_head()
        wanted = GIB
        arrived = len(connection.source.buffer)
        last = bytes(connection.source.buffer[-5:])
        connection.source.buffer.clear()
        while arrived < wanted or (how == "in chunks" and last != b"0\r\n\r\n"):
            assert connection.source.pull(), f"cut after {arrived} bytes"
            arrived += len(connection.source.buffer)
            last = (last + bytes(connection.source.buffer[-5:]))[-5:]
            connection.source.buffer.clear()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    sink.script = receive
    with front.client(timeout=60) as client, Peak(front.pid) as peak:
        if how == "with a length":
            client.send(lines(b"POST / HTTP/1.1", HOST, b"Content-Length: %d" % GIB), *[PIECE] * 1024)
        else:
            client.send(lines(b"POST / HTTP/1.1", HOST, b"Transfer-Encoding: chunked"))
            client.send(*[b"100000\r\n" + PIECE + b"\r\n"] * 1024, b"0\r\n\r\n")
        response = client.response()

    assert (response.status, response.body) == (200, b"ok")
    assert arrived >= GIB
    assert peak.growth < ROOM, f"{peak.growth / MIB:.1f} MiB"


def test_a_client_that_does_not_read_stops_the_service(front: Gateway, sink: RawUpstream) -> None:
    _warm(front)
    sender: list[Connection] = []

    def send(connection: Connection) -> None:
        connection.read_request()
        sender.append(connection)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIB, *[PIECE] * 1024)

    sink.script = send
    with front.client(receive_buffer=65536) as client, Peak(front.pid) as peak:
        client.send(get())
        wait_for(lambda: bool(sender) and sender[0].sent > 0)
        sent = wait_until_still(lambda: sender[0].sent)

        assert sent < 32 * MIB, "what was sent fits into the buffers of the kernel and 64 KiB of ours"
        read = 0
        while sender[0].sent == sent:
            read += len(client.receive(MIB))
            assert read < 64 * MIB, "reading on lets the service go on"
    assert peak.growth < ROOM, f"{peak.growth / MIB:.1f} MiB"


def test_a_service_that_does_not_read_stops_the_client(front: Gateway, sink: RawUpstream) -> None:
    _warm(front)
    go_on = threading.Event()
    sent = 0

    def hold(connection: Connection) -> None:
        connection.read_head()
        connection.wait(go_on)
        connection.read_to_end()

    sink.script = hold
    with front.client() as client, Peak(front.pid) as peak:
        client.send(lines(b"POST / HTTP/1.1", HOST, b"Content-Length: %d" % GIB))
        client.socket.settimeout(1)
        with pytest.raises(TimeoutError):
            while sent < GIB:
                sent += client.socket.send(PIECE)
        assert sent < 64 * MIB, "what was sent fits into the buffers of the kernel and 64 KiB of ours"
        go_on.set()
    assert peak.growth < ROOM, f"{peak.growth / MIB:.1f} MiB"


def test_a_hundred_readers_that_do_not_read_cost_bounded_memory(front: Gateway, sink: RawUpstream) -> None:
    _warm(front)

    def send(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIB, *[PIECE] * 1024)

    sink.script = send
    clients = [front.client(receive_buffer=4096) for _ in range(100)]
    with Peak(front.pid) as peak:
        for client in clients:
            client.send(get())
        wait_until_still(lambda: sum(c.sent for c in sink.connections))
    for client in clients:
        client.socket.close()

    assert peak.growth < 100 * 1024 * 512 + ROOM, f"{peak.growth / MIB:.1f} MiB for 100 connections"


@pytest.fixture
def many_descriptors() -> None:
    """Room for the connections of this process and, inherited, of the gateway."""
    if not raise_descriptor_limit(IDLE + 1000):
        pytest.skip(f"the limit of file descriptors is below {IDLE + 1000}")


@pytest.fixture
def roomy(many_descriptors: None, front: Gateway) -> Iterator[tuple[Gateway, list[Client]]]:
    """The gateway, started after the limit was raised, and a list of clients that are closed in the end."""
    clients: list[Client] = []
    yield front, clients
    for client in clients:
        client.socket.close()


@pytest.mark.parametrize("kind", ["that have said nothing", "that have been served once"])
def test_ten_thousand_idle_connections_cost_little(roomy: tuple[Gateway, list[Client]], kind: str) -> None:
    front, clients = roomy
    for _ in range(200):
        _warm(front)
    wait_until_still(lambda: descriptors(front.pid))
    before = resident(front.pid)
    for number in range(IDLE):
        client = Client(front.address)
        clients.append(client)
        if kind == "that have been served once":
            assert client.send(get()).response().status == 200
        elif number % 100 == 99:
            wait_for(lambda n=number: descriptors(front.pid) > n, "all of them are accepted")  # type: ignore[misc]
    each = (resident(front.pid) - before) / IDLE

    assert each < 5 * 1024, f"{each:.0f} bytes a connection"
    _warm(front)


def test_running_out_of_file_descriptors_is_survived(gateway: Gateways, upstream: RawUpstream) -> None:
    front = gateway(
        f"""
        version = 1
        [services.up]
        instances = [{{ id = "one", url = "{upstream.url}" }}]
        [routes.all]
        path = "/*"
        service = "up"
        """,
        descriptor_limit=80,
    )
    _warm(front)
    crowd = []
    for _ in range(150):
        sock = socket.socket()
        sock.settimeout(5)
        sock.connect(front.address)
        crowd.append(sock)
    wait_until_still(lambda: descriptors(front.pid))
    for sock in crowd:
        sock.close()

    wait_for(lambda: descriptors(front.pid) < 60, "the crowd is gone")
    _warm(front)
