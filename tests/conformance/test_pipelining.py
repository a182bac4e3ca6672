"""Several requests on one connection (RFC 9112 9.3): answered in order, none read out of another."""

from collections.abc import Iterator

import pytest

from tests.support.cases import HOST, get, post, table
from tests.support.client import Client
from tests.support.connection import Connection
from tests.support.http1 import chunked, lines
from tests.support.upstream import answer
from tests.support.wire import Wire


def _echo_target(connection: Connection) -> None:
    request = connection.read_request()
    body = request.target + b" " + request.body
    connection.send(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + (b"" if request.method == b"HEAD" else body)
    )


@pytest.fixture
def client(wire: Wire) -> Iterator[Client]:
    """A connection to a gateway whose upstream answers with what it was asked."""
    wire.upstream.script = _echo_target
    with wire.client() as client:
        yield client


def test_two_requests_in_one_packet_are_answered_in_order(wire: Wire, client: Client) -> None:
    client.send(get(target=b"/1") + get(target=b"/2"))

    assert [client.response().body, client.response().body] == [b"/1 ", b"/2 "]


def test_fifty_requests_in_one_packet_are_answered_in_order(wire: Wire, client: Client) -> None:
    client.send(b"".join(get(target=b"/%d" % i) for i in range(50)))

    assert [client.response().body for _ in range(50)] == [b"/%d " % i for i in range(50)]


def test_a_body_of_stated_length_ends_where_it_says(wire: Wire, client: Client) -> None:
    client.send(post(b"Content-Length: 5", body=b"hello", target=b"/1") + get(target=b"/2"))

    assert [client.response().body, client.response().body] == [b"/1 hello", b"/2 "]


def test_a_chunked_body_ends_where_it_says(wire: Wire, client: Client) -> None:
    client.send(post(b"Transfer-Encoding: chunked", body=chunked(b"hello"), target=b"/1") + get(target=b"/2"))

    assert [client.response().body, client.response().body] == [b"/1 hello", b"/2 "]


def test_a_request_inside_a_body_is_not_run(wire: Wire, client: Client) -> None:
    inner = get(target=b"/inner")
    client.send(post(b"Content-Length: %d" % len(inner), body=inner, target=b"/1") + get(target=b"/2"))

    assert [client.response().body, client.response().body] == [b"/1 " + inner, b"/2 "]
    assert [r.target for r in wire.upstream.requests] == [b"/1", b"/2"]


def test_a_post_without_framing_has_no_body(wire: Wire, client: Client) -> None:
    client.send(post(target=b"/1") + get(target=b"/2"))

    assert [client.response().body, client.response().body] == [b"/1 ", b"/2 "]


@pytest.mark.parametrize("cut", [1, 10, 40, 45, 60])
def test_the_second_request_may_be_cut_anywhere_by_the_network(wire: Wire, client: Client, cut: int) -> None:
    both = get(target=b"/1") + get(target=b"/2")
    client.send(both[:cut])
    client.send(both[cut:])

    assert [client.response().body, client.response().body] == [b"/1 ", b"/2 "]


def test_a_valid_request_before_a_broken_one_is_answered(wire: Wire, client: Client) -> None:
    client.send(get(target=b"/1") + get(b"Bad Name: x", target=b"/2") + get(target=b"/3"))

    assert client.response().body == b"/1 "
    refused = client.response()
    assert refused.status == 400
    assert b"close" in refused.tokens(b"connection")
    client.expect_end()
    assert [r.target for r in wire.upstream.requests] == [b"/1"]


def test_a_broken_request_does_not_overtake_the_valid_one_before_it(wire: Wire, client: Client) -> None:
    client.send(get(target=b"/slow") + b"BROKEN\r\n\r\n")

    assert client.response().body == b"/slow "
    assert client.response().status == 400
    client.expect_end()


@table(
    *[
        type("Row", (), {"name": name, "first": first})()
        for name, first in {
            "two lengths": post(b"Content-Length: 5", b"Content-Length: 0", body=b"hello"),
            "a length beside chunked": post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
            "a coding that is not chunked": post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
            "a folded length": post(b"Content-Length:", b" 5", body=b"hello"),
            "a length behind a space": post(b"Content-Length : 5", body=b"hello"),
            "a bare LF in the head": b"GET / HTTP/1.1\r\nHost: example.com\nX: y\r\n\r\n",
            "no host": lines(b"GET / HTTP/1.1"),
        }.items()
    ]
)
def test_nothing_that_follows_a_request_of_doubtful_framing_is_read(wire: Wire, client: Client, case: object) -> None:
    client.send(case.first + get(target=b"/smuggled"))  # type: ignore[attr-defined]

    assert client.response().status == 400
    client.expect_end()
    wire.still_serves()
    assert b"/smuggled" not in b"".join(wire.upstream.received())


def test_what_follows_a_request_that_closes_is_not_read(wire: Wire, client: Client) -> None:
    client.send(get(b"Connection: close", target=b"/1") + get(target=b"/2"))

    assert client.response().body == b"/1 "
    client.expect_end()
    assert [r.target for r in wire.upstream.requests] == [b"/1"]


def test_what_follows_an_http_1_0_request_is_not_read(wire: Wire, client: Client) -> None:
    client.send(lines(b"GET /1 HTTP/1.0") + get(target=b"/2"))

    assert client.response().body == b"/1 "
    client.expect_end()
    assert [r.target for r in wire.upstream.requests] == [b"/1"]


def test_answers_of_the_gateways_own_stand_in_line_with_the_others(wire: Wire, client: Client) -> None:
    client.send(get(target=b"/1") + get(target=b"/hello") + get(target=b"/%2e%2e/x") + get(target=b"/4"))

    assert client.response().body == b"/1 "
    assert client.response().body == b"hello"
    assert client.response().status == 400
    assert client.response().body == b"/4 "


def test_a_head_between_two_gets_has_no_body(wire: Wire, client: Client) -> None:
    client.send(get(target=b"/1") + lines(b"HEAD /2 HTTP/1.1", HOST) + get(target=b"/3"))

    assert client.response().body == b"/1 "
    assert client.response(b"HEAD").body == b""
    assert client.response().body == b"/3 "


def test_a_connection_serves_many_requests_one_after_another(wire: Wire, client: Client) -> None:
    for i in range(100):
        assert client.send(get(target=b"/%d" % i)).response().body == b"/%d " % i


def test_an_empty_line_after_a_body_is_forgiven(wire: Wire, client: Client) -> None:
    client.send(post(b"Content-Length: 5", body=b"hello", target=b"/1") + b"\r\n" + get(target=b"/2"))

    assert [client.response().body, client.response().body] == [b"/1 hello", b"/2 "]


def test_many_pipelined_requests_wait_in_bounded_memory(wire: Wire) -> None:
    wire.upstream.script = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    with wire.client() as client:
        for _ in range(20):
            client.send(b"".join(get(target=b"/n", host=HOST) for _ in range(100)))
        statuses = [client.response().status for _ in range(2000)]

    assert set(statuses) == {200}
