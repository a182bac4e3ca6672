"""What an upstream connection needs of whoever sent a request through it."""

from typing import Protocol

from gatewayctl.core.failures import Failure
from gatewayctl.core.fields import Field
from gatewayctl.core.messages import RequestHead, ResponseHead


class Receiver(Protocol):
    """Gets a response as it arrives. After ``on_response`` with ``complete``, ``on_end`` or ``on_failure`` nothing follows."""

    @property
    def head(self) -> RequestHead:
        """The request that this answers: HEAD changes what a response means."""

    def on_interim(self, head: ResponseHead) -> None:
        """A 1xx response; the final one is still to come."""

    def on_response(self, head: ResponseHead, length: int, first: bytes, complete: bool, now: float) -> None:
        """The final head, at ``now``. ``length`` is its body's framing, ``first`` what of the body came with it."""

    def on_piece(self, data: bytes) -> None:
        """A further piece of the body, never empty."""

    def on_end(self, trailers: list[Field]) -> None:
        """The body is complete."""

    def on_switch(self, head: ResponseHead, first: bytes) -> None:
        """A 101: from here on the connection carries another protocol, ``first`` being its first bytes."""

    def on_failure(self, failure: Failure, *, answered: bool) -> None:
        """No (further) response will come. ``answered``: bytes of a response had arrived."""

    def on_writable(self, writable: bool) -> None:
        """Whether the connection takes more of the request's body at the moment."""
