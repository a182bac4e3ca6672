"""One connection to an instance: sends a request, parses its response strictly, and is used again if all was clean.

States: ``IDLE`` (in the pool) → ``WAITING`` (request sent, no final head yet) → ``BODY`` → ``IDLE`` or ``CLOSED``;
``TUNNEL`` once the protocol has been switched. A response that could be read in two ways ends the connection.
State is changed first, then others are told: whoever is told may use this very connection for the next request.
"""

import asyncio
import re
import select
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from gatewayctl.core.chunked import ChunkedDecoder
from gatewayctl.core.failures import failure
from gatewayctl.core.fields import Field
from gatewayctl.core.framing import CHUNKED, NO_BODY, UNTIL_CLOSE, BadMessage
from gatewayctl.core.head import HeadParser
from gatewayctl.core.units import format_duration
from gatewayctl.state.timer_wheel import NEVER, TimerWheel
from gatewayctl.upstream.receiver import Receiver
from gatewayctl.upstream.tls import tls_failure

if TYPE_CHECKING:
    from gatewayctl.upstream.instance import Instance

IDLE, WAITING, BODY, TUNNEL, CLOSED = range(5)
_STATE_NAMES: Final = ("idle", "waiting", "body", "tunnel", "closed")

MAX_RESPONSE_HEAD: Final = 64 * 1024
"""Bytes; larger response heads are a 502."""
MAX_INTERIM: Final = 16
"""Interim (1xx) responses to one request."""

_BARE_LINE_END: Final = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|\x00")
_NO_TRAILERS: Final[list[Field]] = []


class UpstreamConnection(asyncio.Protocol):
    """Made by ``Instance``; drives one ``Receiver`` at a time."""

    __slots__ = (
        "_answer_by",
        "_buffer",
        "_decoder",
        "_ended",
        "_interim",
        "_left",
        "_receiver",
        "_reusable",
        "_wheel",
        "address",
        "deadline",
        "due",
        "full",
        "idle_timeout",
        "instance",
        "on_tunnel_data",
        "on_tunnel_end",
        "parser",
        "poll",
        "released_at",
        "requests",
        "state",
        "transport",
        "uploading",
        "wait_note",
    )

    transport: asyncio.Transport

    def __init__(self, instance: "Instance", wheel: TimerWheel) -> None:
        self.instance = instance
        self._wheel = wheel
        self.state = CLOSED
        self.requests = 0
        self.released_at = 0.0
        self.deadline = self.due = self.idle_timeout = self._answer_by = NEVER
        self.wait_note = ""
        self.poll: select.poll | None = None  # of this connection alone; made when it is first asked whether it stirs
        self.address = ""  # which of those of the instance's name this goes to; empty where it has no name
        self._receiver: Receiver | None = None
        self._buffer = b""
        self._decoder: ChunkedDecoder | None = None
        self._left = self._interim = 0
        self._reusable, self._ended = True, False
        self.full = False  # the instance does not read at the moment: no more of a body should be written
        self.uploading = False
        """The request's body is still being sent: if the response ends first, the connection cannot be used again."""
        self.on_tunnel_data: Callable[[bytes], None] | None = None
        self.on_tunnel_end: Callable[[bool], None] | None = None

    def __repr__(self) -> str:
        return f"<UpstreamConnection {self.instance.name} {_STATE_NAMES[self.state]}, {self.requests} requests>"

    # ── sending ───────────────────────────────────────────────────────

    def send(self, receiver: Receiver, parser: HeadParser, data: bytes, by: float = NEVER, note: str = "") -> None:
        """Starts a request: ``data`` is its head and what is there of its body; if that is all, an answer is due ``by``."""
        self.state = WAITING
        self.requests += 1
        self.parser = parser
        self._receiver = receiver
        self._reusable = True
        self.wait_note = note
        self.deadline = self._answer_by = by
        self.idle_timeout = self.instance.idle_timeout
        if by < self.due:
            self._wheel.watch(self)
        self.transport.write(data)

    def wait_until(self, deadline: float, note: str) -> None:
        """The whole request has been sent: a head must come by ``deadline``. ``note`` is said if it does not."""
        self.wait_note = note
        self.deadline = self._answer_by = deadline
        if deadline < self.due:
            self._wheel.watch(self)

    def extend(self) -> None:
        """``idle_timeout`` has been changed for this response (an event stream, a tunnel)."""
        if self.state == BODY:
            self.touch()

    def touch(self) -> None:
        """Something went through, or is awaited: the idle time starts anew."""
        self.deadline = self.instance.clock() + self.idle_timeout
        if self.deadline < self.due:
            self._wheel.watch(self)

    def finish_tunnel(self) -> None:
        """The client's side of a tunnel has ended: what is still to be written goes out, then this side ends."""
        if self.state != CLOSED:
            self.state = CLOSED
            self.deadline = NEVER
            self._receiver = None
            self.instance.forget(self)
            self.transport.close()
            if self.transport.get_write_buffer_size():  # it may never be read: not for ever
                self.touch()

    def hand_over(self, receiver: Receiver) -> None:
        """From here on another one gets the rest of the response."""
        if self.state == BODY:
            self._receiver = receiver

    def abandon(self) -> None:
        """The receiver wants nothing more of this response: the connection cannot be used again."""
        self._receiver = None
        self.close()

    def close(self) -> None:
        """Ends the connection without telling anybody."""
        if self.state != CLOSED:
            self.state = CLOSED
            self.deadline = NEVER
            self._decoder = None
            self.instance.forget(self)
            self.transport.abort()

    def expire(self) -> None:
        """Nothing new goes over this connection: it ends now if it is idle, else with its response."""
        self._reusable = False
        if self.state == IDLE:
            self.close()

    # ── asyncio ───────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.state = IDLE

    def data_received(self, data: bytes) -> None:
        state, receiver = self.state, self._receiver
        try:
            if state == WAITING:
                if self._buffer:
                    data = self._buffer + data
                    self._buffer = b""
                self._head(data)
            elif state == BODY:
                self._body(data)
            elif state == TUNNEL:
                if self.on_tunnel_data is not None:
                    self.on_tunnel_data(data)
            else:
                self.close()  # bytes that nobody asked for
        except Exception as error:
            # a fault of ours must not leave a client waiting for an answer that nobody will send
            self._receiver = None
            self.close()
            self.instance.report(error, "reading a response")
            if receiver is not None:
                receiver.on_failure(failure("internal_error", "the response could not be handled"), answered=True)

    def eof_received(self) -> bool:
        self._ended = True
        if self.state == TUNNEL and self.on_tunnel_end is not None:
            self.on_tunnel_end(not self.transport.can_write_eof())  # over TLS both directions end together
            return self.transport.can_write_eof()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        state, receiver = self.state, self._receiver
        self.deadline = NEVER
        if state == CLOSED:
            return
        self.state, self._receiver = CLOSED, None
        self.instance.forget(self)
        if state == TUNNEL:
            if self.on_tunnel_end is not None:
                self.on_tunnel_end(True)
        elif receiver is not None and state == WAITING:
            alert = isinstance(error, ssl.SSLError) and self.requests == 1  # TLS 1.3 refuses our certificate only now
            lost = tls_failure(error) if alert else failure("upstream_reset", "the service closed the connection")
            receiver.on_failure(lost, answered=bool(self._buffer) or self._interim > 0)
        elif receiver is not None and self._left == UNTIL_CLOSE and error is None and self._ended:
            receiver.on_end(_NO_TRAILERS)  # over TLS only a close_notify is an end (RFC 9112 9.8)
        elif receiver is not None:
            receiver.on_failure(failure("upstream_reset", "the response was cut off"), answered=True)

    def pause_writing(self) -> None:
        self.full = True
        if self._receiver is not None:
            self._receiver.on_writable(False)
            if self._answer_by == NEVER:
                self.wait_note = "the service did not read the request for " + format_duration(self.idle_timeout)
                self.touch()

    def resume_writing(self) -> None:
        self.full = False
        if self._receiver is not None:
            self.deadline = self._answer_by
            if self.state == BODY or self.state == TUNNEL:
                self.touch()
            self._receiver.on_writable(True)

    def on_deadline(self, now: float) -> None:
        """See ``Timed``: what a passed deadline means depends on the state."""
        receiver, state = self._receiver, self.state
        self.deadline = NEVER
        if state == CLOSED:
            self.transport.abort()
            return
        if state == TUNNEL:
            if self.on_tunnel_end is not None:
                self.on_tunnel_end(True)
            return
        self._receiver = None
        self.close()
        if receiver is not None:
            if state == WAITING:
                receiver.on_failure(failure("upstream_timeout", self.wait_note), answered=False)
            else:
                note = "the response stopped for " + format_duration(self.idle_timeout)
                receiver.on_failure(failure("upstream_timeout", note), answered=True)

    # ── receiving ─────────────────────────────────────────────────────

    def pause(self) -> None:
        """Reads no more for now; the client is slow, which is not the instance's fault."""
        if self.state == BODY:
            self.transport.pause_reading()
            self.deadline = NEVER

    def resume(self) -> None:
        """Reads on."""
        if self.state == BODY:
            self.transport.resume_reading()
            self.touch()

    def _head(self, data: bytes) -> None:
        receiver = self._receiver
        if receiver is None:
            self.close()
            return
        raw, found, body = data.partition(b"\r\n\r\n")
        if not found or len(raw) > MAX_RESPONSE_HEAD:
            if len(data) > MAX_RESPONSE_HEAD:
                self._fail("bad_response", "the response head is too large")
            elif _BARE_LINE_END.search(data) is not None and not data.endswith(b"\r"):
                self._fail("bad_response", "a bare CR, LF or NUL in the response head")
            else:
                self._buffer = data
            return
        try:
            head = self.parser.responses.get(raw) or self.parser.response(raw)
        except BadMessage as error:
            self._fail("bad_response", error.detail)
            return
        if head.status < 200:
            self._interim_head(head.status, body)
            if self.state == CLOSED:
                return
            if head.status == 101:
                self.state = TUNNEL
                self.deadline = NEVER
                receiver.on_switch(head, body)
                return
            receiver.on_interim(head)
            if body and self.state == WAITING:
                self._head(body)
            return
        self._interim = 0
        length = NO_BODY if receiver.head.method == b"HEAD" else head.framing
        if not head.keep_alive:
            self._reusable = False
        if length >= 0:
            missing = length - len(body)
            if missing <= 0:
                if missing:
                    self._reusable = False  # surplus bytes: whatever they are, they are nobody's response
                    body = body[:length]
                clock = self.instance.clock
                now = clock()
                if self._reusable and not self.uploading:  # as in _finish
                    self._receiver, self.state = None, IDLE
                    self.instance.release(self, now)
                else:
                    self._finish(now)
                receiver.on_response(head, length, body, True, now)
                return
            self._left = missing
        else:
            self._left = length
        self.state = BODY
        self.touch()
        if length == CHUNKED:
            self._decoder = ChunkedDecoder("bad_response", self.parser.trailer)
            receiver.on_response(head, length, b"", False, self.instance.clock())
            if body and self.state == BODY:
                self._body(body)
        else:
            receiver.on_response(head, length, body, False, self.instance.clock())

    def _interim_head(self, status: int, body: bytes) -> None:
        self._interim += 1
        if self._interim > MAX_INTERIM:
            self._fail("bad_response", "too many interim responses")
        elif status == 101 and self._receiver is not None and not self._receiver.head.upgrade:
            self._fail("upgrade_failed", "a switch of protocols that nobody asked for")

    def _body(self, data: bytes) -> None:
        receiver = self._receiver
        if receiver is None:
            self.close()
            return
        decoder, left = self._decoder, self._left
        if decoder is not None:
            try:
                pieces, rest = decoder.feed(data)
            except BadMessage as error:
                self._fail("bad_response", error.detail)
                return
            if rest:
                self._reusable = False
            done = decoder.done
            if done:
                self._decoder = None
                self._finish(self.instance.clock())
            else:
                self.deadline = self.instance.clock() + self.idle_timeout
            if pieces:
                receiver.on_piece(pieces[0] if len(pieces) == 1 else b"".join(pieces))
            if done:
                receiver.on_end(decoder.trailers)
            return
        if left == UNTIL_CLOSE:
            self.deadline = self.instance.clock() + self.idle_timeout
            receiver.on_piece(data)
            return
        left -= len(data)
        if left > 0:
            self._left = left
            self.deadline = self.instance.clock() + self.idle_timeout
            receiver.on_piece(data)
            return
        if left < 0:
            self._reusable = False
            data = data[:left]
        self._finish(self.instance.clock())
        receiver.on_piece(data)
        receiver.on_end(_NO_TRAILERS)

    def _finish(self, now: float) -> None:
        """The response is complete: back to the pool, or closed."""
        self._receiver = None
        self._left = 0
        if self._reusable and not self.uploading:
            self.state = IDLE
            self.instance.release(self, now)
        else:
            self.close()

    def _fail(self, reason: str, detail: str) -> None:
        receiver = self._receiver
        self._receiver = None
        self.close()
        if receiver is not None:
            receiver.on_failure(failure(reason, detail), answered=True)
