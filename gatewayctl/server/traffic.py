"""Who carries the traffic: this very process (here), or several workers (``workers/fleet.py``). ``serve`` knows no difference."""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Collection
from typing import Any, Protocol

from gatewayctl.admin.control import AdminGateway
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.app import traffic_app
from gatewayctl.server.draining import drain
from gatewayctl.server.entrance import Address
from gatewayctl.server.moments import moment
from gatewayctl.server.uvicorn_server import GatewayServer
from gatewayctl.upstream.discovery.base import Snapshot


class TrafficFailed(Exception):  # noqa: N818
    """It cannot be carried; the message says why."""


class Traffic(Protocol):
    """``view`` is the gateway as the admin address shows it; ``fresh`` brings it up to date."""

    @property
    def view(self) -> AdminGateway: ...

    async def start(self, listening: list[socket.socket], secure: Collection[Address]) -> None:
        """Accepts on these sockets, which are taken over, with TLS at ``secure``. Raises TrafficFailed."""

    async def fresh(self) -> None: ...

    def found(self, snapshot: Snapshot) -> None:
        """What discovery has found is told to processes that do not know it yet."""

    def workers(self) -> list[dict[str, Any]]:
        """The processes that carry it, for ``/status``."""

    @property
    def log_dropped(self) -> int:
        """Lines of the access log that were lost before they came to its writer."""

    def leave(self) -> None:
        """The end has begun: health checks say no, traffic goes on."""

    async def drain(self, grace: float, now: asyncio.Event) -> tuple[int, int]:
        """Accepts no more; ends connections within ``grace`` seconds, or when ``now`` comes. Gives how many connections
        were cut, and the requests on them."""

    async def close(self) -> None:
        """Ends what is left, also if it was never started."""


class OneProcess:
    """See ``Traffic``: this process carries it all. ``failed`` is called if it stops by itself."""

    log_dropped = 0

    def __init__(self, gateway: Gateway, failed: Callable[[], None]) -> None:
        self.view = gateway
        self._failed = failed
        self._started_at = time.time()
        self._server: GatewayServer | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self, listening: list[socket.socket], secure: Collection[Address]) -> None:
        self._server = GatewayServer(traffic_app(self.view), self.view, listening, secure=secure)
        self._serving = asyncio.create_task(self._server.serve())
        self._serving.add_done_callback(lambda _: self._failed())

    async def fresh(self) -> None:
        """It is always up to date."""

    def found(self, snapshot: Snapshot) -> None:
        """This process knows it already."""

    def workers(self) -> list[dict[str, Any]]:
        gateway = self.view
        return [
            {
                "worker": 1,
                "pid": os.getpid(),
                "state": "serving",
                "generation": gateway.bound.generation,
                "started_at": moment(self._started_at),
                "connections": len(gateway.connections),
                "in_flight": gateway.in_flight,
                "restarts": 0,
            }
        ]

    def leave(self) -> None:
        self.view.leaving = True

    async def drain(self, grace: float, now: asyncio.Event) -> tuple[int, int]:
        close = _nothing if self._server is None else self._server.acceptor.close
        return await drain(self.view, close, grace, now)

    async def close(self) -> None:
        if self._server is not None and self._serving is not None:
            self._server.leave()
            await self._serving


def _nothing() -> None:
    """Nothing was opened."""
