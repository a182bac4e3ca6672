"""Several requests on one connection at once: answered in order, one at a time, in bounded memory (RFC 9112 9.3)."""

import pytest

from tests.support.http1 import lines
from tests.unit.proxy.scene import HOST, ask, plan, scene

LIMIT = 512 * 1024
"""Bytes that may wait for a client that does not read, whatever it asks for: a few times the mark of 64 KiB."""


def test_requests_in_one_packet_are_sent_on_one_after_another() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(target=b"/1") + ask(target=b"/2") + ask(target=b"/3"))

        for number in (b"1", b"2", b"3"):
            assert s.upstream().request().target == b"/" + number
            assert s.upstream().got() == b""
            s.upstream().answer(number)
            assert client.response().body == number


def test_a_thousand_requests_that_the_gateway_answers_itself() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(target=b"/health") * 1000)

        assert [client.response().status for _ in range(1000)] == [200] * 1000
        assert len(s.log) == 1000
        client.ask(target=b"/health")
        assert client.response().status == 200


def test_a_thousand_requests_that_a_service_answers_at_once() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask() * 1000)
        for _ in range(1000):
            s.upstream().answer(b"x")

        assert [client.response().body for _ in range(1000)] == [b"x"] * 1000
        assert len(s.ups) == 1


def test_answers_of_both_kinds_stand_in_line() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(target=b"/1") + ask(target=b"/health") + ask(target=b"/%2e%2e/x") + ask(target=b"/2"))
        assert client.got() == b""
        s.upstream().answer(b"one")
        assert client.response().body == b"one"
        assert client.response().body == b"ok\n"
        assert client.problem() == (400, "bad_path")
        s.upstream().answer(b"two")
        assert client.response().body == b"two"


def test_a_request_may_be_cut_anywhere_between_two_packets() -> None:
    both = ask(b"POST", b"/1", b"Content-Length: 5", body=b"hello") + ask(target=b"/2")
    for cut in range(1, len(both)):
        with scene() as s:
            client = s.client()
            client.send(both[:cut], both[cut:])
            assert s.upstream().request().body == b"hello"
            s.upstream().answer(b"1")
            s.upstream().answer(b"2")
            assert [client.response().body, client.response().body] == [b"1", b"2"]


def test_a_request_with_a_body_does_not_keep_the_next_one_from_being_read() -> None:
    with scene() as s:
        client = s.client()
        for number in range(3):
            client.ask(b"POST", b"/%d" % number, b"Content-Length: 5", body=b"hello")
            assert not client.paused
            s.upstream().answer(b"%d" % number)
            assert client.response().body == b"%d" % number


@pytest.mark.parametrize("framing", [b"Content-Length: 5", b"Transfer-Encoding: chunked"])
def test_a_body_that_ends_while_the_connection_is_being_made_does_not_stop_the_reading(framing: bytes) -> None:
    body = b"hello" if b"Length" in framing else b"5\r\nhello\r\n0\r\n\r\n"
    with scene() as s:
        s.connects = False
        client = s.client()
        client.ask(b"POST", b"/1", framing, body=body)
        s.connects = True
        s.advance(0.1)
        assert s.upstream().request().body == b"hello"
        s.upstream().answer(b"1")
        assert client.response().body == b"1"

        client.ask(target=b"/2")
        s.upstream().answer(b"2")
        assert client.response().body == b"2"


def test_a_client_that_leaves_after_a_body_is_noticed() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/1", b"Content-Length: 5", body=b"hello")
        client.finish()

        assert client.closed
        assert s.upstream().closed
        assert s.log[0]["reason"] == "client_closed"


def test_a_valid_request_before_a_broken_one_is_answered() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(target=b"/1") + b"GET / HTTP/9.9\r\n\r\n" + ask(target=b"/2"))
        s.upstream().answer(b"1")

        assert client.response().body == b"1"
        assert client.problem() == (400, "bad_request")
        assert client.ended
        assert client.got() == b""
        assert [line["status"] for line in s.log] == [200, 400]


def test_what_follows_a_request_that_closes_is_not_read() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(b"GET", b"/1", b"Connection: close") + ask(target=b"/2"))
        s.upstream().answer(b"1", b"Connection: keep-alive")
        response = client.response()

        assert (response.body, response.values(b"connection")) == (b"1", [b"close"])
        assert client.closed
        assert len(s.log) == 1


def test_what_follows_an_answer_that_closes_is_not_read() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(b"GET", b"/health", b"Connection: close") + ask(target=b"/2"))

        assert client.response().body == b"ok\n"
        assert client.closed
        assert s.ups == []


@pytest.mark.parametrize("empty", [b"\r\n", b"\r\n\r\n"])
def test_an_empty_line_or_two_before_a_request_are_forgiven(empty: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.send(empty + ask() + empty + ask())
        s.upstream().answer(b"1")
        s.upstream().answer(b"2")

        assert [client.response().body, client.response().body] == [b"1", b"2"]


def test_empty_lines_without_end_are_not() -> None:
    with scene() as s:
        client = s.client()
        client.send(b"\r\n" * 100)
        assert client.problem() == (400, "bad_request")
        assert client.ended


def test_empty_lines_do_not_keep_a_connection_open() -> None:
    with scene(plan(keepalive_timeout=65.0, header_timeout=10.0)) as s:
        client = s.client()
        for _ in range(200):
            client.send(b"\r\n")
            s.advance(0.5, step=0.5)

        assert client.closed or client.ended


# ── a client that asks and does not read ──────────────────────────────


def test_answers_of_the_gateways_own_wait_in_bounded_memory() -> None:
    with scene() as s:
        client = s.client()
        client.stall()
        for _ in range(20):
            client.send(ask(target=b"/health") * 1000)

        assert client.transport.get_write_buffer_size() < LIMIT
        assert client.paused, "it is not read from while it does not read"


def test_and_all_of_them_come_once_it_reads() -> None:
    with scene() as s:
        client = s.client()
        client.stall()
        for _ in range(5):
            client.send(ask(target=b"/health") * 1000)
        client.read_on()

        assert [client.response().status for _ in range(5000)] == [200] * 5000


def test_responses_of_a_service_wait_in_bounded_memory() -> None:
    with scene() as s:
        client = s.client()
        client.stall()
        client.send(ask() * 200)
        for _ in range(100):
            if s.upstream().got():
                s.upstream().answer(b"x" * 50_000)

        assert client.transport.get_write_buffer_size() < LIMIT


def test_a_large_response_behind_others_that_were_not_read_is_not_gathered() -> None:
    with scene() as s:
        client = s.client()
        client.stall()
        client.send(ask() * 2)
        s.upstream().answer(b"x" * 100_000)
        s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 1000000000"))
        for _ in range(100):
            s.upstream().send(b"y" * 64_000)

        assert client.transport.get_write_buffer_size() < LIMIT


def test_requests_that_wait_are_read_in_bounded_memory_and_all_answered() -> None:
    with scene() as s:
        client = s.client()
        client.ask(target=b"/slow")
        for _ in range(50):
            client.send(ask(target=b"/health") * 100)
        assert client.paused
        assert client.transport.undelivered > 0
        s.upstream().answer(b"done")

        assert client.response().body == b"done"
        assert [client.response().status for _ in range(5000)] == [200] * 5000
        client.ask(target=b"/health")
        assert client.response().status == 200


def test_a_client_that_leaves_with_requests_waiting_leaves_nothing_behind() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(target=b"/1") * 10)
        client.reset()

        assert s.upstream().closed
        assert len(s.log) == 1
        assert len(s.ups) == 1


def test_a_host_line_belongs_to_its_own_request() -> None:
    with scene() as s:
        client = s.client()
        client.send(lines(b"GET /1 HTTP/1.1", b"Host: a.example") + lines(b"GET /2 HTTP/1.1", HOST))
        assert s.upstream().request().values(b"x-forwarded-host") == [b"a.example"]
        s.upstream().answer()
        assert s.upstream().request().values(b"x-forwarded-host") == [b"example.com"]
