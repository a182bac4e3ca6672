"""The short way under uvicorn: it must leave uvicorn where two messages would have left it, and step aside otherwise."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from gatewayctl.proxy.asgi.headers import pairs_of
from gatewayctl.proxy.asgi.uvicorn_cycle import MODULE, UvicornCycles, known_send
from gatewayctl.proxy.door import COPY_BELOW

LINE = b"HTTP/1.1 200 OK\r\n"
LINES = (b"Content-Type: text/plain\r\n", b"Content-Length: 5\r\n")
BODY = b"hello"


class Transport(asyncio.Transport):
    """Keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    def writelines(self, pieces: Any) -> None:
        raise AssertionError("that of Python 3.12.1 and 3.13.0 holds back no client that does not read")

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def cycle(method: str = "GET", *, keep_alive: bool = True, expects: bool = False) -> RequestResponseCycle:
    """One request of uvicorn's, of which ``on_response`` is counted in its scope."""
    transport = Transport()
    scope: Any = {"type": "http", "method": method, "headers": [], "http_version": "1.1", "ended": 0}

    def ended() -> None:
        scope["ended"] += 1

    return RequestResponseCycle(
        scope=scope,
        transport=transport,
        flow=FlowControl(transport),
        logger=logging.getLogger("uvicorn.error"),
        access_logger=logging.getLogger("uvicorn.access"),
        access_log=False,
        default_headers=[],
        message_event=asyncio.Event(),
        expect_100_continue=expects,
        keep_alive=keep_alive,
        on_response=ended,
    )


def written(of: RequestResponseCycle) -> list[bytes]:
    transport: Any = of.transport
    return list(transport.writes)


def state(of: RequestResponseCycle) -> dict[str, Any]:
    """All that differs between requests, as far as somebody may look at it later."""
    kept = {
        k: v for k, v in vars(of).items() if k not in {"transport", "flow", "on_response", "message_event", "scope"}
    }
    transport: Any = of.transport
    return kept | {
        "set": of.message_event.is_set(),
        "ended": of.scope["ended"],  # type: ignore[typeddict-item]
        "closed": transport.closed,
        "paused": (of.flow.read_paused, of.flow.write_paused),
    }


def by_messages(of: RequestResponseCycle, status: int, lines: tuple[bytes, ...], body: bytes) -> None:
    async def both() -> None:
        await of.send({"type": "http.response.start", "status": status, "headers": pairs_of(b"".join(lines))})
        await of.send({"type": "http.response.body", "body": body, "more_body": False})

    asyncio.run(both())


@pytest.mark.parametrize("expects", [False, True])
@pytest.mark.parametrize(
    ("method", "line", "lines", "body"),
    [
        ("GET", LINE, LINES, BODY),
        ("POST", LINE, LINES, BODY),
        ("HEAD", LINE, LINES, b""),
        ("GET", b"HTTP/1.1 204 No Content\r\n", (b"X-A: 1\r\n",), b""),
        ("GET", b"HTTP/1.1 404 Not Found\r\n", (b"Content-Length: 0\r\n",), b""),
        ("GET", LINE, (b"Content-Length: 70000\r\n",), b"x" * 70_000),
    ],
    ids=["get", "post", "head", "no content", "empty", "large"],
)
def test_it_leaves_uvicorn_as_two_messages_do(
    method: str, line: bytes, lines: tuple[bytes, ...], body: bytes, expects: bool
) -> None:
    short, long = cycle(method, expects=expects), cycle(method, expects=expects)

    assert UvicornCycles().write(short.send, line, lines, body)
    by_messages(long, int(line[9:12]), lines, body)

    ours, theirs = state(short), state(long)
    if not lines[-1].startswith(b"Content-Length"):  # how a body is framed matters for what may have one
        theirs["chunked_encoding"] = ours["chunked_encoding"] = None
    assert ours == theirs
    assert b"".join(written(short)) == line + b"".join(lines) + b"\r\n" + body
    assert b"".join(written(long)).lower() == b"".join(written(short)).lower()
    assert len(written(short)) == (1 if len(body) < COPY_BELOW else 2)


@pytest.mark.parametrize(
    "reason",
    [
        {"access_log": True},
        {"default_headers": [(b"server", b"uvicorn")]},
        {"keep_alive": False},
        {"disconnected": True},
        {"response_started": True},
    ],
    ids=lambda reason: next(iter(reason)),
)
def test_where_the_server_has_something_to_do_messages_are_the_way(reason: dict[str, Any]) -> None:
    one = cycle()
    vars(one).update(reason)
    before = state(one)

    assert not UvicornCycles().write(one.send, LINE, LINES, BODY)
    assert state(one) == before
    assert written(one) == []


def test_the_line_of_an_access_log_is_written_of_a_client_that_has_left_too() -> None:
    one = cycle()
    one.access_log = True
    one.transport.close()

    assert not UvicornCycles().write(one.send, LINE, LINES, BODY)


def test_a_client_that_does_not_read_is_waited_for_by_messages() -> None:
    one = cycle()
    one.flow.pause_writing()

    assert not UvicornCycles().write(one.send, LINE, LINES, BODY)
    assert written(one) == []


@pytest.mark.parametrize("unread", [False, True])
def test_a_connection_that_is_closed_already_is_not_written_to(unread: bool) -> None:
    one = cycle()
    one.transport.close()
    if unread:
        one.flow.pause_writing()

    assert UvicornCycles().write(one.send, LINE, LINES, BODY)
    assert written(one) == []
    assert (one.response_complete, one.message_event.is_set()) == (True, True)


def test_somebody_between_uvicorn_and_the_gateway_gets_messages() -> None:
    one = cycle()

    async def wrapped(message: Any) -> None:
        await one.send(message)

    class Other:
        async def send(self, message: Any) -> None:
            raise AssertionError("it was not asked")

    cycles = UvicornCycles()
    others: list[Callable[[Any], Awaitable[None]]] = [wrapped, Other().send]
    for send in others:
        assert not cycles.write(send, LINE, LINES, BODY)
    assert written(one) == []


def test_the_version_that_is_installed_is_known() -> None:
    assert known_send() is RequestResponseCycle.send


def test_a_version_with_something_that_is_not_known_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Newer(RequestResponseCycle):
        async def send(self, message: Any) -> None:
            self.trailers = [message]  # a name that no version has used so far
            await super().send(message)

    monkeypatch.setitem(sys.modules, MODULE, SimpleNamespace(RequestResponseCycle=Newer))
    assert known_send() is None

    one = cycle()
    assert not UvicornCycles().write(one.send, LINE, LINES, BODY)
    assert written(one) == []


@pytest.mark.parametrize("module", [None, SimpleNamespace(), SimpleNamespace(RequestResponseCycle=object())])
def test_another_server_is_left_alone(monkeypatch: pytest.MonkeyPatch, module: object) -> None:
    monkeypatch.setitem(sys.modules, MODULE, module)
    assert known_send() is None
