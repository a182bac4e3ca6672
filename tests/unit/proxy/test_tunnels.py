"""Upgraded connections: one pipe after the 101, each direction with an end of its own (behaviour: 3, 6)."""

import pytest

from tests.support.http1 import lines
from tests.unit.proxy.scene import Client, Scene, Upstream, plan, route, scene

ASKED = (b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: abc")
SWITCH = lines(
    b"HTTP/1.1 101 Switching Protocols", b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Accept: def"
)
LIMIT = 512 * 1024


def tunnel(s: Scene) -> tuple[Client, Upstream]:
    """A client and a service with a tunnel between them."""
    client = s.client()
    client.ask(b"GET", b"/", *ASKED)
    upstream = s.upstream()
    upstream.got()
    upstream.send(SWITCH)
    client.got()
    return client, upstream


def test_an_upgrade_is_asked_for_and_agreed_to() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/chat", *ASKED)
        request = s.upstream().request()
        assert (request.values(b"connection"), request.values(b"upgrade")) == ([b"Upgrade"], [b"websocket"])
        assert request.values(b"sec-websocket-key") == [b"abc"]
        s.upstream().send(SWITCH)
        response = client.response()
        assert response.status == 101
        assert (response.values(b"connection"), response.values(b"upgrade")) == ([b"Upgrade"], [b"websocket"])
        assert response.values(b"sec-websocket-accept") == [b"def"]
        assert len(response.values(b"x-request-id")) == 1


def test_bytes_go_through_as_they_are_in_both_directions() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        for data in (
            b"\x81\x05hello",
            b"\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"\x00" * 100,
            b"HTTP/1.1 200 OK\r\n\r\n",
        ):
            client.send(data)
            assert upstream.got() == data
            upstream.send(data)
            assert client.got() == data


def test_what_comes_with_the_101_goes_through_behind_it() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", *ASKED)
        s.upstream().send(SWITCH + b"first")

        assert client.got().endswith(b"\r\n\r\nfirst")


def test_what_a_client_sends_ahead_of_the_101_goes_through_behind_its_request() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", *ASKED, body=b"early")
        client.send(b" bird")
        assert s.upstream().request().body == b""
        assert s.upstream().got() == b""
        s.upstream().send(SWITCH)
        assert s.upstream().got() == b"early bird"


def test_a_client_that_sends_much_ahead_of_the_101_is_heard_afterwards() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", *ASKED)
        for _ in range(4):
            client.send(b"x" * 50_000)
        assert client.paused
        s.upstream().request()
        s.upstream().send(SWITCH)
        client.send(b"later")

        assert s.upstream().got() == b"x" * 200_000 + b"later"


def test_what_is_sent_ahead_of_a_refusal_is_read_as_requests() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", *ASKED, body=b"early")
        s.upstream().answer(b"no", status=b"403 Forbidden")

        assert client.response().status == 403
        client.send(b"\r\n\r\n")
        assert client.problem() == (400, "bad_request")


# ── ends ──────────────────────────────────────────────────────────────


def test_an_end_of_the_clients_direction_goes_through_and_the_other_goes_on() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        client.send(b"last words")
        client.finish()
        assert upstream.transport.ended
        assert not upstream.closed
        upstream.send(b"an answer")
        assert client.got() == b"an answer"
        assert s.log == []


def test_an_end_of_the_services_direction_goes_through_and_the_other_goes_on() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        upstream.send(b"last words")
        upstream.finish()
        assert client.got() == b"last words"
        assert client.transport.ended
        assert not client.closed
        client.send(b"an answer")
        assert upstream.got() == b"an answer"
        assert s.log == []


@pytest.mark.parametrize("first", ["client", "service"])
def test_when_both_directions_have_ended_the_tunnel_has(first: str) -> None:
    """This is how nearly every WebSocket ends: it must not linger until its idle time is over."""
    with scene() as s:
        client, upstream = tunnel(s)
        ends = [client, upstream] if first == "client" else [upstream, client]
        for end in ends:
            end.finish()

        assert client.closed
        assert upstream.closed
        assert [line["status"] for line in s.log] == [101]
        assert s.gateway.in_flight == 0


def test_what_is_on_its_way_when_both_have_ended_still_arrives() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        client.stall()
        upstream.send(b"x" * 50_000)
        upstream.finish()
        client.finish()
        client.read_on()

        assert client.got() == b"x" * 50_000
        assert client.closed


@pytest.mark.parametrize("who", ["client", "service"])
def test_a_reset_ends_both_sides(who: str) -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        (client if who == "client" else upstream).reset()

        assert client.closed
        assert upstream.closed
        assert [line["status"] for line in s.log] == [101]


def test_what_the_service_sent_before_it_broke_still_arrives() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        upstream.send(b"last words")
        upstream.reset()

        assert client.got() == b"last words"
        assert client.closed


def test_the_bytes_of_a_tunnel_are_counted() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        client.send(b"12345")
        upstream.send(b"123")
        client.reset()

        (line,) = s.log
        assert (line["status"], line["bytes_in"], line["bytes_out"]) == (101, 5, 3)


def test_a_tunnel_does_not_go_back_to_the_pool() -> None:
    with scene() as s:
        client, _ = tunnel(s)
        client.reset()
        other = s.client()
        other.ask()

        assert len(s.ups) == 2


# ── time and pressure ─────────────────────────────────────────────────


def test_a_tunnel_may_be_silent_for_five_minutes() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        for side in (client, upstream, client):
            s.advance(295, step=1)
            side.send(b"still here")
        assert not client.closed
        s.advance(302, step=1)

        assert client.closed
        assert upstream.closed
        assert len(s.log) == 1


def test_a_tunnel_whose_service_was_slow_once_is_still_limited_by_idleness() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        upstream.stall()
        client.send(b"x" * 100_000)
        upstream.read_on()
        s.advance(302, step=1)

        assert client.closed
        assert upstream.closed


def test_an_idle_tunnel_whose_client_does_not_read_ends_too() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        client.stall()
        upstream.send(b"x" * 50_000)
        s.advance(700, step=1)

        assert client.closed
        assert upstream.closed


def test_a_service_that_does_not_read_stops_the_client() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        upstream.stall()
        for _ in range(30):
            client.send(b"x" * 50_000)
        assert client.paused
        assert upstream.transport.get_write_buffer_size() < LIMIT
        upstream.read_on()
        assert upstream.got() == b"x" * 1_500_000


def test_a_client_that_does_not_read_stops_the_service() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        client.stall()
        for _ in range(30):
            upstream.send(b"x" * 50_000)
        assert upstream.paused
        assert client.transport.get_write_buffer_size() < LIMIT
        client.read_on()
        assert client.got() == b"x" * 1_500_000


def test_a_client_that_leaves_a_stalled_service_frees_it() -> None:
    with scene() as s:
        client, upstream = tunnel(s)
        upstream.stall()
        client.send(b"x" * 100_000)
        client.reset()
        s.advance(700, step=1)

        assert upstream.closed
        assert s.instance().connections == 0


# ── what is no tunnel ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    "said",
    [
        lines(b"HTTP/1.1 101 Switching Protocols", b"Connection: upgrade", b"Upgrade: h2c"),
        lines(b"HTTP/1.1 101 Switching Protocols", b"Connection: upgrade", b"Upgrade: websocket, h2c"),
        lines(b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket"),
        lines(b"HTTP/1.1 101 Switching Protocols"),
    ],
)
def test_a_switch_to_another_protocol_than_asked_for_is_a_502(said: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", *ASKED)
        s.upstream().send(said + b"more")

        assert client.problem() == (502, "upgrade_failed")
        assert s.upstream().closed
        assert not client.ended


@pytest.mark.parametrize("fields", [(), (b"Connection: upgrade", b"Upgrade: h2c"), (b"Upgrade: websocket",)])
def test_a_switch_that_was_not_asked_for_is_a_502(fields: tuple[bytes, ...]) -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", *fields)
        s.upstream().send(SWITCH + b"more")

        assert client.problem() == (502, "upgrade_failed")
        assert s.upstream().closed


def test_a_route_may_allow_other_protocols() -> None:
    with scene(plan([route(upgrades=[b"echo/1"])])) as s:
        client = s.client()
        client.ask(b"GET", b"/", b"Connection: upgrade", b"Upgrade: Echo/1")
        s.upstream().send(lines(b"HTTP/1.1 101 Switching Protocols", b"Connection: upgrade", b"Upgrade: ECHO/1"))

        assert client.response().status == 101


def test_a_route_may_allow_none() -> None:
    with scene(plan([route(upgrades=[])])) as s:
        client = s.client()
        client.ask(b"GET", b"/", *ASKED)

        assert s.upstream().request().values(b"upgrade") == []


def test_an_upgrade_that_is_refused_is_a_response_like_any_other() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", *ASKED)
        s.upstream().answer(b"no", status=b"403 Forbidden")
        assert client.response().body == b"no"
        client.ask()
        s.upstream().answer()
        assert client.response().body == b"hello"
        assert len(s.ups) == 1


@pytest.mark.parametrize(
    ("framing", "begun", "rest"),
    [
        (b"Content-Length: 3", b"a", b"bc"),
        (b"Transfer-Encoding: chunked", b"1\r\na\r\n", b"2;x=y\r\nbc\r\n0\r\n\r\n"),
        (b"Transfer-Encoding: chunked", b"3\r\na", b"bc\r\n0\r\n\r\n"),
    ],
)
def test_a_switch_in_the_middle_of_a_body_leaves_no_doubt_about_whose_bytes_are_whose(
    framing: bytes, begun: bytes, rest: bytes
) -> None:
    """Either the upgrade is not passed on with a body, or the tunnel begins where the body ends."""
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", *ASKED, framing, body=begun)
        upstream = s.upstream()
        if b"\r\nUpgrade:" in bytes(upstream.transport.got):
            upstream.send(SWITCH)
        client.send(rest)
        if not client.ended:
            client.send(b"tunnel")
            assert upstream.request().body == b"abc"
            assert upstream.got() in {b"tunnel", b""}
