"""A WebSocket behind an ASGI server, which has the client's half of it: messages here, frames to the service.

The handshake with the service is the gateway's own, without extensions: compression is a matter between the client and
the server. Messages are whole, since ASGI knows no others; pings are answered on each side for itself.
"""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from starlette.types import Message, Receive, Scope, Send
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State

from gatewayctl.core.fields import Kind, field, tally_of
from gatewayctl.core.framing import NO_BODY, BadMessage
from gatewayctl.core.grammar import TOKEN
from gatewayctl.core.messages import RequestHead, Wishes
from gatewayctl.core.units import format_duration, format_size
from gatewayctl.proxy.asgi.door import HIGH_WATER, AsgiDoor
from gatewayctl.proxy.asgi.head import read_head
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.upstream.connection import TUNNEL, UpstreamConnection

if TYPE_CHECKING:
    from gatewayctl.proxy.asgi.application import AsgiGateway

MAX_MESSAGE: Final = 16 << 20
"""Bytes of the largest message from a service."""
_GOODBYE: Final = 2.0
"""Seconds that a service has to end the connection after the client has closed."""
_SERVERS_OWN: Final = frozenset(
    {b"connection", b"upgrade", b"sec-websocket-accept", b"sec-websocket-extensions", b"sec-websocket-protocol"}
)
"""What the server says itself when it accepts."""
_ENDED_HERE: Final = Kind.CONNECTION | Kind.UPGRADE | Kind.CONTENT_LENGTH | Kind.TRANSFER_ENCODING
_GOING_AWAY: Final = 1001
_NO_CODE: Final = 1005
_ABNORMAL: Final = 1006
_INVALID_TEXT: Final = 1007
_POLICY: Final = 1008
_SERVER_FAULT: Final = 1011


def websocket_head(scope: Scope, raw: bytes, gateway: Gateway) -> RequestHead:
    """The head that asks the service for the same WebSocket, with a key of our own. Raises BadMessage."""
    head = read_head(scope, raw, gateway.bound)
    fields = [f for f in head.fields if not f[0] & _ENDED_HERE and not f[1].startswith(b"sec-websocket-")]
    fields.append(field(b"Sec-WebSocket-Key", b64encode(bytes.fromhex(gateway.entropy.hex(32).decode()))))
    fields.append(field(b"Sec-WebSocket-Version", b"13"))
    offered = [name.encode("latin-1", "replace") for name in scope.get("subprotocols", ())]
    if offered:
        if not all(TOKEN.fullmatch(name) for name in offered):
            raise BadMessage("bad_request", "malformed Sec-WebSocket-Protocol field")
        fields.append(field(b"Sec-WebSocket-Protocol", b", ".join(offered)))
    head.fields = fields
    head.tally, head.kinds = tally_of(fields)
    head.body = NO_BODY
    head.wishes = Wishes(upgrade=b"websocket", dropped_names=head.wishes.dropped_names)
    return head


class WebSocketDoor(AsgiDoor):
    """See ``Door``. What is no switch of protocols is a refusal of the handshake."""

    __slots__ = (
        "_accepts",
        "_can_deny",
        "_closing",
        "_messages",
        "_parts",
        "_protocol",
        "_received",
        "_sent",
        "_text",
        "_tunnel",
    )

    START: ClassVar = "websocket.http.response.start"
    BODY: ClassVar = "websocket.http.response.body"
    ENDS: ClassVar = "websocket.disconnect"

    def begin(self, origin: "AsgiGateway", scope: Scope, peer: bytes, scheme: bytes, receive: Receive) -> None:
        """See ``AsgiDoor``."""
        super().begin(origin, scope, peer, scheme, receive)
        self._can_deny = self.START[: -len(".start")] in (scope.get("extensions") or {})
        self._tunnel: UpstreamConnection | None = None
        self._protocol = Protocol(Side.CLIENT, max_size=MAX_MESSAGE)
        self._accepts: Message = {}
        self._messages: list[Message] = []
        self._parts: list[bytes] = []
        self._text = False
        self._closing: tuple[int, str] | None = None
        self._received = self._sent = 0

    # ── the call ──────────────────────────────────────────────────────

    async def run(self, send: Send, first: Message | None = None) -> None:
        """See ``AsgiDoor``."""
        self.origin.vigil.begin(self)
        try:
            await self._converse(send)
        finally:
            self._end()

    async def _converse(self, send: Send) -> None:
        try:
            await self.receive()  # websocket.connect
            self._read()
            while self._answer is None and self._tunnel is None and not self._cut:
                await self._sleep()
            if self._tunnel is not None:
                await self._pass_on(send)
            elif self._answer is not None:
                await self._respond(send)
        finally:
            self._end_tunnel()

    async def answer_now(self, send: Send) -> None:
        """See ``AsgiDoor``. The handshake is refused only after it has been asked for."""
        try:
            await self.receive()
            if self._answer is not None:
                await self._respond(send)
        finally:
            del self.exchange

    async def _send_all(self, send: Send) -> None:
        if self._can_deny:
            await super()._send_all(send)
        else:
            await send({"type": "websocket.close", "code": _POLICY})  # before accepting, a server makes a 403 of it

    async def _pass_on(self, send: Send) -> None:
        """Messages of the service, until one side closes."""
        try:
            await send(self._accepts)
            while not self._left:
                messages, self._messages, self._queued = self._messages, [], 0
                for message in messages:
                    await send(message)
                if self._full and self._queued < HIGH_WATER and self._tunnel is not None:
                    self._full = False
                    self._tunnel.transport.resume_reading()
                if self._messages:
                    continue
                if self._closing is not None:
                    code, reason = self._closing
                    await self._read_no_more()
                    await send({"type": "websocket.close", "code": code, "reason": reason})
                    return
                await self._sleep()
        except OSError:  # what newer servers say where the client has gone
            self._say_goodbye(_ABNORMAL, "")

    async def _read_no_more(self) -> None:
        """A server may close only while nobody waits for a message."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()
            await asyncio.wait((reader,))

    # ── from the client ───────────────────────────────────────────────

    def _take(self, message: Message) -> bool:
        if message["type"] == self.ENDS and self._tunnel is not None:
            self._left = True
            self._say_goodbye(message.get("code", _NO_CODE), message.get("reason") or "")
            self._wake_up()
            return False
        if message["type"] == "websocket.receive" and self._protocol.state is State.OPEN:
            self._to_service(message)
        return super()._take(message)

    def _to_service(self, message: Message) -> None:
        text = message.get("text")
        if text is not None:
            self._protocol.send_text(text.encode())
        else:
            self._protocol.send_binary(message["bytes"])
        self._flush()

    def _flush(self) -> None:
        tunnel, data = self._tunnel, b"".join(self._protocol.data_to_send())
        if data and tunnel is not None:
            self._received += len(data)
            tunnel.touch()
            tunnel.transport.write(data)

    def _say_goodbye(self, code: int, reason: str) -> None:
        """The client has closed: the service is told, and has a moment to close as well."""
        tunnel, protocol = self._tunnel, self._protocol
        if tunnel is None:
            return
        if protocol.state is State.OPEN and code != _ABNORMAL:
            if code == _NO_CODE:
                protocol.send_close()
            else:
                protocol.send_close(code, reason)
            self._flush()
            self._tunnel = None
            self.exchange.on_tunnel_closed(self._received, self._sent)
            tunnel.on_tunnel_data = None
            tunnel.on_tunnel_end = lambda lost: tunnel.finish_tunnel()
            tunnel.idle_timeout = _GOODBYE
            tunnel.touch()
            tunnel.transport.resume_reading()
        self._end_tunnel()

    def _end_tunnel(self) -> None:
        tunnel, self._tunnel = self._tunnel, None
        if tunnel is not None:
            self.exchange.on_tunnel_closed(self._received, self._sent)
            tunnel.on_tunnel_data = tunnel.on_tunnel_end = None
            tunnel.finish_tunnel()

    # ── from the service ──────────────────────────────────────────────

    def switch(self, line: bytes, lines: Sequence[bytes], first: bytes, upstream: UpstreamConnection) -> None:
        """See ``Door``."""
        self._tunnel = upstream
        upstream.on_tunnel_data = self._from_service
        upstream.on_tunnel_end = self._service_ended
        upstream.touch()
        pairs = self.origin.pairs.of(lines)
        chosen = next((value.decode("latin-1") for name, value in pairs if name == b"sec-websocket-protocol"), None)
        headers = [pair for pair in pairs if pair[0] not in _SERVERS_OWN]
        self._accepts = {"type": "websocket.accept", "subprotocol": chosen, "headers": headers}
        if first:
            self._from_service(first)
        self._wake_up()

    def _from_service(self, data: bytes) -> None:
        protocol, tunnel = self._protocol, self._tunnel
        if tunnel is None:
            return
        self._sent += len(data)
        tunnel.touch()
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame):
                self._take_frame(event)
        self._flush()
        fault = protocol.parser_exc
        if fault is not None:
            self._close(
                _SERVER_FAULT, f"the service broke the WebSocket protocol, or sent over {format_size(MAX_MESSAGE)}"
            )
        if self._queued >= HIGH_WATER and not self._full:
            self._full = True
            tunnel.transport.pause_reading()
        self._wake_up()

    def _take_frame(self, frame: Frame) -> None:
        opcode = frame.opcode
        if opcode is Opcode.CLOSE:
            close = self._protocol.close_rcvd
            code = 1000 if close is None or close.code == _NO_CODE else int(close.code)
            self._close(code, "" if close is None else close.reason)
        if opcode not in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT} or self._closing is not None:
            return
        if opcode is not Opcode.CONT:
            self._text = opcode is Opcode.TEXT
        self._parts.append(bytes(frame.data))
        self._queued += len(frame.data)
        if not frame.fin:
            return
        whole, self._parts = b"".join(self._parts), []
        if not self._text:
            self._messages.append({"type": "websocket.send", "bytes": whole})
            return
        try:
            self._messages.append({"type": "websocket.send", "text": whole.decode()})
        except UnicodeDecodeError:
            self._protocol.fail(_INVALID_TEXT)
            self._close(_SERVER_FAULT, "the service sent text that is not UTF-8")

    def _close(self, code: int, reason: str) -> None:
        if self._closing is None:
            self._closing = code, reason

    def _service_ended(self, lost: bool) -> None:
        tunnel = self._tunnel
        if tunnel is not None and lost and tunnel.state == TUNNEL:
            self._close(_GOING_AWAY, f"nothing passed for {format_duration(tunnel.idle_timeout)}")
        else:
            self._close(_SERVER_FAULT, "the service closed the connection")
        self._wake_up()

    def cut(self) -> None:
        """See ``Door``."""
        self._close(_SERVER_FAULT, "")
        super().cut()
