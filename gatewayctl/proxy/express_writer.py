"""What the express door's connection is made of: its states, and the half of it that writes to the client."""

import asyncio
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from gatewayctl.core.chunked import LAST_CHUNK, ChunkedDecoder, chunk
from gatewayctl.policy.auth.certificate import PeerCertificate
from gatewayctl.proxy.acquaintance import Acquaintance
from gatewayctl.proxy.door import COPY_BELOW
from gatewayctl.proxy.exchange import Exchange
from gatewayctl.proxy.pace import Pace
from gatewayctl.state.timer_wheel import NEVER
from gatewayctl.upstream.connection import UpstreamConnection

if TYPE_CHECKING:
    from gatewayctl.proxy.gateway import Gateway

HEAD, BODY, WAIT, TUNNEL, LINGER, CLOSED = range(6)
_STATE_NAMES: Final = ("head", "body", "wait", "tunnel", "linger", "closed")

_LINGER_SECONDS: Final = 2.0
_LINGER_BYTES: Final = 256 * 1024
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class ExpressWriter(asyncio.Protocol, ABC):
    """One client's connection, as far as it writes. See ``express`` for the states and the reading."""

    __slots__ = (
        "_acquaintance",
        "_buffer",
        "_certificate",
        "_chunking",
        "_decoder",
        "_driving",
        "_exchange",
        "_half_closed",
        "_in_head",
        "_keep",
        "_left",
        "_pace",
        "_paused",
        "_request_done",
        "_response_done",
        "_stalled",
        "_tunnel",
        "_tunnel_in",
        "_tunnel_out",
        "_unsent",
        "_until_close",
        "deadline",
        "due",
        "gateway",
        "peer",
        "scheme",
        "state",
        "transport",
    )

    transport: asyncio.Transport
    _pace: Pace
    """That of the body which is being read."""

    def __init__(self, gateway: "Gateway", scheme: bytes = b"http", peer: bytes = b"") -> None:
        self.gateway = gateway
        self.scheme = scheme
        self.state = CLOSED
        self.peer = peer
        self._certificate: PeerCertificate | None = None
        self.deadline = self.due = NEVER
        self._acquaintance = Acquaintance()
        self._exchange: Exchange | None = None
        self._buffer = b""
        self._decoder: ChunkedDecoder | None = None
        self._tunnel: UpstreamConnection | None = None
        self._left = 0
        self._driving = False
        self._paused = False
        self._stalled = False
        self._unsent = 0
        self._until_close = False
        self._chunking = False
        self._in_head = False
        self._half_closed = False
        self._keep = True
        self._request_done = self._response_done = True

    def __repr__(self) -> str:
        return f"<ExpressConnection {self.peer.decode()} {_STATE_NAMES[self.state]}>"

    @property
    def certificate(self) -> PeerCertificate | None:
        """See ``Door``. Read once a connection, when it is first asked for."""
        if self._certificate is None and self.scheme == b"https":
            tls = self.transport.get_extra_info("ssl_object")
            der = None if tls is None else tls.getpeercert(True)
            if der:
                self._certificate = PeerCertificate(der)
        return self._certificate

    # ── answers ───────────────────────────────────────────────────────

    def respond(self, line: bytes, lines: Sequence[bytes], length: int, first: bytes, complete: bool) -> None:
        """See ``Door``."""
        exchange = self._exchange
        if exchange is None:
            return
        head = exchange.head
        transport = self.transport
        self._chunking = False
        if (  # the usual case
            complete
            and self._request_done
            and head.keep_alive
            and head.minor
            and not self.gateway.draining
            and length >= 0
            and len(first) < COPY_BELOW
        ):
            self._keep = True
            transport.write(b"".join([line, *lines, b"\r\n", first]))
            if self.state == WAIT and not self._driving:  # as in _finished
                self._exchange = None
                self._response_done = True
                self._turn(exchange.ended)
                if self._buffer:
                    self._go_on()
            else:
                self._finished(exchange)
            return
        keep = head.keep_alive and self._request_done and not self.gateway.draining
        extra = b""
        if length < 0:
            if head.minor:
                self._chunking = True
                extra = b"Transfer-Encoding: chunked\r\n"
                if first:
                    first = chunk(first)
            else:
                keep = False
                self._until_close = True
        if not keep:
            extra += b"Connection: close\r\n"
        elif not head.minor:
            extra += b"Connection: keep-alive\r\n"
        self._keep = keep
        if len(first) < COPY_BELOW:
            transport.write(b"".join([line, *lines, extra, b"\r\n", first]))
        else:
            transport.writelines((b"".join([line, *lines, extra, b"\r\n"]), first))
        if complete:
            self._finished(exchange)

    def interim(self, line: bytes, lines: Sequence[bytes]) -> None:
        """See ``Door``."""
        self.transport.write(b"%b%b\r\n" % (line, b"".join(lines)))

    def piece(self, data: bytes) -> None:
        """See ``Door``."""
        self.transport.write(chunk(data) if self._chunking else data)

    def end(self, trailers: Sequence[bytes]) -> None:
        """See ``Door``."""
        exchange = self._exchange
        if exchange is None:
            return
        if self._chunking:
            if trailers and exchange.head.wishes.takes_trailers:
                self.transport.write(b"0\r\n%b\r\n" % b"".join(trailers))
            else:
                self.transport.write(LAST_CHUNK)
        self._finished(exchange)

    def cut(self) -> None:
        """See ``Door``. Where only the end of the connection would mark the end of the body, it is reset instead."""
        self._exchange = None
        if self._until_close:
            self._abort()
        else:
            self._close()

    def _finished(self, exchange: Exchange) -> None:
        """The response is complete, and settled: the next request, lingering, or the end."""
        self._exchange = None
        self._response_done = True
        if self.state == CLOSED:
            return
        if not self._request_done:
            self._linger()
        elif not self._driving:
            self._turn(exchange.ended)
            if self._buffer:
                self._go_on()
        elif self.state == WAIT:
            self._turn(exchange.ended)

    def _turn(self, now: float) -> None:
        """From one request to the next."""
        if self._keep:
            self.state = HEAD
            if self._paused and not self._stalled:
                self._paused = False
                self.transport.resume_reading()
            gateway = self.gateway
            self.deadline = deadline = now + gateway.bound.keepalive_timeout
            if deadline < self.due:
                gateway.wheel.watch(self)
        else:
            self._close()

    def _linger(self) -> None:
        self.state = LINGER
        self._buffer = b""
        self._decoder = None
        self._left = _LINGER_BYTES
        self._paused = False
        self.transport.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._expect_by(_LINGER_SECONDS)

    @abstractmethod
    def _go_on(self) -> None:
        """Reads on, what is there already first."""

    # ── endings ───────────────────────────────────────────────────────

    def _close(self) -> None:
        if self.state != CLOSED:
            self.state = CLOSED
            self.deadline = NEVER
            self.transport.close()
            if self.transport.get_write_buffer_size():  # it may never be read: not for ever
                self._unsent = self.transport.get_write_buffer_size()
                self._expect_by(self.gateway.bound.body_timeout)

    def _abort(self) -> None:
        """Ends the connection with a reset, which nobody can take for the end of a body."""
        if self.state != CLOSED:
            self.state = CLOSED
            self.deadline = NEVER
            sock = self.transport.get_extra_info("socket")
            if sock is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.transport.abort()

    def shutdown(self) -> None:
        """The server wants to end: idle connections close now, others after their response (uvicorn calls this)."""
        if self._exchange is None and self.state in {HEAD, LINGER}:
            self._close()
        else:
            self._keep = False
            if self._exchange is not None:
                self._exchange.head.keep_alive = False

    def drop(self) -> None:
        """The grace is over: ends the connection whatever it does. That is not its client's doing."""
        exchange = self._exchange
        if exchange is not None and self._tunnel is None:
            self._exchange = None
            exchange.on_client_gone("the gateway ended before the response was complete", "shutting_down")
        self.transport.abort()

    def _expect_by(self, seconds: float) -> None:
        gateway = self.gateway
        self.deadline = deadline = gateway.clock() + seconds
        if deadline < self.due:
            gateway.wheel.watch(self)

    # ── tunnels ───────────────────────────────────────────────────────

    def switch(self, line: bytes, lines: Sequence[bytes], first: bytes, upstream: UpstreamConnection) -> None:
        """See ``Door``."""
        self.state = TUNNEL
        self.deadline = NEVER
        self._tunnel = upstream
        self._tunnel_in = 0
        self._tunnel_out = len(first)
        upstream.on_tunnel_data = self._to_client
        upstream.on_tunnel_end = self._upstream_ended
        upstream.touch()
        if self._stalled:
            upstream.transport.pause_reading()
        if self._paused and not upstream.full:
            self.resume_body()
        self.transport.write(b"%b%b\r\n%b" % (line, b"".join(lines), first))
        if self._buffer:
            data, self._buffer = self._buffer, b""
            self._to_upstream(data)

    def _to_upstream(self, data: bytes) -> None:
        tunnel = self._tunnel
        if tunnel is not None:
            self._tunnel_in += len(data)
            tunnel.touch()
            tunnel.transport.write(data)

    def _to_client(self, data: bytes) -> None:
        self._tunnel_out += len(data)
        if self._tunnel is not None:
            self._tunnel.touch()
        self.transport.write(data)

    def _upstream_ended(self, lost: bool) -> None:
        """The service has ended its direction (``lost`` False), or the whole connection."""
        if self.state != TUNNEL:
            return
        if lost or self._half_closed or not self.transport.can_write_eof():
            self._close()
        else:
            self._half_closed = True
            self.transport.write_eof()

    def _end_tunnel(self, tunnel: UpstreamConnection, exchange: Exchange | None) -> None:
        tunnel.on_tunnel_data = tunnel.on_tunnel_end = None
        tunnel.finish_tunnel()
        if exchange is not None:
            exchange.on_tunnel_closed(self._tunnel_in, self._tunnel_out)

    @abstractmethod
    def resume_body(self) -> None:
        """See ``Door``."""

    @abstractmethod
    def on_deadline(self, now: float) -> None:
        """See ``Timed``."""
