"""uvicorn as the gateway uses it: it runs the application's life, while listeners, signals and draining are ours.

uvicorn alone would open one kind of socket, own the signals, and could wait for open streams for ever.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Collection, Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from gatewayctl.proxy.express import ExpressConnection
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.acceptor import Acceptor
from gatewayctl.server.entrance import Address, Entrance

_NO_DESCRIPTORS: Final = frozenset({errno.EMFILE, errno.ENFILE})
_MORE_FILES: Final = "raise the limit of open files (ulimit -n), or lower server.max_connections"


class GatewayServer(uvicorn.Server):
    """Runs until ``leave`` is called. ``room`` says how many more connections may be open; where it is not given, as many as
    ``max_connections`` leaves this process."""

    def __init__(
        self,
        app: ASGIApp,
        gateway: Gateway,
        sockets: list[socket.socket],
        *,
        secure: Collection[Address] = (),
        room: Callable[[], int] | None = None,
    ) -> None:
        self._gateway = gateway
        self._leaving = asyncio.Event()
        self.acceptor = Acceptor(
            gateway.loop,
            sockets,
            Entrance(gateway, secure).enter,
            room=self._own_room if room is None else room,
            on_problem=self._problem_reporter(),
        )

        super().__init__(
            uvicorn.Config(
                app,
                http=ExpressConnection,  # named so that uvicorn loads no protocol of its own; the acceptor makes them
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn's hook: the signals are handled by ``serve``."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accepts connections on our sockets."""
        self._gateway.on_connection_closed = self.acceptor.on_room
        self.acceptor.start()
        self.started = True

    def _own_room(self) -> int:
        return self._gateway.bound.plan.server.max_connections - len(self._gateway.connections)

    def _problem_reporter(self) -> Callable[[OSError], None]:
        gateway, last = self._gateway, [float("-inf")]

        def report(error: OSError) -> None:
            now = gateway.clock()
            if now - last[0] > 10.0:
                last[0] = now
                gateway.reporter.event(
                    "error",
                    f"cannot accept connections for now: {error.strerror or error}",
                    **({"help": _MORE_FILES} if error.errno in _NO_DESCRIPTORS else {}),
                )

        return report

    async def main_loop(self) -> None:
        """Waits; there is nothing to poll."""
        await self._leaving.wait()

    def leave(self) -> None:
        """Ends ``main_loop``."""
        self._leaving.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops accepting; draining is done by whoever knows the grace."""
        self.acceptor.close()
