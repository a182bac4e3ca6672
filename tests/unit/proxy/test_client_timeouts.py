"""The timeouts of clients (behaviour: 4, 25): heads, bodies, rates, reading, lingering; whatever they do, they are let go."""

from dataclasses import replace

from tests.support.http1 import lines
from tests.unit.proxy.scene import SERVICE, ask, plan, scene

CHUNKED = b"Transfer-Encoding: chunked"


def test_a_client_that_says_nothing_is_let_go() -> None:
    with scene() as s:
        client = s.client()
        s.advance(64.9, step=0.1)
        assert not client.closed
        s.advance(0.3, step=0.1)

        assert client.closed
        assert client.got() == b""
        assert s.log == []


def test_a_connection_between_two_requests_is_let_go() -> None:
    with scene() as s:
        client = s.client()
        client.ask(target=b"/health")
        client.got()
        s.advance(65.2, step=0.1)

        assert client.closed
        assert client.got() == b""


def test_a_head_that_does_not_arrive_in_time_is_a_408() -> None:
    with scene() as s:
        client = s.client()
        client.send(b"GET / HT")
        s.advance(9.9)
        assert client.got() == b""
        s.advance(0.2)

        assert client.problem() == (408, "request_timeout")
        assert client.ended
        assert [(line["status"], line["method"]) for line in s.log] == [(408, "GET")]


def test_a_head_that_comes_byte_by_byte_has_no_more_time() -> None:
    with scene() as s:
        client = s.client()
        for byte in b"GET / HTTP/1.1\r\n":
            if not client.ended:
                client.send(bytes([byte]))
            s.advance(1)

        assert client.problem() == (408, "request_timeout")


def test_each_head_has_its_own_time() -> None:
    with scene() as s:
        client = s.client()
        for _ in range(4):
            client.send(ask(target=b"/health")[:10])
            s.advance(8)
            client.send(ask(target=b"/health")[10:])
            assert client.response().status == 200
            s.advance(50, step=0.5)

        assert not client.ended


def test_the_second_head_of_two_has_its_own_time() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask() + b"GET / HT")
        s.advance(9)
        s.upstream().answer()
        client.response()
        s.advance(9)
        assert not client.ended
        s.advance(1.5)

        assert client.problem() == (408, "request_timeout")


def test_a_body_that_stops_arriving_is_a_408_and_frees_the_service() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 100", body=b"abc")
        s.advance(29.8, step=0.1)
        assert client.got() == b""
        s.advance(0.4, step=0.1)

        assert client.problem() == (408, "request_timeout")
        assert client.ended
        assert s.upstream().closed


def test_a_body_that_never_starts_is_a_408() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED)
        s.advance(30.2, step=0.1)

        assert client.problem() == (408, "request_timeout")


def test_a_body_that_stops_while_the_answer_has_begun_ends_both() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 100", body=b"abc")
        s.upstream().send(lines(b"HTTP/1.1 200 OK", CHUNKED) + b"1\r\na\r\n")
        s.advance(30.2, step=0.1)

        assert client.closed
        assert client.response().cut
        assert s.upstream().closed
        assert len(s.log) == 1


def test_a_body_slower_than_the_least_rate_is_a_408() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 1000000")
        for _ in range(20):
            if not client.ended:
                client.send(b"x" * 100)
            s.advance(5, step=0.1)

        assert client.problem() == (408, "request_timeout")
        assert s.upstream().closed


def test_a_slow_body_has_thirty_seconds_to_catch_up() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 1000000")
        for _ in range(5):
            client.send(b"x")
            s.advance(5.5, step=0.1)

        assert not client.ended
        client.send(b"x" * 60_000)
        s.advance(5, step=0.1)
        client.send(b"x")
        assert not client.ended


def test_a_body_that_keeps_to_the_least_rate_may_take_hours() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", CHUNKED)
        for _ in range(200):
            client.send(b"5000\r\n" + b"x" * 0x5000 + b"\r\n")
            s.upstream().got()
            s.advance(18, step=0.5)

        assert not client.ended


def test_a_rate_of_zero_is_no_rate() -> None:
    with scene(plan(min_body_rate=0)) as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 1000")
        for _ in range(30):
            client.send(b"x")
            s.advance(20, step=0.5)

        assert not client.ended


def test_the_time_that_the_service_takes_to_read_is_not_the_clients() -> None:
    with scene() as s:
        warm = s.client()
        warm.ask()
        s.upstream().answer()
        s.upstream().stall()
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 200000", body=b"x" * 100_000)
        assert client.paused
        s.advance(29)
        s.upstream().read_on()
        assert not client.paused
        s.advance(1)
        client.send(b"x" * 100_000)

        assert not client.ended
        s.upstream().answer()
        assert client.response().status == 200


def test_a_client_that_does_not_read_is_given_up() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        client.stall()
        s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 1000000") + b"x" * 100_000)
        assert s.upstream().paused
        s.advance(30.3, step=0.1)

        assert client.closed
        assert s.upstream().closed
        assert s.log[0]["reason"] == "client_closed"


def test_a_client_that_does_not_read_the_end_of_a_response_is_given_up_too() -> None:
    with scene() as s:
        client = s.client()
        client.stall()
        client.ask()
        s.upstream().answer(b"x" * 60_000)
        assert len(s.log) == 1
        s.advance(200, step=0.5)

        assert client.closed, "a connection that nobody reads from must not stay for ever"


def test_a_client_that_says_goodbye_and_does_not_read_is_given_up() -> None:
    """With a response unread, a request on its way, and an end said."""
    with scene() as s:
        client = s.client()
        client.stall()
        client.ask()
        s.upstream().answer(b"x" * 30_000)
        client.ask()
        client.finish()
        s.advance(200, step=0.5)

        assert client.closed
        assert [line["status"] for line in s.log] == [200, 499]


def test_a_client_that_does_not_read_a_refusal_is_given_up() -> None:
    with scene() as s:
        client = s.client()
        client.stall()
        client.send(b"nonsense\r\n\r\n")
        s.advance(120, step=0.5)

        assert client.closed


def test_a_client_that_reads_slowly_is_waited_for() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        client.stall()
        s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 1000000"))
        for _ in range(10):
            s.upstream().send(b"x" * 100_000)
        for _ in range(20):
            s.advance(20, step=0.5)
            client.read_on(60_000)

        assert not client.ended
        client.read_on()
        assert client.response().body == b"x" * 1_000_000
        assert s.upstream().transport.undelivered == 0


def test_a_client_that_reads_the_end_of_a_response_slowly_is_waited_for_too() -> None:
    """Also where the connection is to close behind it: nothing of what is still to be sent is thrown away."""
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", b"Connection: close")
        client.stall()
        s.upstream().answer(b"x" * 60_000)
        for _ in range(12):
            s.advance(20, step=0.5)
            client.read_on(5_500)
        client.read_on()

        assert client.response().body == b"x" * 60_000
        assert client.closed


def test_the_services_time_does_not_run_while_the_client_does_not_read() -> None:
    with scene(plan(services=[replace(SERVICE, idle_timeout=5.0)])) as s:
        client = s.client()
        client.ask()
        client.stall()
        s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 1000000") + b"x" * 100_000)
        s.advance(20)
        assert not s.upstream().closed
        client.read_on()
        s.advance(4)
        assert not s.upstream().closed
        s.advance(1.2)
        assert s.upstream().closed


def test_a_connection_lingers_two_seconds_for_the_client_to_read_its_answer() -> None:
    with scene() as s:
        client = s.client()
        client.send(b"nonsense\r\n\r\n")
        assert client.transport.ended
        assert not client.closed
        s.advance(2.2)
        assert client.closed


def test_a_client_that_ends_first_is_not_lingered_for() -> None:
    with scene() as s:
        client = s.client()
        client.send(b"nonsense\r\n\r\n")
        client.finish()
        assert client.closed
