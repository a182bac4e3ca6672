"""Times that run out: the client's are 408 or a quiet close, the upstream's 504 and say which one it was."""

import json
import threading

import pytest

from tests.conftest import Gateways
from tests.support.cases import get, post
from tests.support.connection import Connection
from tests.support.http1 import IncompleteError, Response
from tests.support.upstream import RawUpstream, answer, answer_and_watch
from tests.support.wire import Wire

HASTY = """
version = 1
[server]
header_timeout = "500ms"
body_timeout = "500ms"
keepalive_timeout = "500ms"
[services.up]
first_byte_timeout = "500ms"
idle_timeout = "500ms"
tunnel_idle_timeout = "10s"
instances = [{{ id = "one", url = "{url}" }}]
[services.patient]
first_byte_timeout = "30s"
instances = [{{ id = "one", url = "{url}" }}]
[routes.all]
path = "/*"
service = "up"
[routes.patient]
path = "/patient/*"
service = "patient"
timeout = "600ms"
[routes.untimed]
path = "/untimed/*"
service = "patient"
timeout = "none"
"""


@pytest.fixture(scope="module")
def hasty(shared_gateway: Gateways, recorder: RawUpstream) -> Wire:
    """A gateway whose timeouts are all half a second."""
    return Wire(shared_gateway(HASTY.format(url=recorder.url)), recorder)


@pytest.fixture(autouse=True)
def forgotten(recorder: RawUpstream) -> None:
    """Empty records for each test."""
    recorder.forget()


def _detail(response: Response) -> str:
    return str(json.loads(response.body)["detail"])


@pytest.mark.parametrize("part", [b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: example.com\r\nX-A: b"])
def test_a_head_that_does_not_end_is_a_408(hasty: Wire, part: bytes) -> None:
    with hasty.client() as client:
        response = client.send(part).response()
        assert response.status == 408
        hasty.check_problem(response, "request_timeout")
        client.expect_end()
    assert hasty.upstream.received() == []


def test_a_head_that_trickles_in_does_not_win_time(hasty: Wire) -> None:
    stop = threading.Event()
    with hasty.client() as client:

        def trickle() -> None:
            client.send(b"GET / HTTP/1.1\r\nHost: example.com\r\n")
            while not stop.wait(0.05):
                client.send(b"X: y\r\n")

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            assert client.response().status in (408, 431)
        finally:
            stop.set()
            thread.join()


def test_a_connection_that_never_says_anything_is_closed_without_a_word(hasty: Wire) -> None:
    with hasty.client() as client:
        with pytest.raises(IncompleteError):
            client.response()
        assert client.source.buffer == b""


def test_an_idle_connection_is_closed_without_a_word(hasty: Wire) -> None:
    with hasty.client() as client:
        assert client.send(get()).response().status == 200

        client.expect_end()


def test_a_body_that_stops_is_a_408_and_its_upstream_is_freed(hasty: Wire) -> None:
    with hasty.client() as client:
        client.send(post(b"Content-Length: 100", body=b"begun", target=b"/stops"))
        response = client.response()
        assert response.status == 408
        hasty.check_problem(response, "request_timeout")
        client.expect_end()
    hasty.connection_for(b"/stops").wait_end()
    assert hasty.upstream.requests == []


def test_a_chunked_body_that_stops_is_a_408(hasty: Wire) -> None:
    with hasty.client() as client:
        response = client.send(post(b"Transfer-Encoding: chunked", body=b"5\r\nbegun\r\n")).response()

    assert response.status == 408


def test_a_body_that_goes_on_slowly_is_served(hasty: Wire) -> None:
    pause = threading.Event()
    with hasty.client() as client:
        client.send(post(b"Content-Length: 8"))
        for _ in range(8):
            pause.wait(0.08)
            client.send(b"x")
        response = client.response()

    assert response.status == 200


def test_no_first_byte_is_a_504_that_says_so(hasty: Wire) -> None:
    hasty.upstream.script = answer_and_watch()
    with hasty.client() as client:
        response = client.send(get(target=b"/silent")).response()

    assert response.status == 504
    hasty.check_problem(response, "upstream_timeout")
    assert "500ms" in _detail(response)
    hasty.connection_for(b"/silent").wait_end()


def test_a_post_that_gets_no_first_byte_is_sent_once(hasty: Wire) -> None:
    hasty.upstream.script = answer_and_watch()
    with hasty.client() as client:
        response = client.send(post(b"Content-Length: 2", body=b"hi")).response()

    assert response.status == 504
    assert len(hasty.upstream.requests) == 1


def test_half_a_head_does_not_win_time(hasty: Wire) -> None:
    hasty.upstream.script = answer_and_watch(b"HTTP/1.1 200 OK\r\nContent-")
    with hasty.client() as client:
        response = client.send(get()).response()

    assert response.status in (502, 504)


def test_the_whole_timeout_of_a_route_is_a_504_that_says_so(hasty: Wire) -> None:
    hasty.upstream.script = answer_and_watch()
    with hasty.client() as client:
        response = client.send(get(target=b"/patient/x")).response()

    assert response.status == 504
    assert "600ms" in _detail(response)


def test_a_response_that_stops_is_cut(hasty: Wire) -> None:
    hasty.upstream.script = answer_and_watch(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegun")
    with hasty.client() as client:
        response = client.send(get(target=b"/stopped")).response()

    assert (response.status, response.body, response.cut) == (200, b"begun", True)
    hasty.connection_for(b"/stopped").wait_end()


def test_a_chunked_response_that_stops_is_cut(hasty: Wire) -> None:
    hasty.upstream.script = answer_and_watch(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n")
    with hasty.client() as client:
        response = client.send(get()).response()

    assert (response.body, response.cut) == (b"begun", True)


def test_a_response_that_goes_on_slowly_is_served(hasty: Wire) -> None:
    def slow(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
        for _ in range(8):
            connection.ended.wait(0.08)
            connection.send(b"x")

    hasty.upstream.script = slow
    with hasty.client() as client:
        response = client.send(get()).response()

    assert (response.body, response.cut) == (b"x" * 8, False)


def test_an_event_stream_may_rest_longer_than_other_responses(hasty: Wire) -> None:
    def events(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.ended.wait(0.8)
        connection.send(b"9\r\ndata: 1\n\n\r\n0\r\n\r\n")

    hasty.upstream.script = events
    with hasty.client() as client:
        response = client.send(get(target=b"/events")).response()

    assert (response.body, response.cut) == (b"data: 1\n\n", False)


def test_a_route_without_a_timeout_waits_as_long_as_its_first_byte_may_take(hasty: Wire) -> None:
    def late(connection: Connection) -> None:
        connection.read_request()
        connection.ended.wait(1.0)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")

    hasty.upstream.script = late
    with hasty.client() as client:
        response = client.send(get(target=b"/untimed/x")).response()

    assert (response.status, response.body) == (200, b"late")


def test_a_504_leaves_the_clients_connection_in_step(hasty: Wire) -> None:
    hasty.upstream.script = answer_and_watch()
    with hasty.client() as client:
        assert client.send(get()).response().status == 504
        hasty.upstream.script = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext")
        assert client.send(get()).response().body == b"next"
