"""Backpressure both ways: whoever does not read is not read for (behaviour: 3)."""

import pytest

from tests.support.http1 import lines
from tests.unit.proxy.scene import Client, Scene, Upstream, scene

MARK = 64 * 1024
LIMIT = 512 * 1024


def stalled_upload(s: Scene, size: int = 100_000) -> tuple[Client, Upstream]:
    """A client with a large upload to a service that does not read."""
    warm = s.client()
    warm.ask()
    s.upstream().answer()
    s.upstream().got()
    s.upstream().stall()
    client = s.client()
    client.ask(b"POST", b"/", b"Content-Length: 10000000", body=b"x" * size)
    return client, s.upstream()


def test_a_service_that_does_not_read_stops_the_client() -> None:
    with scene() as s:
        client, upstream = stalled_upload(s)
        assert client.paused
        for _ in range(10):
            client.send(b"x" * 100_000)

        assert upstream.transport.get_write_buffer_size() < LIMIT
        assert client.transport.undelivered == 1_000_000


def test_a_service_that_reads_on_starts_the_client_again() -> None:
    with scene() as s:
        client, upstream = stalled_upload(s)
        for _ in range(10):
            client.send(b"x" * 100_000)
        upstream.read_on()

        assert not client.paused
        assert client.transport.undelivered == 0
        upstream.head()
        assert upstream.got() == b"x" * 1_100_000


def test_a_service_that_does_not_read_what_waited_for_its_connection_stops_the_client() -> None:
    with scene() as s:
        s.connects = s.services_read = False
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 10000000", body=b"x" * 200_000)
        s.connects = True
        s.advance(0.1)
        for _ in range(20):
            client.send(b"x" * 100_000)

        assert client.paused
        assert s.upstream().transport.get_write_buffer_size() < LIMIT


def test_a_service_that_stops_reading_and_answers_lets_the_client_go() -> None:
    with scene() as s:
        client, upstream = stalled_upload(s)
        upstream.answer(b"enough", status=b"413 Content Too Large")

        assert client.response().body == b"enough"
        assert not client.paused, "so that its end is seen"
        client.finish()
        assert client.closed


def test_a_service_that_stops_reading_and_breaks_is_a_502() -> None:
    with scene() as s:
        client, upstream = stalled_upload(s)
        upstream.reset()

        assert client.problem() == (502, "upstream_reset")
        client.send(b"x" * 1000)
        s.advance(3)
        assert client.closed


def test_a_client_that_does_not_read_stops_the_service() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        client.stall()
        upstream = s.upstream()
        upstream.send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 10000000"))
        for _ in range(50):
            upstream.send(b"x" * 50_000)

        assert upstream.paused
        assert client.transport.get_write_buffer_size() < LIMIT


def test_a_client_that_reads_on_starts_the_service_again() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        client.stall()
        upstream = s.upstream()
        upstream.send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 1000000"))
        for _ in range(20):
            upstream.send(b"x" * 50_000)
        client.read_on()

        assert not upstream.paused
        assert client.response().body == b"x" * 1_000_000
        client.ask()
        assert len(s.ups) == 1


def test_a_client_that_reads_in_small_bits_gets_everything() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        client.stall()
        upstream = s.upstream()
        upstream.send(lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked"))
        for _ in range(40):
            upstream.send(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        upstream.send(b"0\r\n\r\n")
        for _ in range(500):
            client.read_on(4000)
        client.read_on()

        assert client.response().body == b"x" * 40 * 0x4000


def test_a_client_that_leaves_without_reading_frees_the_service() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        client.stall()
        s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 1000000") + b"x" * 100_000)
        client.reset()

        assert s.upstream().closed
        assert s.log[0]["reason"] == "client_closed"


@pytest.mark.parametrize("interim", [1, 3])
def test_a_client_that_does_not_read_interim_responses_is_not_sent_a_body_without_bound(interim: int) -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        client.stall()
        upstream = s.upstream()
        for _ in range(interim):
            upstream.send(lines(b"HTTP/1.1 103 Early Hints", b"Link: " + b"x" * 60_000))
        upstream.send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 10000000"))
        for _ in range(100):
            upstream.send(b"y" * 64_000)

        assert client.transport.get_write_buffer_size() < LIMIT
        client.read_on()
        assert not upstream.paused
        upstream.send(b"y" * (10_000_000 - 6_400_000))
        assert client.response().body == b"y" * 10_000_000


def test_a_client_that_does_not_read_interim_responses_is_not_sent_a_tunnel_without_bound() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", b"Connection: upgrade", b"Upgrade: websocket")
        client.stall()
        upstream = s.upstream()
        upstream.send(*[lines(b"HTTP/1.1 103 Early Hints", b"Link: " + b"x" * 60_000)] * 3)
        upstream.send(lines(b"HTTP/1.1 101 Switching Protocols", b"Connection: upgrade", b"Upgrade: websocket"))
        for _ in range(50):
            upstream.send(b"\x01" * 64_000)

        assert client.transport.get_write_buffer_size() < LIMIT
        client.read_on()
        assert client.got().count(b"\x01") == 50 * 64_000


def test_both_directions_at_once_have_pressure_of_their_own() -> None:
    with scene() as s:
        client, upstream = stalled_upload(s)
        upstream.send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 1000000"))
        client.stall()
        for _ in range(10):
            upstream.send(b"y" * 50_000)
        assert client.paused
        assert upstream.paused
        upstream.read_on()
        assert not client.paused
        assert upstream.paused
        client.read_on()
        assert not upstream.paused


@pytest.mark.parametrize("framing", [b"Content-Length: 400000", b"Transfer-Encoding: chunked"])
def test_the_last_piece_of_a_body_may_overfill_the_buffer(framing: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        client.stall()
        body = b"z" * 400_000
        if b"chunked" in framing:
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        s.upstream().send(lines(b"HTTP/1.1 200 OK", framing) + body)
        client.read_on()

        assert client.response().body == b"z" * 400_000
        client.ask()
        s.upstream().answer()
        assert client.response().body == b"hello"
