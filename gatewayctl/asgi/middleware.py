"""Pure ASGI middleware: a gateway in front of an application, started and ended by the lifespan of the server.

Where a server runs no lifespan (or an application is mounted below another), the first request starts the gateway.
"""

import asyncio
import os
from collections.abc import Awaitable, Sequence
from typing import Final
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewayctl.asgi.running import NotStartedError, Running
from gatewayctl.core.failures import failure
from gatewayctl.core.layers import default_files
from gatewayctl.core.reply import problem
from gatewayctl.proxy.asgi.headers import pairs_of

_TRAFFIC: Final = frozenset({"http", "websocket"})
_RETRY: Final = 2.0
"""Seconds before a gateway that could not start at a request is tried again at another."""
_TRY_AGAIN_LATER: Final = 1013
_STARTUP_FAILED: Final = "lifespan.startup.failed"
_SHUTDOWN: Final = frozenset({"lifespan.shutdown.complete", "lifespan.shutdown.failed", _STARTUP_FAILED})


class GatewayMiddleware:
    """``app`` is what is behind: it gets what no route takes (``fall_through``), and its lifespan within the gateway's.

    ``files`` and ``admin`` as in ``create_app``.
    """

    def __init__(
        self, app: ASGIApp, files: Sequence[str] | None = None, *, admin: bool = False, fall_through: bool = True
    ) -> None:
        self._behind = app
        self._files = None if files is None else list(files)
        self._admin = admin
        self._fallback = app if fall_through else None
        self._running: Running | None = None
        self._starting: asyncio.Lock | None = None
        self._refused_until = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Takes ``http`` and ``websocket``, goes along with ``lifespan``, and leaves all else to what is behind."""
        await self.take(scope, receive, send)

    def take(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """The same for whoever awaits at once what it returns: one coroutine less in every request."""
        running = self._running
        if scope["type"] in _TRAFFIC and running is not None and running.loop.is_running():
            return running.application.take(scope, receive, send)
        return self._other(scope, receive, send)

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in _TRAFFIC:
            running = await self._start_late()
            if running is None:
                await _unavailable(scope, receive, send)
            else:
                await running.application(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        else:
            await self._behind(scope, receive, send)

    # ── its life ──────────────────────────────────────────────────────

    async def _start(self) -> Running:
        files = default_files(os.environ) if self._files is None else self._files
        running = Running(files, admin=self._admin, fallback=self._fallback)
        await running.start()
        self._running = running
        return running

    async def _stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await running.stop()

    async def _start_late(self) -> Running | None:
        """The gateway for a request that came before any lifespan; None if it cannot start, which is logged."""
        loop = asyncio.get_running_loop()
        running = self._running
        if running is not None and not running.loop.is_closed():
            raise RuntimeError("one gateway application serves one event loop: make another with create_app")
        if running is not None or self._starting is None:  # what belonged to a loop that is over is of no use
            self._running, self._starting = None, asyncio.Lock()
        async with self._starting:
            if self._running is None and loop.time() >= self._refused_until:
                try:
                    return await self._start()
                except NotStartedError as error:
                    self._refused_until = loop.time() + _RETRY
                    os.write(2, f"{error}\n".encode())
            return self._running

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Starts before what is behind does, ends after it. What is behind may know no lifespan."""
        waiting = [await receive()]
        try:
            await self._start()
        except NotStartedError as error:
            await send({"type": _STARTUP_FAILED, "message": f"\n{error}"})
            return
        answered = ended = False

        async def receive_within() -> Message:
            return waiting.pop() if waiting else await receive()

        async def send_within(message: Message) -> None:
            nonlocal answered, ended
            answered = True
            if message["type"] in _SHUTDOWN:
                ended = True
                await self._stop()
            await send(message)

        try:
            await self._behind(scope, receive_within, send_within)
        except Exception:
            if answered:
                raise
        finally:
            if answered and not ended:
                await self._stop()
        if not answered:
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._stop()
            await send({"type": "lifespan.shutdown.complete"})


async def _unavailable(scope: Scope, receive: Receive, send: Send) -> None:
    """The answer while there is no gateway."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
        return
    accept = b", ".join(value for name, value in scope["headers"] if name == b"accept")
    detail = "the gateway has no configuration that it can start with: its log says why"
    reply = problem(
        failure("not_started", detail), request_id=uuid4().hex, accept=accept or None, pseudonym=b"gatewayctl"
    )
    headers = pairs_of(b"".join(f[3] for f in reply.fields))
    headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})
