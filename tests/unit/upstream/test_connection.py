"""What an upstream connection tells its receiver: each event once, in order, and nothing after the last (receiver.py)."""

import pytest

from gatewayctl.core.framing import CHUNKED, UNTIL_CLOSE
from gatewayctl.upstream.connection import MAX_RESPONSE_HEAD
from tests.support.http1 import chunked, lines
from tests.unit.proxy.scene import answer
from tests.unit.upstream.recording import Bench

OK = b"HTTP/1.1 200 OK"


def test_a_complete_response_is_one_event() -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.said(answer(b"hello"))

        assert receiver.events == ["response 200 5 b'hello' complete"]
        assert bench.state == "idle"


def test_a_response_in_pieces_is_a_head_pieces_and_an_end() -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.said(lines(OK, b"Content-Length: 6") + b"ab", b"cd", b"ef")

        assert receiver.events == ["response 200 6 b'ab'", "piece b'cd'", "piece b'ef'", "end []"]


def test_chunks_are_pieces_and_trailers_come_with_the_end() -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.said(lines(OK, b"Transfer-Encoding: chunked"), chunked(b"ab", b"cd", trailers=[b"X: y"]))

        assert receiver.events == [f"response 200 {CHUNKED} b''", "piece b'abcd'", "end [b'x']"]


def test_a_body_until_the_end_of_the_connection() -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.said(lines(OK) + b"ab", b"cd")
        bench.ended()

        assert receiver.events == [f"response 200 {UNTIL_CLOSE} b'ab'", "piece b'cd'", "end []"]


def test_interim_responses_come_before_the_final_one() -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.said(lines(b"HTTP/1.1 103 Early Hints") + lines(b"HTTP/1.1 100 Continue") + answer(b""))

        assert receiver.events == ["interim 103", "interim 100", "response 200 0 b'' complete"]


def test_a_switch_is_the_last_that_a_receiver_hears() -> None:
    with Bench() as bench:
        receiver = bench.send(upgrade=True)
        bench.said(
            lines(b"HTTP/1.1 101 Switching Protocols", b"Connection: upgrade", b"Upgrade: websocket") + b"x", b"y"
        )

        assert receiver.events == ["switch websocket b'x'"]
        assert bench.state == "tunnel"


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 2"])
@pytest.mark.parametrize("end", ["ended", "broke"])
def test_an_end_before_a_head_is_a_reset_and_tells_whether_something_had_come(begun: bytes, end: str) -> None:
    with Bench() as bench:
        receiver = bench.send()
        if begun:
            bench.said(begun)
        getattr(bench, end)()

        assert receiver.events == [f"failure upstream_reset answered={bool(begun)}"]


def test_an_interim_response_is_an_answer_begun() -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.said(lines(b"HTTP/1.1 102 Processing"))
        bench.broke()

        assert receiver.events == ["interim 102", "failure upstream_reset answered=True"]


@pytest.mark.parametrize(
    "said",
    [
        (b"nonsense\r\n\r\n",),
        (b"HTTP/1.1 200 OK\nX: y",),
        (b"HTTP/1.1 200 OK\r\nX: \x00y",),
        (b"HTTP/1.1 200 OK\r\nX: y\rz",),
        (b"HTTP/1.1 200 OK\r\n" + b"X" * MAX_RESPONSE_HEAD,),
        (lines(OK, b"X: " + b"y" * MAX_RESPONSE_HEAD),),
        (lines(b"HTTP/1.1 103 Early Hints") * 17,),
    ],
)
def test_what_is_no_response_is_one_failure_and_the_end(said: tuple[bytes, ...]) -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.said(*said)

        assert receiver.events[-1] == "failure bad_response answered=True"
        assert sum(event.startswith("failure") for event in receiver.events) == 1
        assert bench.state == "closed"


def test_a_head_just_within_the_bound_passes() -> None:
    with Bench() as bench:
        receiver = bench.send()
        head = lines(OK, b"Content-Length: 0", b"X: ")[:-5]
        padding = b" " + b"y" * (MAX_RESPONSE_HEAD - len(head) - 1)
        bench.said(head + padding + b"\r\n\r\n")

        assert receiver.events == ["response 200 0 b'' complete"]


def test_an_abandoned_response_is_told_to_nobody() -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.connection.abandon()
        bench.settle()

        assert receiver.events == []
        assert bench.state == "closed"
        assert bench.instance.connections == 0


def test_a_receiver_that_sends_its_next_request_while_it_is_told_of_the_end_may_use_the_same_connection() -> None:
    with Bench() as bench:
        first = bench.send()
        second = bench.receiver()
        first.then = lambda: bench.send_on(bench.instance.acquire(bench.clock.now), second)
        bench.said(lines(OK, b"Content-Length: 4") + b"ab", b"cd")
        bench.said(answer(b"2"))

        assert first.events[-1] == "end []"
        assert second.events == ["response 200 1 b'2' complete"]


def test_an_upload_that_is_not_over_keeps_a_connection_out_of_the_pool() -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.connection.uploading = True
        bench.said(answer(b"early"))

        assert receiver.events == ["response 200 5 b'early' complete"]
        assert bench.state == "closed"


def test_a_fault_of_the_receivers_own_is_told_to_it_and_reported() -> None:
    for said in (answer(b"x"), lines(OK, b"Content-Length: 5") + b"x", lines(b"HTTP/1.1 102 Processing")):
        with Bench() as bench:
            receiver = bench.send()
            receiver.fails = True
            bench.said(said)

            assert receiver.events[-1] == "failure internal_error answered=True"
            assert bench.state == "closed"
            assert len(bench.reports) == 1


def test_reading_stops_and_goes_on_as_the_receiver_wants() -> None:
    with Bench() as bench:
        bench.send()
        bench.said(lines(OK, b"Content-Length: 100") + b"x")
        bench.connection.pause()
        assert not bench.transport.is_reading()
        bench.connection.resume()
        assert bench.transport.is_reading()


def test_a_receiver_learns_whether_more_may_be_sent() -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.transport.stalled = True
        bench.transport.write(b"x" * 100_000)
        bench.transport.drain()

        assert receiver.events == ["writable False", "writable True"]


def test_bytes_between_two_requests_end_the_connection_quietly() -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.said(answer(b"x"), b"more")

        assert receiver.events == ["response 200 1 b'x' complete"]
        assert bench.state == "closed"
        assert bench.instance.acquire(bench.clock.now) is None


@pytest.mark.parametrize("status", [b"600 Odd", b"999 Odd"])
def test_a_status_out_of_all_classes_is_an_event_like_any_other(status: bytes) -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.said(answer(b"x", status=status))

        assert len(receiver.events) == 1
