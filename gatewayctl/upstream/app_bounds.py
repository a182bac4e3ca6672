"""What uvicorn leaves open on an address of our own: how many connections there are, and how long a request may take to come.

uvicorn's own bound is a 503 for requests; a connection that sends none, or drips a head, would stay for ever.
"""

import asyncio
from collections.abc import Sized
from typing import Any

from gatewayctl.core.frozen import frozen


@frozen
class AppBounds:
    """``connections`` at the same time, further ones are closed at once; ``seconds`` for a whole request, body included."""

    connections: int = 256
    seconds: float = 10.0


class BoundedProtocol(asyncio.Protocol):
    """One connection: passes everything on to uvicorn's protocol ``inner``, whose kind adds itself to ``open_ones``."""

    __slots__ = ("_bounds", "_inner", "_loop", "_open", "_timer", "_transport")

    def __init__(self, inner: Any, open_ones: Sized, bounds: AppBounds, loop: asyncio.AbstractEventLoop) -> None:
        self._inner = inner
        self._open = open_ones
        self._bounds = bounds
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self._open) >= self._bounds.connections:
            self._inner = None
            transport.close()
            return
        self._transport = transport  # type: ignore[assignment]
        self._inner.connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        if self._inner is None:
            return
        self._inner.data_received(data)
        if self._awaits_more():
            self._watch()
        else:
            self._stop()

    def eof_received(self) -> bool | None:
        return None if self._inner is None else self._inner.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        self._stop()
        if self._inner is not None:
            self._inner.connection_lost(error)

    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()

    def _awaits_more(self) -> bool:
        """Whether a request is still to come, or to be completed."""
        cycle = self._inner.cycle
        return cycle is None or bool(cycle.response_complete or cycle.more_body)

    def _watch(self) -> None:
        if self._timer is None:  # not anew for each piece: a head that drips would have all the time it wants
            self._timer = self._loop.call_later(self._bounds.seconds, self._late)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self._transport is not None and self._awaits_more():
            self._transport.abort()
