"""Server-sent events: each reaches the client as it is sent, and the service learns when the client leaves."""

import threading

import httpx
import pytest

from tests.conftest import Gateways
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.upstream import RawUpstream

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def front(gateway: Gateways, upstream: RawUpstream) -> Gateway:
    """A gateway in front of the scripted upstream."""
    return gateway(
        f"""
        version = 1
        [services.up]
        instances = [{{ id = "one", url = "{upstream.url}" }}]
        [routes.all]
        path = "/*"
        service = "up"
        """
    )


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def test_each_event_arrives_before_the_next_is_sent(front: Gateway, upstream: RawUpstream) -> None:
    seen = [threading.Event() for _ in range(5)]

    def events(connection: Connection) -> None:
        connection.read_request()
        connection.send(HEAD)
        for number, arrived in enumerate(seen):
            connection.send(_chunk(b"data: %d\n\n" % number))
            connection.wait(arrived)
        connection.send(b"0\r\n\r\n")

    upstream.script = events
    received = []
    with httpx.Client(timeout=20) as client, client.stream("GET", f"{front.url}/events") as response:
        assert response.headers["content-type"] == "text/event-stream"
        for line in response.iter_lines():
            if line:
                received.append(line)
                seen[len(received) - 1].set()

    assert received == [f"data: {number}" for number in range(5)]


def test_the_head_arrives_before_the_first_event(front: Gateway, upstream: RawUpstream) -> None:
    go_on = threading.Event()

    def events(connection: Connection) -> None:
        connection.read_request()
        connection.send(HEAD)
        connection.wait(go_on)
        connection.send(_chunk(b"data: 1\n\n") + b"0\r\n\r\n")

    upstream.script = events
    with httpx.Client(timeout=20) as client, client.stream("GET", f"{front.url}/events") as response:
        assert response.status_code == 200
        go_on.set()
        assert response.read() == b"data: 1\n\n"


def test_a_service_that_streams_until_its_end_is_streamed_too(front: Gateway, upstream: RawUpstream) -> None:
    seen = threading.Event()

    def events(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        connection.wait(seen)
        connection.send(b"data: 2\n\n")
        connection.shut()

    upstream.script = events
    with httpx.Client(timeout=20) as client, client.stream("GET", f"{front.url}/events") as response:
        lines = response.iter_lines()
        assert next(lines) == "data: 1"
        seen.set()
        assert [line for line in lines if line] == ["data: 2"]


def test_the_service_learns_that_the_client_has_left(front: Gateway, upstream: RawUpstream) -> None:
    def events(connection: Connection) -> None:
        connection.read_request()
        connection.send(HEAD + _chunk(b"data: 1\n\n"))
        connection.read_to_end()

    upstream.script = events
    with httpx.Client(timeout=20) as client, client.stream("GET", f"{front.url}/events") as response:
        assert next(response.iter_lines()) == "data: 1"
    (connection,) = upstream.connections

    connection.wait_end()
