"""The express door: an asyncio protocol that reads HTTP/1 requests and writes responses, nothing in between.

States: ``HEAD`` (between requests or in a head) → ``BODY`` → ``WAIT`` (request read, response pending) → ``HEAD``;
``TUNNEL`` after a switch of protocols; ``LINGER`` when a response was complete before its request: what still comes is
thrown away for a while so that the client can read the answer; ``CLOSED``.
Bytes of a further (pipelined) request wait until the response before them is complete.
"""

import asyncio
import re
from typing import Final

from gatewayctl.core.bad_heads import salvage
from gatewayctl.core.chunked import ChunkedDecoder
from gatewayctl.core.failures import failure
from gatewayctl.core.framing import CHUNKED, NO_BODY, BadMessage
from gatewayctl.proxy.bound import Bound
from gatewayctl.proxy.exchange import Exchange
from gatewayctl.proxy.express_writer import BODY, CLOSED, HEAD, LINGER, TUNNEL, WAIT, ExpressWriter
from gatewayctl.proxy.origin import peer_address
from gatewayctl.proxy.pace import Pace
from gatewayctl.state.timer_wheel import NEVER

HIGH_WATER: Final = 64 * 1024
"""Bytes that may wait to be written to a client, or be read ahead of a pending response."""
_CR: Final = 13
_NEVER_HTTP: Final = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class ExpressConnection(ExpressWriter):
    """One client's connection. ``scheme`` is http or https as the client sees it."""

    __slots__ = ()

    # ── asyncio ───────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        if not self.peer:  # else a trusted proxy has said who it is
            peer = transport.get_extra_info("peername")
            self.peer = peer_address(peer[0]) if isinstance(peer, tuple) and peer else b"unix:"
        self.state = HEAD
        self.gateway.connections.add(self)
        self._expect_by(self.gateway.bound.keepalive_timeout)

    def data_received(self, data: bytes) -> None:
        state = self.state
        if state <= BODY:  # HEAD or BODY
            if self._buffer:
                data = self._buffer + data
                self._buffer = b""
            if state == HEAD and data and not self._stalled:  # mostly one head, and nothing after it
                self._driving = True
                try:
                    data = self._take_head(data)
                finally:
                    self._driving = False
            if data:
                self._drive(data)
        elif state == TUNNEL:
            self._to_upstream(data)
        elif state == WAIT:
            self._buffer += data
            if len(self._buffer) > HIGH_WATER and not self._paused:
                self._paused = True
                self.transport.pause_reading()
        elif state == LINGER:
            self._left -= len(data)
            if self._left < 0:
                self._close()

    def eof_received(self) -> bool:
        if self.state == TUNNEL:
            tunnel = self._tunnel
            if tunnel is None or self._half_closed or not tunnel.transport.can_write_eof():
                return False
            self._half_closed = True
            tunnel.transport.write_eof()
            return True
        exchange = self._exchange
        if exchange is not None:
            self._exchange = None
            exchange.on_client_gone("the client closed the connection before the response was complete")
        self._close()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.state = CLOSED
        self.deadline = NEVER
        self.gateway.connections.discard(self)
        self.gateway.on_connection_closed()
        exchange, tunnel = self._exchange, self._tunnel
        self._exchange = self._tunnel = self._decoder = None
        self._buffer = b""
        if tunnel is not None:
            self._end_tunnel(tunnel, exchange)
        elif exchange is not None:
            exchange.on_client_gone("the client closed the connection before the response was complete")

    def pause_writing(self) -> None:
        self._stalled = True
        if self._tunnel is not None:
            self._tunnel.transport.pause_reading()
            return
        if self._exchange is not None:
            self._exchange.on_client_writable(False)
        self._unsent = self.transport.get_write_buffer_size()
        self._expect_by(self.gateway.bound.body_timeout)

    def resume_writing(self) -> None:
        self._stalled = False
        if self._tunnel is not None:
            self._tunnel.transport.resume_reading()
        elif self._exchange is not None:
            self.deadline = NEVER
            self._exchange.on_client_writable(True)
        elif self.state == HEAD:
            self._expect_by(self.gateway.bound.keepalive_timeout)
            self._go_on()

    def on_deadline(self, now: float) -> None:
        """See ``Timed``."""
        state, exchange = self.state, self._exchange
        self.deadline = NEVER
        if (self._stalled or state == CLOSED) and state != TUNNEL and self._still_reads():
            return
        if state == CLOSED:
            self.transport.abort()
        elif state == HEAD:
            if self._buffer:
                self._refuse(self._buffer, "request_timeout", "the request's head did not arrive in time")
            else:
                self._close()
        elif state == BODY and exchange is not None and not self._response_done:
            if exchange.responded:
                self._exchange = None
                exchange.on_client_gone("the client stopped sending or reading")
                self._abort()
            else:
                exchange.refuse_body("request_timeout", "the request's body stopped arriving")
        elif exchange is not None:
            self._exchange = None
            exchange.on_client_gone("the client stopped reading")
            self._abort()
        else:
            self._close()

    def _still_reads(self) -> bool:
        """Whether a client that is slow to read has taken anything since it was last looked at; it then gets more time."""
        unsent = self.transport.get_write_buffer_size()
        if unsent >= self._unsent:
            return False
        self._unsent = unsent
        self._expect_by(self.gateway.bound.body_timeout)
        return True

    # ── reading ───────────────────────────────────────────────────────

    def _drive(self, data: bytes) -> None:
        """Works off ``data`` until it ends or a response has to be awaited."""
        self._driving = True
        try:
            while data:
                if self.state == HEAD:
                    if self._stalled:  # whoever does not read answers gets no further ones
                        self._buffer = data
                        self.pause_body()
                        break
                    data = self._take_head(data)
                elif self.state == BODY:
                    data = self._take_body(data)
                elif self.state == WAIT:
                    self._buffer = data
                    break
                else:
                    break
        finally:
            self._driving = False

    def _go_on(self) -> None:
        """Reads on, what is there already first."""
        if self.state == HEAD:
            if self._buffer:
                data, self._buffer = self._buffer, b""
                self._drive(data)
            if self._paused and not self._stalled and self.state == HEAD:
                self.resume_body()

    def _take_head(self, data: bytes) -> bytes:
        """1. Reads one head and starts its exchange; gives back what follows it."""
        raw, found, rest = data.partition(b"\r\n\r\n")
        bound = self.gateway.bound
        if not found or len(raw) > bound.max_header_size:
            return self._no_head(data, bound)
        try:
            head = bound.parser.request(raw, self._acquaintance)
        except BadMessage as error:
            if data[0] == _CR:
                return self._skip_empty_lines(data)
            self._refuse(raw + found, error.reason, error.detail)
            return b""
        self.deadline = NEVER
        self._in_head = False
        self._response_done = False
        exchange = self._exchange = Exchange()
        exchange.begin(self.gateway, self, head, self._acquaintance if head.repeated else None)
        body = head.body
        if body == NO_BODY:
            self._request_done = True
            self.state = WAIT
        else:
            self._request_done = False
            self.state = BODY
            if body == CHUNKED:
                self._decoder = ChunkedDecoder("bad_request", bound.parser.trailer)
            else:
                self._left = body
            self._pace = Pace(bound.min_body_rate)
            self._expect_by(bound.body_timeout)
        try:
            exchange.start()
        except Exception as error:
            self.gateway.report(error, "handling a request")
            exchange.fail(failure("internal_error", "the request could not be handled"))
        return rest

    def _no_head(self, data: bytes, bound: Bound) -> bytes:
        """``data`` is not the whole of a head, or of one that is too large."""
        if data[0] == _CR:
            return self._skip_empty_lines(data)
        if len(data) > bound.max_header_size:
            line = data.find(b"\r\n")
            if line < 0 or line > bound.max_header_size:
                self._refuse(data, "uri_too_long", "the request line is too long")
            else:
                self._refuse(data, "headers_too_large", f"the head is larger than {bound.max_header_size} bytes")
        elif _NEVER_HTTP.search(data) is not None:
            self._refuse(data, "bad_request", "a bare CR or LF or a control byte in the head")
        else:
            self._buffer = data
            if not self._in_head:
                self._in_head = True
                self._expect_by(bound.header_timeout)
        return b""

    def _skip_empty_lines(self, data: bytes) -> bytes:
        """RFC 9112 2.2: an empty line or two before a request line are forgiven."""
        if len(data) == 1:
            self._buffer = data
            return b""
        if data.startswith(b"\r\n") and not data.startswith(b"\r\n\r\n\r\n"):
            return data[2:]
        self._refuse(data, "bad_request", "malformed request line")
        return b""

    def _take_body(self, data: bytes) -> bytes:
        exchange = self._exchange
        gateway = self.gateway
        now = gateway.clock()
        if not self._paused:  # else it is us who do not read on
            self.deadline = now + gateway.bound.body_timeout
        if not self._pace.keeps(now, len(data)):
            if exchange is not None:
                exchange.refuse_body("request_timeout", "the request's body arrives too slowly")
            return b""
        decoder = self._decoder
        if decoder is None:
            if len(data) <= self._left:
                piece, rest = data, b""
            else:
                piece, rest = data[: self._left], data[self._left :]
            self._left -= len(piece)
            done = not self._left
        else:
            try:
                pieces, rest = decoder.feed(data)
            except BadMessage as error:
                self._buffer = b""
                if exchange is not None:
                    exchange.refuse_body(error.reason, error.detail)
                else:
                    self._close()
                return b""
            piece = b"".join(pieces)
            done = decoder.done
        if piece and exchange is not None:
            exchange.on_body(piece)
        if done and self.state == BODY:
            self._decoder = None
            self._request_done = True
            self.deadline = NEVER
            self.state = WAIT
            if exchange is not None:
                exchange.on_body_end()
            if self._response_done:
                self._turn(now)
        return rest

    def _refuse(self, data: bytes, reason: str, detail: str) -> None:
        """Answers bytes that are no acceptable request, and closes: nothing after them can be trusted."""
        head = salvage(data)
        head.keep_alive = False
        self._request_done = False
        self._response_done = False
        self.state = WAIT
        self.deadline = NEVER
        exchange = self._exchange = Exchange()
        exchange.begin(self.gateway, self, head)
        exchange.refuse(failure(reason, detail))

    def pause_body(self) -> None:
        """See ``Door``."""
        if self.state == BODY:
            self.deadline = NEVER
        self._paused = True
        self.transport.pause_reading()

    def resume_body(self) -> None:
        """See ``Door``."""
        if self._paused:
            self._paused = False
            self.transport.resume_reading()
            if self.state == BODY:
                self._pace.begin_anew()
                self._expect_by(self.gateway.bound.body_timeout)
