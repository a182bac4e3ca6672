"""The ASGI door on a clock and a network of the test's: heads, bodies, backpressure, endings."""

import asyncio
import gc
from typing import Any

import pytest

from gatewayctl.core.chunked import chunk
from gatewayctl.proxy.asgi import AsgiGateway
from gatewayctl.proxy.asgi.door import HIGH_WATER, AsgiDoor, ResponseCutError
from tests.support.http1 import lines
from tests.unit.proxy.asgi_call import Call, Headers
from tests.unit.proxy.scene import Scene, plan, route, scene

PIECE = b"x" * 32 * 1024


def length(size: int) -> Headers:
    return [(b"content-length", b"%d" % size)]


# ── heads ─────────────────────────────────────────────────────────────


def test_a_request_goes_on_and_its_answer_comes_back_in_two_messages() -> None:
    with scene() as on:
        call = Call(on, path=b"/a%2Db?q=%2F", headers=[(b"x-a", b"1"), (b"x-a", b"2")])
        request = on.upstream().request()
        assert (request.method, request.target) == (b"GET", b"/a-b?q=%2F")
        assert request.values(b"x-a") == [b"1", b"2"]
        assert request.values(b"x-forwarded-for") == [b"203.0.113.9"]
        on.upstream().answer(b"hello", b"X-B: 3")

        assert (call.status, call.content, call.header(b"x-b")) == (200, b"hello", [b"3"])
        assert [message["type"] for message in call.sent] == ["http.response.start", "http.response.body"]
        assert call.complete
        assert on.log[-1]["status"] == 200


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"headers": [(b"host", b"other.example")]}, "bad_request"),
        ({"headers": [(b"x", b"a\r\nx-injected: 1")]}, "bad_request"),
        ({"headers": [(b"x\r\ny", b"a")]}, "bad_request"),
        ({"headers": [(b"x", b"a\nb")]}, "bad_request"),
        ({"headers": [(b"x y", b"a")]}, "bad_request"),
        ({"headers": [(b"content-length", b"1"), (b"content-length", b"2")]}, "bad_request"),
        ({"headers": [(b"content-length", b"1, 1")]}, "bad_request"),
        ({"headers": [(b"content-length", b"1"), (b"transfer-encoding", b"chunked")]}, "bad_request"),
        ({"headers": [(b"transfer-encoding", b"gzip, chunked")]}, "bad_request"),
        ({"path": b"/ x"}, "bad_request"),
        ({"path": b"/x\r\nhost: y"}, "bad_request"),
        ({"path": b"/../../etc"}, "bad_path"),
        ({"method": "GE T"}, "bad_request"),
        ({"method": "GE\r\nT"}, "bad_request"),
        ({"headers": [(b"x", b"a" * 20_000)]}, "headers_too_large"),
        ({"path": b"/" + b"a" * 20_000}, "uri_too_long"),
        ({"headers": [(b"x", b"a")] * 200}, "headers_too_large"),
        ({"version": "2", "headers": [(b"a:b", b"c")]}, "bad_request"),
    ],
    ids=lambda value: None if isinstance(value, str) else str(value)[:60],
)
def test_what_a_server_has_let_pass_is_checked_again(wrong: dict[str, Any], reason: str) -> None:
    with scene() as on:
        call = Call(on, **wrong)

        assert call.problem()[1] == reason
        assert on.ups == []
        assert on.log[-1]["reason"] == reason


def test_a_malformed_request_ends_its_connection() -> None:
    with scene() as on:
        assert Call(on, method="GE T").header(b"connection") == [b"close"]
        assert Call(on, path=b"/x", version="2", method="GE T").header(b"connection") == []


def test_a_request_without_a_host_is_for_http_1_0_only() -> None:
    with scene() as on:
        refused = Call(on)
        refused.leave()
        bare = Call(on, version="1.0")
        on.upstream().answer()
        assert bare.status == 200


def test_what_stands_before_the_mount_is_not_the_gateways() -> None:
    with scene() as on:
        Call(on, path=b"/gw/users", root_path="/gw")
        assert on.upstream().request().target == b"/users"
        on.upstream().answer()
        Call(on, path=b"/gw", root_path="/gw")
        assert on.upstream().request().target == b"/"
        on.upstream().answer()
        Call(on, path=b"/users", root_path="/gw")  # a server that does not count it into the path
        assert on.upstream().request().target == b"/users"
        on.upstream().answer()


def test_a_mount_that_is_spelled_in_another_way_is_refused() -> None:
    with scene() as on:
        call = Call(on, path=b"/gw/users", root_path="/gw", raw_path=b"/g%77/users")
        assert call.problem() == (400, "bad_request")


def test_a_server_that_keeps_no_raw_path_is_understood() -> None:
    with scene() as on:
        Call(on, path=b"/a b", raw_path=None)
        assert on.upstream().request().target == b"/a%20b"
        on.upstream().answer()


def test_what_the_server_has_seen_to_does_not_go_on() -> None:
    with scene() as on:
        call = Call(
            on,
            "POST",
            headers=[
                *length(1), (b"expect", b"100-continue"), (b"te", b"trailers"), (b"upgrade", b"h2c"),
                (b"connection", b"te, upgrade, x-hop"), (b"x-hop", b"1"),
            ],
        )  # fmt: skip
        call.body(b"x")
        request = on.upstream().request()
        for name in (b"expect", b"te", b"upgrade", b"connection", b"x-hop"):
            assert request.values(name) == []
        on.upstream().send(lines(b"HTTP/1.1 103 Early Hints", b"Link: </a>"))
        on.upstream().answer()
        assert (call.status, call.content) == (200, b"hello")


# ── bodies ────────────────────────────────────────────────────────────


def test_pieces_of_a_body_go_on_as_they_come() -> None:
    with scene() as on:
        call = Call(on, "POST", headers=length(6))
        call.body(b"abc", more=True)
        assert on.upstream().got().endswith(b"\r\n\r\nabc")
        call.body(b"def")
        assert on.upstream().got() == b"def"
        on.upstream().answer()
        assert call.complete


@pytest.mark.parametrize("pieces", [[b"abc", b"defg"], [b"abc"], [b""]], ids=["longer", "shorter", "none"])
def test_a_body_of_another_length_than_stated_never_completes_a_request(pieces: list[bytes]) -> None:
    with scene() as on:
        call = Call(on, "POST", headers=length(6))
        for piece in pieces[:-1]:
            call.body(piece, more=True)
        call.body(pieces[-1])

        assert call.problem() == (400, "bad_request")
        assert on.upstream().closed or on.upstream().ended


def test_a_service_that_does_not_read_holds_up_the_server() -> None:
    with scene() as on:
        on.services_read = False
        call = Call(on, "POST", headers=[(b"transfer-encoding", b"chunked")])
        for _ in range(3):
            call.body(PIECE, more=True)
        assert not call.waits_for_more, "receive is not called while the service does not read"
        on.upstream().read_on()
        assert call.waits_for_more
        call.body(b"")
        on.upstream().answer()
        assert call.complete


def test_a_body_that_stops_arriving_is_a_408() -> None:
    with scene() as on:
        call = Call(on, "POST", headers=length(6))
        call.body(b"abc", more=True)
        on.advance(29.0, step=1.0)
        assert not call.sent
        on.advance(2.0)
        assert call.problem() == (408, "request_timeout")


def test_a_body_over_http_2_needs_no_field_to_say_that_it_is_there() -> None:
    with scene() as on:
        with_body = Call(on, "POST", version="2")
        assert on.ups == [], "only the first message tells"
        with_body.body(b"abc", more=True)
        with_body.body(b"")
        request = on.upstream().request()
        assert (request.body, request.values(b"transfer-encoding")) == (b"abc", [b"chunked"])
        on.upstream().answer()
        without = Call(on, "POST", version="2")
        without.body(b"")
        assert on.upstream().request().values(b"transfer-encoding") == []
        on.upstream().answer()
        assert with_body.complete and without.complete


def test_an_early_answer_does_not_wait_for_the_body() -> None:
    with scene(plan([route(max_body=4)])) as on:
        call = Call(on, "POST", headers=[(b"transfer-encoding", b"chunked")])
        call.body(b"abcdef", more=True)
        assert call.problem() == (413, "body_too_large")


# ── answers ───────────────────────────────────────────────────────────


def test_the_head_does_not_wait_for_the_body_and_pieces_go_out_as_they_come() -> None:
    with scene() as on:
        call = Call(on)
        on.upstream().send(lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked"))
        assert call.status == 200
        assert len(call.sent) == 2, "servers that hold a head back until a body comes are given an empty piece"
        on.upstream().send(chunk(b"one"), chunk(b"two"))
        assert [message["body"] for message in call.sent[2:]] == [b"one", b"two"]
        on.upstream().send(b"0\r\nX-Trailer: 1\r\n\r\n")
        assert call.complete
        assert call.header(b"transfer-encoding") == call.header(b"content-length") == []


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_an_answer_that_has_no_body_promises_none(status: bytes) -> None:
    with scene() as on:
        call = Call(on)
        on.upstream().send(lines(b"HTTP/1.1 " + status, b"Content-Length: 5", b'ETag: "a"'))
        assert (call.complete, call.content) == (True, b"")
        assert call.header(b"content-length") == []


def test_a_client_that_does_not_read_holds_up_the_service() -> None:
    with scene() as on:
        call = Call(on)
        on.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: %d" % (8 * len(PIECE))))
        call.stalled = True
        for _ in range(3):
            on.upstream().send(PIECE)
        assert on.upstream().paused
        assert 3 * len(PIECE) >= HIGH_WATER
        call.read_on()
        assert not on.upstream().paused
        for _ in range(5):
            on.upstream().send(PIECE)
        assert call.complete
        assert len(call.content) == 8 * len(PIECE)


def test_a_client_that_never_reads_is_given_up() -> None:
    with scene() as on:
        call = Call(on)
        on.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: %d" % (8 * len(PIECE))))
        call.stalled = True
        for _ in range(3):
            on.upstream().send(PIECE)
        on.advance(50.0, step=1.0)
        assert on.log == [], "slow is not too slow: a piece may take as long as min_body_rate lets it"
        on.advance(20.0, step=1.0)
        assert on.log[-1]["reason"] == "client_closed"
        assert on.upstream().closed
        call.read_on()
        with pytest.raises(ResponseCutError):
            call.task.result()


@pytest.mark.parametrize("status", [200, 206])
def test_a_body_that_breaks_off_raises_into_the_server(status: int) -> None:
    with scene() as on:
        call = Call(on)
        on.upstream().send(lines(b"HTTP/1.1 %d OK" % status, b"Content-Length: 10"), b"half")
        on.upstream().reset()
        assert call.content == b"half"
        assert call.sent[-1]["more_body"]
        with pytest.raises(ResponseCutError):
            call.task.result()
        assert on.log[-1]["reason"] == "upstream_reset"


# ── leaving ───────────────────────────────────────────────────────────


def test_a_client_that_leaves_frees_the_service_after_a_moment() -> None:
    with scene() as on:
        call = Call(on)
        assert not call.waits_for_more, "a quick answer is not worth the listening"
        on.advance(0.3)
        call.body(b"")  # what servers say first, of a request without a body
        assert call.waits_for_more
        call.leave()
        assert on.upstream().closed
        assert call.task.done() and not call.task.exception()
        assert (on.log[-1]["status"], on.log[-1]["reason"]) == (499, "client_closed")


def test_a_client_that_leaves_while_it_uploads_frees_the_service_at_once() -> None:
    with scene() as on:
        call = Call(on, "POST", headers=length(6))
        call.body(b"abc", more=True)
        call.leave()
        assert on.upstream().closed
        assert on.log[-1]["reason"] == "client_closed"


def test_a_call_that_the_server_cancels_is_settled() -> None:
    with scene() as on:
        call = Call(on)
        call.task.cancel()
        on.settle()
        assert on.upstream().closed
        assert on.log[-1]["detail"] == "the server ended the request"


def test_a_call_that_is_cancelled_before_it_has_begun_leaves_nothing() -> None:
    with scene() as on:
        app = AsgiGateway(on.gateway)
        scope = Call(on, application=app).scope
        on.upstream().request()
        on.upstream().answer()
        on.settle()
        task = on.loop.create_task(app(scope, _never, _never))
        task.cancel()
        on.settle()

        assert task.cancelled()
        assert on.gateway.in_flight == 0


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_what_a_server_makes_of_a_cancelled_receive_reaches_nobody(version: str) -> None:
    told: list[dict[str, Any]] = []
    with scene() as on:
        on.loop.set_exception_handler(lambda loop, context: told.append(context))
        call = Call(on, "POST", headers=length(5) if version == "1.1" else None, version=version)
        if version == "2":
            call.body(b"a", more=True)
        call.answers_cancelling = True
        call.task.cancel()
        on.settle()
        gc.collect()
        on.settle()

        assert call.task.cancelled()
        assert on.gateway.in_flight == 0
    assert told == []


def test_a_refusal_that_cannot_be_sent_leaves_nothing_to_collect() -> None:
    async def broken(message: object) -> None:
        raise RuntimeError("no")

    with scene() as on:
        scope = Call(on, path=b"/ x").scope
        gc.collect()
        gc.disable()
        try:
            for _ in range(3):
                task = on.loop.create_task(AsgiGateway(on.gateway)(scope, _never, broken))
                on.settle()
                assert isinstance(task.exception(), RuntimeError)
                del task
            assert not [one for one in gc.get_objects() if type(one) is AsgiDoor]
        finally:
            gc.enable()


async def _never(*message: object) -> Any:
    await asyncio.Event().wait()


def test_a_server_that_says_by_an_error_that_the_client_left_is_understood() -> None:
    with scene() as on:
        call = Call(on)
        call.sent = _Gone()
        on.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 10"), b"half")
        assert on.upstream().closed
        assert call.task.done() and call.task.exception() is None
        assert on.log[-1]["reason"] == "client_closed"


class _Gone(list[dict[str, Any]]):
    """Takes nothing."""

    def append(self, message: dict[str, Any]) -> None:
        raise ConnectionResetError


# ── an application behind ─────────────────────────────────────────────


def _behind(on: Scene, seen: list[Any]) -> AsgiGateway:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["path"], await receive()))
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b"own"})

    return AsgiGateway(on.gateway, app)


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_what_no_route_takes_goes_to_the_application_behind_untouched(version: str) -> None:
    with scene(plan([route(path="/api/*", methods=("GET",))])) as on:
        seen: list[Any] = []
        app = _behind(on, seen)
        call = Call(on, "POST", b"/own", version=version, application=app)
        call.body(b"all of it")
        assert (call.status, call.content) == (201, b"own")
        assert seen == [("/own", {"type": "http.request", "body": b"all of it", "more_body": False})]
        assert on.log == [], "it was none of the gateway's"
        assert on.gateway.in_flight == 0


def test_what_a_route_takes_but_not_by_that_method_is_the_gateways() -> None:
    with scene(plan([route(path="/api/*", methods=("GET",))])) as on:
        call = Call(on, "POST", b"/api/x", application=_behind(on, []))
        assert call.problem() == (405, "method_not_allowed")


def test_what_is_malformed_never_reaches_the_application_behind() -> None:
    with scene(plan([route(path="/api/*")])) as on:
        seen: list[Any] = []
        assert Call(on, path=b"/x%00", application=_behind(on, seen)).problem() == (400, "bad_path")
        assert seen == []
