"""Warm connections that turn out to be dead (behaviour: 1): forgiven once where nothing can be done twice."""

import socket
from dataclasses import replace

import pytest

from tests.support.http1 import chunked, lines
from tests.unit.proxy.scene import SERVICE, Client, Scene, Upstream, plan, route, scene

CHUNKED = b"Transfer-Encoding: chunked"


def warm(s: Scene) -> tuple[Client, Upstream]:
    """A client, and a connection in the pool."""
    client = s.client()
    client.ask()
    upstream = s.upstream()
    upstream.answer()
    client.got()
    upstream.got()
    s.log.clear()
    return client, upstream


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"TRACE"])
@pytest.mark.parametrize("end", ["finish", "reset"])
def test_an_idempotent_request_on_a_stale_connection_is_sent_again(method: bytes, end: str) -> None:
    with scene(plan([route(methods=(method.decode(), "GET"))])) as s:
        client, stale = warm(s)
        client.ask(method, b"/x")
        assert stale.request().target == b"/x"
        getattr(stale, end)()
        assert len(s.ups) == 2
        assert s.upstream().request().target == b"/x"
        s.upstream().send(lines(b"HTTP/1.1 204 No Content"))

        assert client.response(method).status == 204
        (line,) = s.log
        assert (line["attempts"], line["status"], line["tried"]) == (2, 204, ["one", "one"])
        assert "reason" not in line


@pytest.mark.parametrize("method", [b"POST", b"PATCH", b"LOCK", b"get"])
def test_another_request_on_a_stale_connection_is_a_502(method: bytes) -> None:
    with scene() as s:
        client, stale = warm(s)
        client.ask(method, b"/x")
        stale.reset()

        assert client.problem() == (502, "upstream_reset")
        assert len(s.ups) == 1
        assert s.log[0]["attempts"] == 1


@pytest.mark.parametrize(
    ("framing", "body"), [(b"Content-Length: 5", b"hello"), (CHUNKED, chunked(b"hel", b"lo")), (CHUNKED, b"0\r\n\r\n")]
)
def test_a_put_whose_body_is_kept_is_sent_again_whole(framing: bytes, body: bytes) -> None:
    with scene() as s:
        client, stale = warm(s)
        client.ask(b"PUT", b"/x", framing, body=body)
        first = stale.request()
        stale.reset()
        second = s.upstream().request()

        assert (second.target, second.body) == (first.target, first.body)
        s.upstream().answer()
        assert client.response().status == 200


def test_a_put_whose_body_is_still_coming_is_sent_again_and_goes_on() -> None:
    with scene() as s:
        client, stale = warm(s)
        client.ask(b"PUT", b"/x", CHUNKED, body=b"3\r\nabc\r\n")
        stale.reset()
        client.send(b"2\r\nde\r\n")
        client.send(b"1\r\nf\r\n0\r\n\r\n")

        assert s.upstream().request().body == b"abcdef"
        s.upstream().answer()
        assert client.response().status == 200


def test_a_body_that_comes_while_the_second_connection_is_being_made_waits_in_bounded_memory() -> None:
    with scene() as s:
        client, stale = warm(s)
        client.ask(b"PUT", b"/x", b"Content-Length: 10000000", body=b"x" * 1000)
        s.connects = False
        stale.reset()
        for _ in range(50):
            client.send(b"x" * 64_000)

        assert client.paused
        s.connects = True
        s.advance(0.1)
        s.upstream().head()
        assert not client.paused
        client.send(b"x" * (10_000_000 - 1000 - 50 * 64_000))
        assert s.upstream().got() == b"x" * 10_000_000


def test_a_body_too_large_to_be_kept_is_not_sent_again() -> None:
    with scene() as s:
        client, stale = warm(s)
        client.ask(b"PUT", b"/x", b"Content-Length: 100000", body=b"x" * 70_000)
        stale.reset()

        assert client.problem() == (502, "upstream_reset")
        assert len(s.ups) == 1


def test_a_body_of_64_kib_is_kept() -> None:
    with scene() as s:
        client, stale = warm(s)
        client.ask(b"PUT", b"/x", b"Content-Length: 65536", body=b"x" * 65_536)
        stale.reset()

        assert s.upstream().request().body == b"x" * 65_536


def test_a_second_failure_is_not_forgiven() -> None:
    with scene() as s:
        client, stale = warm(s)
        client.ask()
        stale.reset()
        s.upstream().reset()

        assert client.problem() == (502, "upstream_reset")
        assert len(s.ups) == 2
        assert s.log[0]["attempts"] == 2


def test_a_second_connection_that_cannot_be_made_is_a_502() -> None:
    with scene() as s:
        client, stale = warm(s)
        s.connect_errors.append(ConnectionRefusedError(111, "Connection refused"))
        client.ask()
        stale.reset()

        assert client.problem() == (502, "connect_failed")


def test_a_fresh_connection_that_breaks_is_not_forgiven() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().reset()

        assert client.problem() == (502, "upstream_reset")
        assert len(s.ups) == 1


@pytest.mark.parametrize(
    "said",
    [b"H", b"HTTP/1.1 200 OK\r\nContent-Le", lines(b"HTTP/1.1 100 Continue"), lines(b"HTTP/1.1 103 Early Hints")],
)
def test_a_connection_that_has_begun_to_answer_is_not_stale(said: bytes) -> None:
    with scene() as s:
        client, stale = warm(s)
        client.ask(b"PUT", b"/", b"Content-Length: 5", b"Expect: 100-continue", body=b"hello")
        stale.send(said)
        stale.reset()

        assert len(s.ups) == 1, "the service may have begun to act"
        assert client.response().status == 502


def test_the_client_gets_one_100_at_most() -> None:
    with scene() as s:
        client, stale = warm(s)
        client.ask(b"PUT", b"/", b"Content-Length: 5", b"Expect: 100-continue")
        stale.send(lines(b"HTTP/1.1 100 Continue"))
        stale.reset()
        if len(s.ups) > 1:
            s.upstream().send(lines(b"HTTP/1.1 100 Continue"))

        assert client.got().count(b"100 Continue") == 1


def test_a_bad_response_on_a_warm_connection_is_not_asked_for_again() -> None:
    with scene() as s:
        client, stale = warm(s)
        client.ask()
        stale.send(b"nonsense\r\n\r\n")

        assert client.problem() == (502, "bad_response")
        assert len(s.ups) == 1


def test_a_timeout_on_a_warm_connection_is_not_tried_again() -> None:
    with scene() as s:
        client, _ = warm(s)
        client.ask()
        s.advance(16)

        assert client.problem() == (504, "upstream_timeout")
        assert len(s.ups) == 1


def test_an_early_end_of_the_stale_connection_leaves_the_pool_right() -> None:
    with scene() as s:
        client, stale = warm(s)
        stale.finish()
        assert stale.closed
        assert (s.instance().idle, s.instance().connections) == (0, 0)
        client.ask(b"POST", b"/", b"Content-Length: 0")
        assert len(s.ups) == 2
        s.upstream().answer()
        assert client.response().status == 200


# ── what waits on an idle connection ──────────────────────────────────


@pytest.mark.parametrize("waiting", [b"HTTP/1.1 408 Request Timeout\r\n\r\n", b""])
def test_a_connection_with_bytes_or_an_end_waiting_is_not_used_not_even_for_a_post(waiting: bytes) -> None:
    ours, theirs = socket.socketpair()
    with scene() as s, ours, theirs:
        s.sockets.append(ours)
        client, _ = warm(s)
        s.advance(1)
        if waiting:
            theirs.send(waiting)
        else:
            theirs.close()
        client.ask(b"POST", b"/", b"Content-Length: 0")

        assert len(s.ups) == 2
        s.upstream().answer()
        assert client.response().status == 200


def test_a_quiet_connection_is_used() -> None:
    ours, theirs = socket.socketpair()
    with scene() as s, ours, theirs:
        s.sockets.append(ours)
        client, _ = warm(s)
        s.advance(1)
        client.ask(b"POST", b"/", b"Content-Length: 0")

        assert len(s.ups) == 1


# ── the pool ──────────────────────────────────────────────────────────


def test_idle_connections_expire_after_four_seconds() -> None:
    with scene() as s:
        client, upstream = warm(s)
        s.advance(3.9)
        client.ask()
        assert len(s.ups) == 1
        upstream.answer()
        s.advance(4.2)
        assert upstream.closed
        assert (s.instance().idle, s.instance().connections) == (0, 0)
        client.ask()
        assert len(s.ups) == 2


def test_the_connection_that_was_used_last_is_used_first() -> None:
    with scene() as s:
        clients = [s.client() for _ in range(3)]
        for client in clients:
            client.ask()
        for upstream in s.ups:
            upstream.got()
        for number in (1, 2, 0):
            s.upstream(number).answer()
        clients[0].ask()

        assert [bool(upstream.transport.got) for upstream in s.ups] == [True, False, False]


def test_the_pool_is_bounded() -> None:
    with scene(plan(services=[replace(SERVICE, keepalive_max_idle=2)])) as s:
        clients = [s.client() for _ in range(5)]
        for client in clients:
            client.ask()
        for upstream in s.ups:
            upstream.answer()

        assert s.instance().idle == 2
        assert sum(upstream.closed for upstream in s.ups) == 3
        assert all(client.response().status == 200 for client in clients)


def test_a_connection_serves_so_many_requests_and_then_ends() -> None:
    with scene(plan(services=[replace(SERVICE, keepalive_max_requests=3)])) as s:
        client = s.client()
        for _ in range(7):
            client.ask()
            s.upstream().answer()
            assert client.response().status == 200

        assert len(s.ups) == 3
        assert [upstream.closed for upstream in s.ups] == [True, True, False]


def test_without_idle_connections_each_request_has_its_own() -> None:
    with scene(plan(services=[replace(SERVICE, keepalive_max_idle=0)])) as s:
        client = s.client()
        for _ in range(3):
            client.ask()
            s.upstream().answer()

        assert len(s.ups) == 3
        assert all(upstream.closed for upstream in s.ups)


def test_a_retired_instance_closes_what_is_idle_at_once_and_the_rest_with_its_response() -> None:
    with scene() as s:
        busy, idle = s.client(), s.client()
        busy.ask()
        idle.ask()
        s.upstream(1).answer()
        s.instance().retire()
        s.settle()
        assert [upstream.closed for upstream in s.ups] == [False, True]
        s.upstream(0).answer()
        assert busy.response().status == 200
        assert s.upstream(0).closed


def test_a_connection_that_is_made_for_a_client_that_has_left_is_kept_for_others() -> None:
    with scene() as s:
        s.connects = False
        client = s.client()
        client.ask()
        client.reset()
        s.connects = True
        s.advance(0.2)
        other = s.client()
        other.ask()
        s.upstream().answer()

        assert other.response().status == 200
        assert len(s.ups) <= 1


def test_the_names_of_connections_tell_what_they_do() -> None:
    with scene() as s:
        client, upstream = warm(s)

        assert repr(upstream.protocol) == "<UpstreamConnection up/one idle, 1 requests>"
        assert repr(client.protocol) == "<ExpressConnection 203.0.113.9 head>"
        client.ask()
        assert repr(upstream.protocol) == "<UpstreamConnection up/one waiting, 2 requests>"
        assert repr(client.protocol) == "<ExpressConnection 203.0.113.9 wait>"
