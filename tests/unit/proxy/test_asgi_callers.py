"""Callers behind an ASGI server who say the same again: each request is still told as if it were the first."""

import pytest

from gatewayctl.core.head import HeadParser
from gatewayctl.proxy.asgi import AsgiGateway
from gatewayctl.proxy.asgi.callers import FORGET, REMEMBER, Callers
from gatewayctl.state.timer_wheel import TICK, TimerWheel
from tests.support.http1 import Request
from tests.unit.proxy.asgi_call import Call, Headers
from tests.unit.proxy.scene import Scene, scene

SAID: Headers = [(b"authorization", b"Bearer secret"), (b"x-version", b"4")]


def told(s: Scene, app: AsgiGateway, path: bytes, headers: Headers, port: int = 50_000) -> Request:
    call = Call(s, path=path, headers=headers, application=app, client=("203.0.113.9", port))
    request = s.upstream().request()
    s.upstream().answer()
    s.settle()
    assert call.sent[0]["status"] == 200
    return request


def lines(request: Request) -> list[bytes]:
    ids = (b"X-Request-ID", b"traceparent")
    return [line for line in request.raw.split(b"\r\n") if not line.startswith(ids)]


def test_the_same_headers_are_told_the_same_again() -> None:
    with scene() as s:
        app = AsgiGateway(s.gateway)
        first, second = (told(s, app, b"/a?b=c", SAID) for _ in range(2))

        assert lines(first) == lines(second)
        assert first.values(b"x-request-id") != second.values(b"x-request-id")


def test_other_headers_on_the_same_connection_are_told_as_they_are() -> None:
    with scene() as s:
        app = AsgiGateway(s.gateway)
        for version in (b"1", b"2", b"2", b"1"):
            assert told(s, app, b"/", [(b"x-version", version)]).values(b"x-version") == [version]


def test_a_list_that_the_server_changes_afterwards_is_read_anew() -> None:
    with scene() as s:
        app = AsgiGateway(s.gateway)
        headers = list(SAID)
        told(s, app, b"/", headers)
        headers[1] = (b"x-version", b"5")

        assert told(s, app, b"/", headers).values(b"x-version") == [b"5"]


@pytest.mark.parametrize(
    ("said", "scheme"), [("wss", b"https"), ("ws", b"http"), ("HTTPS", b"http"), ("x;by=y", b"http")]
)
def test_a_scheme_that_somebody_said_to_the_server_goes_on_as_http_or_https_each_time(said: str, scheme: bytes) -> None:
    with scene() as s:
        app = AsgiGateway(s.gateway)
        for _ in range(3):
            Call(s, scheme=said, application=app)
            assert s.upstream().request().values(b"x-forwarded-proto") == [scheme]
            s.upstream().answer()
            s.settle()


@pytest.mark.parametrize("client", [None, (), ("", 0), (None, None), ["", 0]])
def test_a_client_that_the_server_does_not_know_is_taken_for_one_of_a_unix_socket(client: object) -> None:
    with scene() as s:
        app = AsgiGateway(s.gateway)
        for _ in range(2):
            call = Call(s, application=app, client=client)
            s.upstream().request()
            s.upstream().answer()
            s.settle()
            assert call.status == 200
        assert {line["client_ip"] for line in s.log} == {"127.0.0.1"}


def test_a_cookie_is_set_for_nobody_else() -> None:
    with scene() as s:
        app = AsgiGateway(s.gateway)
        found = []
        for field in ((b"Set-Cookie: id=1",), (), (b"Set-Cookie: id=2",), ()):
            call = Call(s, application=app)
            s.upstream().request()
            s.upstream().answer(b"", *field)
            s.settle()
            found.append(call.header(b"set-cookie"))
        assert found == [[b"id=1"], [], [b"id=2"], []]


def test_a_wrong_target_is_refused_also_of_a_known_caller() -> None:
    with scene() as s:
        app = AsgiGateway(s.gateway)
        told(s, app, b"/", SAID)
        call = Call(s, path=b"/a b", headers=SAID, application=app)

        assert call.sent[0]["status"] == 400


def test_a_target_that_makes_the_head_too_large_is_refused_also_of_a_known_caller() -> None:
    with scene() as s:
        app = AsgiGateway(s.gateway)
        told(s, app, b"/", SAID)
        call = Call(s, path=b"/" + b"a" * s.gateway.bound.max_header_size, headers=SAID, application=app)

        assert call.sent[0]["status"] in {414, 431}


def test_what_another_parser_read_is_read_anew() -> None:
    callers, _ = at_rest()
    caller = callers.of(("203.0.113.9", 1), "http")
    parser = HeadParser(request_id_name=b"x-request-id", max_fields=10)
    caller.hear([(b"host", b"a")], b"GET / HTTP/1.1\r\nhost: a", parser)

    assert caller.headers == [(b"host", b"a")]
    assert caller.parser is parser
    assert caller.hearing == []


def test_large_headers_are_not_kept() -> None:
    callers, _ = at_rest()
    caller = callers.of(("203.0.113.9", 1), "http")
    large = b"a" * 2000
    parser = HeadParser(request_id_name=b"x-request-id", max_fields=10)
    caller.hear([(b"host", b"a"), (b"x", large)], b"GET / HTTP/1.1\r\nhost: a\r\nx: " + large, parser)

    assert caller.headers is None
    assert caller.hearing == []


class Time:
    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[tuple[float, object]] = []

    def __call__(self) -> float:
        return self.now


def at_rest() -> tuple[Callers, Time]:
    time = Time()
    return Callers(time, TimerWheel(time, lambda seconds, callback: time.calls.append((seconds, callback)))), time


def test_who_does_not_call_is_forgotten_and_who_does_is_not() -> None:
    callers, time = at_rest()
    quiet, busy = ("203.0.113.9", 1), ("203.0.113.9", 2)
    callers.of(quiet, "http")
    kept = callers.of(busy, "http")

    for turn in range(1, 3):
        time.now = turn * (FORGET + TICK)
        callers.on_deadline(time.now)
        assert callers.of(busy, "http") is kept

    assert len(callers) == 1


def test_callers_are_bounded() -> None:
    callers, _ = at_rest()
    for port in range(3 * REMEMBER):
        callers.of(("203.0.113.9", port), "http")

    assert len(callers) <= 2 * REMEMBER
