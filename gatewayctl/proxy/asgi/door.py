"""One request behind an ASGI server: what the exchange says goes out through ``send``, what ``receive`` gives comes in.

Everything an exchange calls returns at once. The call of the application is the only writer: it waits on one future,
and sends what has gathered meanwhile. A task that reads is made where there is something to read: a body, or, after a
moment, the news that the client has left.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from starlette.types import Message, Receive, Scope, Send

from gatewayctl.core.framing import CHUNKED, NO_BODY
from gatewayctl.policy.auth.certificate import PeerCertificate
from gatewayctl.proxy.asgi.exchange import AsgiExchange
from gatewayctl.proxy.asgi.headers import Pairs
from gatewayctl.proxy.pace import Pace
from gatewayctl.state.timer_wheel import NEVER

if TYPE_CHECKING:
    from gatewayctl.proxy.asgi.application import AsgiGateway
    from gatewayctl.upstream.connection import UpstreamConnection

HIGH_WATER: Final = 64 * 1024
"""Bytes that may wait for ``send`` before the service is read no further."""
_PATIENCE: Final = 0.05
"""Seconds after which it is worth a task to hear of a client that leaves."""
_CLOSE: Final = (b"connection", b"close")
_LEFT: Final = "the client closed the connection before the response was complete"


class ResponseCutError(Exception):
    """Raised into the server in the middle of a response that will not be completed, so that the client sees it."""


class AsgiDoor:
    """See ``Door``. ``run`` is the call of the application."""

    __slots__ = (
        "_answer",
        "_body_open",
        "_cut",
        "_finished",
        "_full",
        "_left",
        "_over",
        "_pace",
        "_paused",
        "_pieces",
        "_queued",
        "_read_by",
        "_reader",
        "_resumed",
        "_wake",
        "_whole",
        "_write_by",
        "exchange",
        "origin",
        "passed_on",
        "peer",
        "receive",
        "scheme",
        "scope",
    )

    START: ClassVar = "http.response.start"
    BODY: ClassVar = "http.response.body"
    ENDS: ClassVar = "http.disconnect"

    exchange: AsgiExchange

    def begin(self, origin: "AsgiGateway", scope: Scope, peer: bytes, scheme: bytes, receive: Receive) -> None:
        """In place of ``__init__``, as for an exchange (``proxy/exchange_state.py``)."""
        self.origin = origin
        self.peer = peer
        self.scheme = scheme
        self.scope = scope
        self.receive = receive
        self._reader: asyncio.Task[None] | None = None
        self._resumed: asyncio.Future[None] | None = None
        self._wake: asyncio.Future[None] | None = None
        self._pace: Pace | None = None
        self._answer: Sequence[bytes] | None = None
        self._whole: bytes | None = None
        self._pieces: list[bytes] = []
        self._queued = 0
        self._body_open = self._paused = self._full = self._finished = self._cut = self._left = self._over = False
        self.passed_on = False
        self._read_by = self._write_by = NEVER

    @property
    def passes_on(self) -> bool:
        """Whether what no route takes goes to an application behind the gateway."""
        return self.origin.fallback is not None

    @property
    def certificate(self) -> PeerCertificate | None:
        """None: TLS is the server's, and what it knows of a client's certificate it does not tell."""
        return None

    # ── the call ──────────────────────────────────────────────────────

    async def run(self, send: Send, first: Message | None = None) -> None:
        """From a request that has begun to its last message; ``first`` is what was received already, of a body.

        Raises ResponseCutError where the response is cut.
        """
        exchange, origin = self.exchange, self.origin
        if exchange.head.body != NO_BODY:
            self._body_open = True
            self._pace = Pace(origin.gateway.bound.min_body_rate)
            if first is None or self._take(first):
                self._read()
        vigil = origin.vigil
        vigil.begin(self)
        try:
            while self._answer is None and not self._cut:
                await self._sleep()
            if self._finished and not self._cut:
                # all of it is there, as of most answers: sent here, since each coroutine within another costs
                try:
                    if not self._write(send):
                        headers = self._headers()
                        await send({"type": "http.response.start", "status": exchange.status, "headers": headers})
                        await send({"type": "http.response.body", "body": b"".join(self._pieces)})
                except OSError:
                    self._leave(_LEFT)
            elif self._answer is not None:
                await self._respond(send)
        finally:
            self._end()

    def _end(self) -> None:
        self.origin.vigil.end(self)
        self._over = True
        if self._reader is not None:
            self._reader.cancel()
        exchange = self.exchange
        if not exchange.settled:  # it was cancelled
            exchange.on_client_gone("the server ended the request")
        del self.exchange  # they know each other: nothing is left to be found by a collection

    async def answer_now(self, send: Send) -> None:
        """As ``run``, where all of the response is there already."""
        try:
            if self._answer is not None:
                await self._respond(send)
        finally:
            del self.exchange

    def _write(self, send: Send) -> bool:
        """Whether all of the answer has been written without messages."""
        line, lines = self._whole, self._answer
        return (
            line is not None
            and lines is not None
            and self.origin.uvicorn.write(send, line, lines, b"".join(self._pieces))
        )

    def _sleep(self) -> "asyncio.Future[None]":
        """What ends with ``_wake_up``."""
        wake = self._wake = self.origin.gateway.loop.create_future()
        return wake

    def _wake_up(self) -> None:
        wake = self._wake
        if wake is not None:
            self._wake = None
            if not wake.done():
                wake.set_result(None)

    async def _respond(self, send: Send) -> None:
        try:
            if self._cut or not self._write(send):
                await self._send_all(send)
        except OSError:  # what newer servers say where the client has gone
            self._leave(_LEFT)

    async def _send_all(self, send: Send) -> None:
        await send({"type": self.START, "status": self.exchange.status, "headers": self._headers()})
        body = self.BODY
        if not self._pieces and not self._finished:
            await send({"type": body, "body": b"", "more_body": True})  # some servers hold the head back until then
        while not self._cut:
            pieces = self._pieces
            if self._finished:
                await send({"type": body, "body": pieces[0] if len(pieces) == 1 else b"".join(pieces)})
                return
            if not pieces:
                await self._sleep()
                continue
            self._pieces = []
            await self._send_piece(send, pieces[0] if len(pieces) == 1 else b"".join(pieces))
        if not self._left:
            raise ResponseCutError("the response was cut: its service broke it off, or a timeout did")

    async def _send_piece(self, send: Send, data: bytes) -> None:
        """One piece, within a time that a client which reads at all can keep to."""
        bound = self.origin.gateway.bound
        slowest = len(data) / bound.min_body_rate if bound.min_body_rate else NEVER
        self._write_by = self.origin.gateway.clock() + bound.body_timeout + slowest
        await send({"type": self.BODY, "body": data, "more_body": True})
        self._write_by = NEVER
        self._queued -= len(data)
        if self._full and self._queued < HIGH_WATER:
            self._full = False
            self.exchange.on_client_writable(True)

    def look(self, now: float) -> None:
        """See ``Waiting``."""
        exchange = self.exchange
        if now >= self._read_by:
            self._read_by = NEVER
            if exchange.responded:
                self._leave("the client stopped sending")
            else:
                exchange.refuse_body("request_timeout", "the request's body stopped arriving")
        elif now >= self._write_by:
            self._write_by = NEVER
            self._leave("the client stopped reading")
        elif self._reader is None and now - exchange.started >= _PATIENCE:
            self._read()

    def _leave(self, detail: str) -> None:
        """The client is given up: nothing more is done for it."""
        self.exchange.on_client_gone(detail)
        self._cut = True
        self._wake_up()

    # ── reading ───────────────────────────────────────────────────────

    def _read(self) -> None:
        self._reader = self.origin.gateway.loop.create_task(self._reading())

    async def _reading(self) -> None:
        """Reads until there is nothing more to come. A body is read to its end; then only the client's leaving is news."""
        origin = self.origin
        try:
            while True:
                while self._paused:
                    self._read_by = NEVER
                    self._resumed = origin.gateway.loop.create_future()
                    await self._resumed
                if self._body_open:
                    self._read_by = origin.gateway.clock() + origin.gateway.bound.body_timeout
                message = await self.receive()
                self._read_by = NEVER
                if self._over or not self._take(message):
                    return
        except Exception as error:
            if self._over:  # the request is over, and nobody asks any more
                return
            origin.gateway.report(error, "reading a request")
            self.exchange.refuse_body("internal_error", "the request could not be read")

    def _take(self, message: Message) -> bool:
        """Whether there is more to read at once."""
        if message["type"] == self.ENDS:
            self._left = True
            self._leave(_LEFT)
            return False
        if not self._body_open:
            return True
        self._take_body(message.get("body", b""), message.get("more_body", False))
        if self._body_open:
            return True
        self._reader = None  # made again if it takes long
        return False

    def _take_body(self, data: bytes, more: bool) -> None:
        """A piece of the request's body, which must be as long as was stated: whoever is behind counts by that too."""
        exchange = self.exchange
        stated = exchange.head.body
        if data:
            if stated != CHUNKED and exchange.received + len(data) > stated:
                self._refuse("bad_request", "the body is longer than its Content-Length")
                return
            exchange.on_body(data)
            if more and self._pace is not None and not self._pace.keeps(exchange.gateway.clock(), len(data)):
                self._refuse("request_timeout", "the request's body arrives too slowly")
                return
        if not more:
            self._body_open = False
            if stated not in {CHUNKED, exchange.received}:
                self._refuse("bad_request", "the body is shorter than its Content-Length")
            else:
                exchange.on_body_end()

    def _refuse(self, reason: str, detail: str) -> None:
        self._body_open = False
        self.exchange.refuse_body(reason, detail)

    def pause_body(self) -> None:
        """See ``Door``."""
        self._paused = True

    def resume_body(self) -> None:
        """See ``Door``."""
        self._paused = False
        if self._pace is not None:
            self._pace.begin_anew()
        resumed, self._resumed = self._resumed, None
        if resumed is not None and not resumed.done():
            resumed.set_result(None)

    # ── answers ───────────────────────────────────────────────────────

    def respond(self, line: bytes, lines: Sequence[bytes], length: int, first: bytes, complete: bool) -> None:
        """See ``Door``. The server frames the body: by Content-Length, or in its own way where there is none."""
        self._answer = lines
        self._finished = complete
        if complete and length >= 0:
            head = self.exchange.head
            if head.keep_alive and head.minor and not self.origin.gateway.draining:
                self._whole = line
        if first:
            self._pieces.append(first)
            self._queued = len(first)
        self._wake_up()

    def _headers(self) -> Pairs:
        """Those of the answer, as a message has them."""
        origin, exchange = self.origin, self.exchange
        pairs = origin.pairs.of(self._answer)  # type: ignore[arg-type]
        if exchange.status == 304:  # servers take its Content-Length for a promise
            pairs = [pair for pair in pairs if pair[0] != b"content-length"]
        if (not exchange.head.keep_alive or origin.gateway.draining) and self.scope["http_version"][:1] == "1":
            pairs.append(_CLOSE)
        return pairs

    def interim(self, line: bytes, lines: Sequence[bytes]) -> None:
        """See ``Door``. ASGI has no interim responses: the server has answered Expect itself, others end here."""

    def piece(self, data: bytes) -> None:
        """See ``Door``."""
        self._pieces.append(data)
        self._queued += len(data)
        if self._queued >= HIGH_WATER and not self._full:
            self._full = True
            self.exchange.on_client_writable(False)
        self._wake_up()

    def end(self, trailers: Sequence[bytes]) -> None:
        """See ``Door``. Trailers end here: servers do not carry them."""
        self._finished = True
        self._wake_up()

    def cut(self) -> None:
        """See ``Door``."""
        self._cut = True
        self._wake_up()

    def switch(self, line: bytes, lines: Sequence[bytes], first: bytes, upstream: "UpstreamConnection") -> None:
        """See ``Door``. Never asked for: an upgrade other than to WebSocket is not passed on."""
        raise NotImplementedError("an ASGI server carries no switch of protocols")
