"""Upgrades (RFC 9110 7.8): an allowed one becomes a tunnel, any other goes no further, an unasked 101 is a 502."""

import pytest

from tests.support.cases import BadResponse, Forwarded, Refused, get, post, table
from tests.support.connection import Connection
from tests.support.http1 import Request, lines
from tests.support.upstream import answer_and_watch
from tests.support.wire import Wire

SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
ASKED = (
    b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Sec-WebSocket-Version: 13",
)  # fmt: skip
WEBSOCKET = get(*ASKED, target=b"/socket")


def _tunnel(connection: Connection) -> None:
    connection.read_request()
    connection.send(SWITCHED)
    while data := bytes(connection.source.buffer) or connection._more():
        connection.source.buffer.clear()
        connection.send(data.upper())


def test_an_allowed_upgrade_becomes_a_tunnel_both_ways(wire: Wire) -> None:
    wire.upstream.script = _tunnel
    with wire.client() as client:
        response = client.send(WEBSOCKET).response()
        assert response.status == 101, response.raw
        assert response.tokens(b"connection") == [b"upgrade"]
        assert response.values(b"upgrade") == [b"websocket"]

        for piece in (b"one", b"two", b"\x00\xff\r\n\r\n"):
            client.send(piece)
            assert client.receive(len(piece)) == piece.upper()


def test_the_upgrade_is_asked_of_the_service_in_full(wire: Wire) -> None:
    wire.upstream.script = _tunnel
    with wire.client() as client:
        client.send(WEBSOCKET).response()
    request: Request = wire.upstream.requests[0]

    assert request.tokens(b"connection") == [b"upgrade"]
    assert request.values(b"upgrade") == [b"websocket"]
    assert request.values(b"sec-websocket-key") == [b"dGhlIHNhbXBsZSBub25jZQ=="]


def test_bytes_sent_with_the_request_reach_the_tunnel(wire: Wire) -> None:
    wire.upstream.script = _tunnel
    with wire.client() as client:
        assert client.send(WEBSOCKET + b"early").response().status == 101
        assert client.receive(5) == b"EARLY"


def test_bytes_sent_with_the_101_reach_the_client(wire: Wire) -> None:
    def eager(connection: Connection) -> None:
        connection.read_request()
        connection.send(SWITCHED + b"greeting")
        connection.read_to_end()

    wire.upstream.script = eager
    with wire.client() as client:
        assert client.send(WEBSOCKET).response().status == 101
        assert client.receive(8) == b"greeting"


def test_a_client_that_closes_ends_the_tunnel(wire: Wire) -> None:
    wire.upstream.script = _tunnel
    with wire.client() as client:
        client.send(WEBSOCKET).response()
    wire.connection_for(b"/socket").wait_end()


def test_a_service_that_closes_ends_the_tunnel(wire: Wire) -> None:
    def short(connection: Connection) -> None:
        connection.read_request()
        connection.send(SWITCHED + b"bye")
        connection.shut()

    wire.upstream.script = short
    with wire.client() as client:
        assert client.send(WEBSOCKET).response().status == 101
        assert client.receive(3) == b"bye"
        client.expect_end()


def test_half_a_tunnel_may_end_before_the_other(wire: Wire) -> None:
    def count(connection: Connection) -> None:
        connection.read_request()
        connection.send(SWITCHED)
        connection.send(b"got %d" % len(connection.read_to_end()))

    wire.upstream.script = count
    with wire.client() as client:
        assert client.send(WEBSOCKET).response().status == 101
        client.send(b"12345").finish()
        assert client.receive(5) == b"got 5"


def test_requests_in_a_tunnel_are_not_the_gateways_business(wire: Wire) -> None:
    wire.upstream.script = _tunnel
    inner = get(target=b"/hello")
    with wire.client() as client:
        client.send(WEBSOCKET).response()
        assert client.send(inner).receive(len(inner)) == inner.upper()


def test_a_service_that_declines_answers_as_usual(wire: Wire) -> None:
    wire.upstream.answer(b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno")
    with wire.client() as client:
        response = client.send(WEBSOCKET).response()
        assert (response.status, response.body) == (426, b"no")

        wire.upstream.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext")
        assert client.send(get()).response().body == b"next"


def test_another_upgrade_may_be_allowed_by_name(wire: Wire) -> None:
    def script(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\n\r\nhi")
        connection.read_to_end()

    wire.upstream.script = script
    with wire.client() as client:
        sent = get(b"Connection: Upgrade", b"Upgrade: echo/1", target=b"/echo-upgrades/x")
        assert client.send(sent).response().status == 101
        assert client.receive(2) == b"hi"


def _declined(name: str, *more: bytes, target: bytes = b"/") -> Forwarded:
    return Forwarded(name, get(*more, target=target), target=target, absent=[b"upgrade", b"connection"])


@table(
    _declined("h2c", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"),
    _declined("h2c in capitals", b"Connection: Upgrade", b"Upgrade: H2C"),
    _declined("TLS", b"Connection: Upgrade", b"Upgrade: TLS/1.0"),
    _declined("an unknown one", b"Connection: Upgrade", b"Upgrade: echo/1"),
    _declined("websocket without Connection", b"Upgrade: websocket"),
    _declined("Connection without Upgrade", b"Connection: Upgrade"),
    _declined("an empty one", b"Connection: Upgrade", b"Upgrade:"),
    _declined("websocket on a route without upgrades", *ASKED, target=b"/no-upgrades/x"),
    _declined("websocket on a route with another", *ASKED, target=b"/echo-upgrades/x"),
    _declined("a word that begins as websocket", b"Connection: Upgrade", b"Upgrade: websocketx"),
)
def test_an_upgrade_that_the_route_does_not_allow_goes_no_further(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


@table(
    Forwarded("h2c beside websocket", get(b"Connection: Upgrade", b"Upgrade: h2c, websocket")),
    Forwarded("websocket beside h2c", get(b"Connection: Upgrade", b"Upgrade: websocket, h2c")),
    Forwarded("two fields", get(b"Connection: Upgrade", b"Upgrade: websocket", b"Upgrade: h2c")),
)
def test_of_several_upgrades_only_an_allowed_one_can_go_on(wire: Wire, case: Forwarded) -> None:
    request = wire.forwards(case)

    assert request.values(b"upgrade") in ([], [b"websocket"])


def test_http_1_0_upgrades_to_nothing(wire: Wire) -> None:
    wire.forwards(Forwarded("", lines(b"GET / HTTP/1.0", b"Host: a", *ASKED), absent=[b"upgrade"]))


@table(
    BadResponse("without being asked", SWITCHED, reason="upgrade_failed"),
    BadResponse("without being asked, with bytes after it",
                SWITCHED + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison", reason="upgrade_failed"),
    BadResponse("without an Upgrade field", b"HTTP/1.1 101 Switching Protocols\r\n\r\n", reason="upgrade_failed"),
    BadResponse("to h2c", b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", reason="upgrade_failed"),
)  # fmt: skip
def test_a_101_that_nobody_asked_for_is_a_502(wire: Wire, case: BadResponse) -> None:
    wire.refuses_response(case)


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 101 X\r\n\r\n",
    ],
    ids=["to another protocol", "to no protocol", "with no fields"],
)
def test_a_101_to_something_else_than_was_asked_for_is_a_502(wire: Wire, said: bytes) -> None:
    response = wire.answers(answer_and_watch(said), WEBSOCKET)

    assert response.status == 502
    wire.check_problem(response, "upgrade_failed")
    wire.connection_for(b"/socket").wait_end()


def test_an_upgrade_that_the_gateway_did_not_pass_on_cannot_be_granted(wire: Wire) -> None:
    granted = answer_and_watch(b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
    asked = get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk")

    response = wire.answers(granted, asked)

    assert response.status == 502


@table(
    Refused("with a length that is not plain", post(*ASKED, b"Content-Length: 5, 5", body=b"hello")),
    Refused(
        "with doubtful framing", post(*ASKED, b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n")
    ),
)
def test_an_upgrade_does_not_excuse_bad_framing(wire: Wire, case: Refused) -> None:
    wire.refuses(case)
