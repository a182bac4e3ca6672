"""Every ending settles an exchange exactly once, frees the service, and leaves a line in the log (behaviour: 5, 12)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.http1 import chunked, lines
from tests.unit.proxy.scene import Scene, ask, plan, route, scene

CHUNKED = b"Transfer-Encoding: chunked"


def get(s: Scene) -> None:
    s.client().ask()


def post(s: Scene) -> None:
    s.client().ask(b"POST", b"/", b"Content-Length: 100", body=b"abc")


def head(s: Scene) -> None:
    get(s)
    s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 100") + b"abc")


def streaming(s: Scene) -> None:
    post(s)
    s.upstream().send(lines(b"HTTP/1.1 200 OK", CHUNKED) + b"3\r\nabc\r\n")


def connecting(s: Scene) -> None:
    s.connects = False
    get(s)


def connecting_upload(s: Scene) -> None:
    s.connects = False
    post(s)


def half_a_head(s: Scene) -> None:
    get(s)
    s.upstream().send(b"HTTP/1.1 200 OK\r\n")


def interim(s: Scene) -> None:
    get(s)
    s.upstream().send(lines(b"HTTP/1.1 103 Early Hints"))


def paused(s: Scene) -> None:
    get(s)
    s.clients[-1].stall()
    s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 1000000") + b"x" * 200_000)


def until_close(s: Scene) -> None:
    s.client().send(lines(b"GET / HTTP/1.0"))
    s.upstream().send(lines(b"HTTP/1.1 200 OK") + b"abc")


def tunnel(s: Scene) -> None:
    s.client().ask(b"GET", b"/", b"Connection: upgrade", b"Upgrade: websocket")
    s.upstream().send(lines(b"HTTP/1.1 101 Switching Protocols", b"Connection: upgrade", b"Upgrade: websocket") + b"hi")


def retrying(s: Scene) -> None:
    get(s)
    s.upstream().answer()
    s.log.clear()
    s.clients[-1].ask()
    s.connects = False
    s.upstream().reset()


BEGINNINGS: list[Callable[[Scene], None]] = [
    get, post, head, streaming, connecting, connecting_upload, half_a_head, interim, paused, until_close, tunnel, retrying,
]  # fmt: skip


def client_resets(s: Scene) -> None:
    s.clients[-1].reset()


def client_finishes(s: Scene) -> None:
    s.clients[-1].transport.resume_reading()
    s.settle()
    s.clients[-1].finish()


def service_resets(s: Scene) -> None:
    if s.ups:
        s.upstream().reset()


def service_finishes(s: Scene) -> None:
    if s.ups:
        s.upstream().transport.resume_reading()
        s.settle()
        s.upstream().finish()


def nonsense(s: Scene) -> None:
    if s.ups:
        s.upstream().send(b"\x00nonsense\r\n\r\n")


def silence(s: Scene) -> None:
    """Nothing more happens."""


def both_reset(s: Scene) -> None:
    s.clients[-1].transport.reset()
    if s.ups:
        s.upstream().transport.reset()
    s.settle()


def process_ends(s: Scene) -> None:
    for connection in list(s.gateway.connections):
        connection.drop()
    s.instance().abort_all()
    s.settle()


ENDINGS: list[Callable[[Scene], None]] = [
    client_resets, client_finishes, service_resets, service_finishes, nonsense, silence, both_reset, process_ends,
]  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("beginning", BEGINNINGS, ids=lambda f: f.__name__)
def test_every_ending_settles_once(beginning: Callable[[Scene], None], ending: Callable[[Scene], None]) -> None:
    with scene() as s:
        beginning(s)
        assert s.gateway.in_flight == 1
        ending(s)
        s.connects = True
        s.advance(700, step=0.5)  # longer than any timeout: whatever has not ended by now never will

        assert len(s.log) == 1
        assert s.gateway.in_flight == 0
        assert s.instance().in_flight == 0
        assert s.instance().connections == 0
        assert all(upstream.closed for upstream in s.ups)
        assert all(client.closed for client in s.clients)
        series = s.bound.routes[0].series
        assert sum(series.requests.values()) == 1 + (beginning is retrying)


@pytest.mark.parametrize("beginning", [get, post, head, streaming, half_a_head, interim], ids=lambda f: f.__name__)
def test_a_client_that_leaves_frees_the_service_at_once(beginning: Callable[[Scene], None]) -> None:
    with scene() as s:
        beginning(s)
        s.clients[-1].reset()

        assert s.upstream().closed
        assert [line["reason"] for line in s.log] == ["client_closed"]


@pytest.mark.parametrize("beginning", [get, post, connecting], ids=lambda f: f.__name__)
def test_a_client_that_leaves_before_an_answer_is_a_499(beginning: Callable[[Scene], None]) -> None:
    with scene() as s:
        beginning(s)
        s.clients[-1].finish()

        assert [(line["status"], line["reason"]) for line in s.log] == [(499, "client_closed")]
        s.connects = True


def test_a_client_that_leaves_during_an_answer_keeps_the_answers_status() -> None:
    with scene() as s:
        head(s)
        s.clients[-1].reset()

        assert [(line["status"], line["reason"], line["bytes_out"]) for line in s.log] == [(200, "client_closed", 3)]


def test_lines_come_in_the_order_in_which_requests_end() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(target=b"/1") + ask(target=b"/health?2") + ask(target=b"/3"))
        s.upstream().answer()
        s.upstream().send(lines(b"HTTP/1.1 200 OK", CHUNKED) + chunked(b"x"))

        assert [line["path"] for line in s.log] == ["/1", "/health?2", "/3"]


def test_a_request_does_not_count_as_in_flight_while_the_next_one_runs() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(target=b"/1") + ask(target=b"/2"))
        s.upstream().answer()

        assert s.gateway.in_flight == 1
        assert s.instance().in_flight == 1


def test_durations_are_those_of_the_clock() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.advance(1)
        s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 1"))
        s.advance(2)
        s.upstream().send(b"x")

        assert s.log[0]["upstream_us"] == pytest.approx(1e6, abs=1)
        assert s.log[0]["duration_us"] == pytest.approx(3e6, abs=1)


def test_a_request_is_counted_once_under_its_route() -> None:
    with scene(plan([route(), route("other", "/other")])) as s:
        client = s.client()
        for target in (b"/", b"/other", b"/other"):
            client.ask(target=target)
            s.upstream().answer()
        client.ask(b"BREW", b"/other")
        s.upstream().answer(b"", status=b"418 Teapot")

        first, other = (bound.series for bound in s.bound.routes)
        assert first.requests == {(b"GET", 2): 1}
        assert other.requests == {(b"GET", 2): 2, (b"_OTHER", 4): 1}
        assert s.bound.unmatched.requests == {}


def test_what_no_route_takes_is_counted_apart() -> None:
    with scene(plan([route(path="/only")])) as s:
        client = s.client()
        client.ask(target=b"/a")
        client.ask(target=b"/b")
        client.send(b"nonsense\r\n\r\n")

        assert sum(s.bound.unmatched.requests.values()) == 3
        assert s.bound.unmatched.refusals == {"no_route": 2, "bad_request": 1}


def test_answers_are_counted_by_instance_and_class() -> None:
    with scene() as s:
        client = s.client()
        for status in (b"200 OK", b"204 No Content", b"404 Not Found", b"503 Down"):
            client.ask()
            s.upstream().send(lines(b"HTTP/1.1 " + status, *([] if b"204" in status else [b"Content-Length: 0"])))
        client.ask()
        s.upstream().reset()
        s.upstream().reset()

        assert s.instance().answers == [2, 0, 2, 0, 1, 1]


@pytest.mark.parametrize("sample", [0.0])
def test_a_sample_of_the_log_keeps_what_went_wrong(sample: float) -> None:
    base = plan([route(path="/only")])
    with scene(replace(base, log=replace(base.log, sample=sample))) as s:
        client = s.client()
        client.ask(target=b"/only")
        s.upstream().answer()
        client.ask(target=b"/other")
        client.ask(target=b"/only")
        s.upstream().answer(b"", status=b"500 Oh")

        assert [line["status"] for line in s.log] == [404, 500]
