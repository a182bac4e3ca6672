"""The end of a process: what is idle goes at once, what runs finishes, and nothing new begins (behaviour: 23)."""

from tests.support.http1 import chunked, lines
from tests.unit.proxy.scene import Scene, ask, scene


def drain(s: Scene) -> None:
    """As the server does it: connections are told, and close after their response."""
    s.gateway.draining = True
    for connection in list(s.gateway.connections):
        connection.shutdown()
    s.settle()


def test_idle_connections_close_at_once() -> None:
    with scene() as s:
        fresh, used = s.client(), s.client()
        used.ask(target=b"/health")
        drain(s)

        assert fresh.closed
        assert used.closed


def test_a_request_in_flight_is_finished_and_the_connection_closed() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        drain(s)
        s.upstream().answer()
        response = client.response()

        assert (response.body, response.values(b"connection")) == (b"hello", [b"close"])
        assert client.closed


def test_a_response_in_flight_is_finished_and_the_connection_closed() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked"))
        drain(s)
        s.upstream().send(chunked(b"hello"))

        assert client.response().body == b"hello"
        assert client.closed


def test_an_upload_in_flight_is_finished() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 10", body=b"first")
        drain(s)
        client.send(b"there")
        assert s.upstream().request().body == b"firstthere"
        s.upstream().answer()
        assert client.response().status == 200
        assert client.closed


def test_a_request_that_waits_in_line_is_not_begun() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(target=b"/1") + ask(target=b"/2"))
        drain(s)
        s.upstream().answer()

        assert client.response().values(b"connection") == [b"close"]
        assert client.closed
        assert len(s.log) == 1


def test_health_says_no_while_the_gateway_leaves() -> None:
    with scene() as s:
        client = s.client()
        client.ask(target=b"/health")
        assert client.response().status == 200
        s.gateway.leaving = True
        client.ask(target=b"/health")
        response = client.response()

        assert (response.status, response.body) == (503, b"draining\n")
        assert not client.closed, "leaving is not draining yet"


def test_what_does_not_end_in_its_grace_is_dropped() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        drain(s)
        for connection in list(s.gateway.connections):
            connection.drop()
        s.settle()

        assert client.closed
        assert s.upstream().closed
        assert len(s.log) == 1


def test_uvicorns_shutdown_alone_closes_after_the_response() -> None:
    """It calls ``shutdown`` on each connection and knows nothing of gateways."""
    with scene() as s:
        client = s.client()
        client.ask()
        client.protocol.shutdown()
        s.upstream().answer()

        assert client.response().values(b"connection") == [b"close"]
        assert client.closed


def test_a_tunnel_outlives_draining_until_it_is_dropped() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", b"Connection: upgrade", b"Upgrade: websocket")
        s.upstream().send(lines(b"HTTP/1.1 101 Switching Protocols", b"Connection: upgrade", b"Upgrade: websocket"))
        client.got()
        drain(s)
        client.send(b"ping")
        assert s.upstream().got().endswith(b"ping")
        for connection in list(s.gateway.connections):
            connection.drop()
        s.settle()

        assert client.closed
        assert s.upstream().closed
        assert len(s.log) == 1


def test_a_connection_that_ends_is_told_to_whoever_counts() -> None:
    with scene() as s:
        ended: list[int] = []
        s.gateway.on_connection_closed = lambda: ended.append(len(s.gateway.connections))
        clients = [s.client() for _ in range(3)]
        for client in clients:
            client.reset()

        assert ended == [2, 1, 0]


def test_what_is_cut_when_the_grace_is_over_is_not_the_clients_doing() -> None:
    with scene() as s:
        waiting, reading = s.client(), s.client()
        waiting.ask()
        reading.ask()
        s.upstream(1).send(lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked"))
        drain(s)
        for connection in list(s.gateway.connections):
            connection.drop()
        s.settle()

        assert sorted((line["status"], line["reason"]) for line in s.log) == [
            (200, "shutting_down"),
            (503, "shutting_down"),
        ]
