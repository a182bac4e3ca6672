"""What an exchange needs of the side that the client is on. Two doors keep this promise: express and ASGI."""

from collections.abc import Sequence
from typing import Final, Protocol

from gatewayctl.policy.auth.certificate import PeerCertificate
from gatewayctl.upstream.connection import UpstreamConnection

COPY_BELOW: Final = 8 * 1024
"""Bytes of body up to which copying them behind the head is cheaper than writing them apart."""


class Door(Protocol):
    """One client's side of one exchange. Heads are given as a status line and pieces of field lines, to be joined."""

    @property
    def peer(self) -> bytes:
        """The address at the other end of the connection, ``unix:`` for a unix socket."""

    @property
    def scheme(self) -> bytes:
        """``http`` or ``https``."""

    @property
    def certificate(self) -> PeerCertificate | None:
        """The certificate that the client has proved to be its own; None for none."""

    def respond(self, line: bytes, lines: Sequence[bytes], length: int, first: bytes, complete: bool) -> None:
        """The final response's head and ``first`` of its body. ``length`` is the body's framing (see ``core.framing``)."""

    def interim(self, line: bytes, lines: Sequence[bytes]) -> None:
        """A 1xx response."""

    def piece(self, data: bytes) -> None:
        """A further piece of the body."""

    def end(self, trailers: Sequence[bytes]) -> None:
        """The body is complete; ``trailers`` are field lines for a client that takes them."""

    def cut(self) -> None:
        """The body will not be completed: the client must see that."""

    def switch(self, line: bytes, lines: Sequence[bytes], first: bytes, upstream: UpstreamConnection) -> None:
        """A 101: splices the client's connection with the upstream's."""

    def pause_body(self) -> None:
        """Reads no more of the request's body for now."""

    def resume_body(self) -> None:
        """Reads on."""
