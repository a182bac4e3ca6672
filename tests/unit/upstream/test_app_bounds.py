"""Addresses of our own: a request that drips is not waited for without end, and connections are bounded in number."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gatewayctl.upstream.app_bounds import AppBounds
from gatewayctl.upstream.app_listener import AppListener

ASK = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
Talk = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def slow_app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body, takes its time where the path says so, answers."""
    while (await receive()).get("more_body"):
        pass
    if scope["path"] == "/slow":
        for _ in range(30):
            await asyncio.sleep(0.02)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def served(bounds: AppBounds, talk: Callable[[Callable[[], Awaitable[Talk]]], Awaitable[None]]) -> None:
    """Runs ``talk``, which gets a way to open connections, against a listener with those bounds."""

    async def run() -> None:
        sock = socket.create_server(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        listener = AppListener(slow_app, sock, bounds=bounds)
        await listener.start()
        opened: list[Talk] = []

        async def connect() -> Talk:
            opened.append(await asyncio.open_connection("127.0.0.1", port))
            return opened[-1]

        try:
            async with asyncio.timeout(30):
                await talk(connect)
        finally:
            for _, writer in opened:
                writer.close()
            listener.close()

    asyncio.run(run())


async def _end(reader: asyncio.StreamReader) -> bytes:
    """All that is left until the connection ends, in whichever way."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    "said",
    [b"", b"GET / HTTP/1.1\r\nHost", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"],
    ids=["nothing", "half a head", "half a body"],
)
def test_a_request_that_does_not_come_to_its_end_is_closed(said: bytes) -> None:
    async def talk(connect: Callable[[], Awaitable[Talk]]) -> None:
        reader, writer = await connect()
        writer.write(said)
        assert await _end(reader) == b""

    served(AppBounds(seconds=0.2), talk)


def test_a_head_that_drips_behind_a_first_request_is_closed() -> None:
    async def talk(connect: Callable[[], Awaitable[Talk]]) -> None:
        reader, writer = await connect()
        writer.write(ASK)
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        dripping = asyncio.ensure_future(_drip(writer))
        assert await _end(reader) == b""
        dripping.cancel()

    async def _drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.02)

    served(AppBounds(seconds=0.3), talk)


def test_an_answer_may_take_longer_than_its_request() -> None:
    async def talk(connect: Callable[[], Awaitable[Talk]]) -> None:
        reader, writer = await connect()
        writer.write(ASK.replace(b"/ ", b"/slow ", 1))
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")

    served(AppBounds(seconds=0.2), talk)


def test_connections_beyond_the_bound_are_closed_and_those_within_go_on() -> None:
    async def talk(connect: Callable[[], Awaitable[Talk]]) -> None:
        first = await connect()
        first[1].write(ASK)
        await first[0].readuntil(b"ok")
        await connect()
        third = await connect()
        assert await _end(third[0]) == b""
        first[1].write(ASK)
        assert (await first[0].readuntil(b"ok")).startswith(b"HTTP/1.1 200")

    served(AppBounds(connections=2, seconds=20), talk)
