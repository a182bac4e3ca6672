"""What differs for an exchange behind an ASGI server: requests that are somebody else's, and WebSockets of its own making."""

from base64 import b64encode
from hashlib import sha1
from typing import TYPE_CHECKING, Final

from gatewayctl.core.failures import failure
from gatewayctl.core.fields import combined
from gatewayctl.core.messages import ResponseHead
from gatewayctl.proxy.exchange import Exchange

if TYPE_CHECKING:
    from gatewayctl.proxy.asgi.door import AsgiDoor

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455 1.3."""


class AsgiExchange(Exchange):
    """An exchange whose door is an ``AsgiDoor``."""

    __slots__ = ()

    door: "AsgiDoor"

    def _missed(self, allow: tuple[bytes, ...]) -> None:
        """A path that no route takes goes on to the application behind, if there is one; it is none of ours then."""
        if allow or not self.door.passes_on:
            super()._missed(allow)
            return
        self.settled = True
        self.gateway.in_flight -= 1
        self.door.passed_on = True

    def on_switch(self, head: ResponseHead, first: bytes) -> None:
        """See ``Receiver``. The handshake with the service is ours, so it is ours to check (RFC 6455 4.1)."""
        wrong = self._handshake_fault(head)
        if wrong:
            self._drop_upstream()
            self.fail(failure("upgrade_failed", wrong))
        else:
            super().on_switch(head, first)

    def _handshake_fault(self, head: ResponseHead) -> str:
        key = combined(self.head.fields, b"sec-websocket-key") or b""
        if combined(head.fields, b"sec-websocket-accept") != accept_token(key):
            return "the service accepted another WebSocket than was asked for"
        if combined(head.fields, b"sec-websocket-extensions"):
            return "the service uses a WebSocket extension that was not offered"
        chosen = combined(head.fields, b"sec-websocket-protocol")
        offered = (combined(self.head.fields, b"sec-websocket-protocol") or b"").split(b", ")
        if chosen is not None and chosen not in offered:
            return "the service chose a WebSocket subprotocol that was not offered"
        return ""


def accept_token(key: bytes) -> bytes:
    """What a server answers to a key (RFC 6455 4.2.2)."""
    return b64encode(sha1(key + _GUID).digest())  # noqa: S324 - a checksum by the standard, not a secret
