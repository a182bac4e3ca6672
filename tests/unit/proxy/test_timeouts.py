"""The timeouts of services, each by itself (behaviour: 4): a 504 says which one it was, and nobody waits for ever."""

import json

import pytest

from tests.support.http1 import lines
from tests.unit.proxy.scene import Client, plan, route, scene

CHUNKED = b"Transfer-Encoding: chunked"


def detail(client: Client) -> tuple[int, str]:
    response = client.response()
    return response.status, json.loads(response.body)["detail"]


def test_a_connection_that_is_not_made_in_time_is_a_504() -> None:
    with scene() as s:
        s.connects = False
        client = s.client()
        client.ask()
        s.advance(2.9)
        assert client.got() == b""
        s.advance(0.2)

        assert detail(client) == (504, "No connection within 3s.")
        assert s.log[0]["reason"] == "connect_timeout"
        assert not client.ended


def test_a_first_byte_that_does_not_come_in_time_is_a_504() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.advance(14.9)
        assert client.got() == b""
        s.advance(0.3)

        assert detail(client) == (504, "The service did not start to answer within 15s.")
        assert s.upstream().closed
        assert s.log[0]["reason"] == "upstream_timeout"


def test_the_routes_timeout_counts_where_it_is_nearer() -> None:
    with scene(plan([route(timeout=5.0)])) as s:
        client = s.client()
        client.ask()
        s.advance(5.2)

        assert detail(client) == (504, "No response within the route's timeout of 5s.")


def test_the_routes_timeout_counts_over_all_attempts() -> None:
    with scene(plan([route(timeout=5.0)])) as s:
        client = s.client()
        client.ask()
        s.upstream().answer()
        client.got()
        client.ask()
        s.advance(3)
        s.upstream().reset()
        s.advance(1.8)
        assert client.got() == b""
        s.advance(0.4)

        assert detail(client) == (504, "No response within the route's timeout of 5s.")


def test_the_routes_timeout_counts_while_a_connection_is_being_made() -> None:
    with scene(plan([route(timeout=2.0)])) as s:
        s.connects = False
        client = s.client()
        client.ask()
        s.advance(2.2)

        assert detail(client) == (504, "No response within the route's timeout of 2s.")


def test_a_slow_connection_leaves_the_rest_of_the_routes_timeout() -> None:
    with scene(plan([route(timeout=4.0)])) as s:
        s.connects = False
        client = s.client()
        client.ask()
        s.advance(2)
        s.connects = True
        s.advance(1.9)
        assert client.got() == b""
        s.advance(0.3)

        assert detail(client)[0] == 504


def test_a_route_without_a_timeout_still_waits_for_a_first_byte_only_so_long() -> None:
    with scene(plan([route(timeout=None)])) as s:
        client = s.client()
        client.ask()
        s.advance(15.2)

        assert detail(client)[0] == 504


def test_the_time_counts_from_the_end_of_the_request() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED)
        for _ in range(10):
            s.advance(5)
            client.send(b"1000\r\n" + b"x" * 4096 + b"\r\n" * 1)
            client.send(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        assert client.got() == b"", "an upload may take its time"
        client.send(b"0\r\n\r\n")
        s.advance(14.8)
        assert client.got() == b""
        s.advance(0.5)

        assert detail(client)[0] == 504


def test_an_interim_response_is_no_response() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        for _ in range(5):
            s.advance(3)
            s.upstream().send(lines(b"HTTP/1.1 102 Processing"))
        s.advance(0.3)

        assert client.response().status == 504


def test_half_a_head_is_no_response() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        for byte in b"HTTP/1.1 200 OK\r\nX: yyyyyyyyyyyyyyyyyyyyyyy":
            s.advance(1, step=0.25)
            if not s.upstream().closed:
                s.upstream().send(bytes([byte]))

        assert detail(client)[0] == 504
        assert s.upstream().closed


def test_a_service_that_accepts_an_upload_slowly_and_never_answers_is_a_504() -> None:
    with scene() as s:
        warm = s.client()
        warm.ask()
        s.upstream().answer()
        s.upstream().got()
        upstream = s.upstream()
        upstream.stall()
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 100000", body=b"x" * 100_000)
        s.advance(1)
        upstream.read_on()
        s.advance(40, step=0.2)

        assert client.response().status == 504
        assert upstream.closed


def test_a_service_that_does_not_read_the_request_is_a_504() -> None:
    with scene() as s:
        warm = s.client()
        warm.ask()
        s.upstream().answer()
        s.upstream().stall()
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 1000000", body=b"x" * 100_000)
        assert client.paused
        s.advance(30.3, step=0.1)

        assert detail(client) == (504, "The service did not read the request for 30s.")


@pytest.mark.parametrize(
    "begun",
    [
        lines(b"HTTP/1.1 200 OK", b"Content-Length: 100") + b"abc",
        lines(b"HTTP/1.1 200 OK", CHUNKED) + b"3\r\nabc\r\n",
        lines(b"HTTP/1.1 200 OK") + b"abc",
        lines(b"HTTP/1.1 200 OK", b"Content-Length: 100"),
    ],
)
def test_a_body_that_stops_is_cut(begun: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().send(begun)
        s.advance(29.8, step=0.1)
        assert not client.ended
        s.advance(0.4, step=0.1)

        assert client.response().cut
        assert client.closed
        assert s.upstream().closed
        assert (s.log[0]["status"], s.log[0]["reason"]) == (200, "upstream_timeout")


def test_a_body_may_take_all_the_time_it_needs_as_long_as_it_comes() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 20"))
        for _ in range(20):
            s.advance(25, step=0.25)
            s.upstream().send(b"x")

        assert client.response().body == b"x" * 20


@pytest.mark.parametrize("kind", [b"text/event-stream", b"text/event-stream; charset=utf-8", b"Text/Event-Stream"])
def test_an_event_stream_may_be_silent_for_five_minutes(kind: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().send(lines(b"HTTP/1.1 200 OK", CHUNKED, b"Content-Type: " + kind))
        for _ in range(3):
            s.advance(290, step=1)
            s.upstream().send(b"4\r\n:hi\n\r\n")
        assert not client.ended
        s.advance(302, step=1)

        assert client.ended
        assert s.upstream().closed


def test_an_event_stream_does_not_make_the_next_response_patient() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().send(lines(b"HTTP/1.1 200 OK", CHUNKED, b"Content-Type: text/event-stream") + b"0\r\n\r\n")
        client.got()
        client.ask()
        s.upstream().send(lines(b"HTTP/1.1 200 OK", CHUNKED))
        s.advance(31, step=0.2)

        assert client.ended
