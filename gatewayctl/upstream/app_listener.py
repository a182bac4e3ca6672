"""Serves a small ASGI application of our own on a listening socket, with uvicorn's protocol classes.

For what is not traffic: the admin address and the built-in echo. No server loop of its own, so it costs nothing idle.
"""

import asyncio
import logging
import socket
from typing import Any

from uvicorn import Config
from uvicorn.server import ServerState

from gatewayctl.upstream.app_bounds import AppBounds, BoundedProtocol


class AppListener:
    """``app`` on ``sock`` (listening, taken over). ``start`` within the event loop, ``close`` when it is not needed any more.

    ``bounds`` is for an address that others reach; None where only this process asks.
    """

    def __init__(
        self, app: Any, sock: socket.socket, *, server_name: str = "gatewayctl", bounds: AppBounds | None = None
    ) -> None:
        self._bounds = bounds
        self._config = Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            headers=[("server", server_name)],
            timeout_keep_alive=10,
        )
        self._state = ServerState()
        self._logger = logging.getLogger("gatewayctl.listener")
        self._logger.setLevel(logging.ERROR)  # a malformed request is told to its client, and is no line of ours
        self._sock = sock
        self._server: asyncio.AbstractServer | None = None

    async def start(self) -> None:
        """Accepts connections from now on."""
        config = self._config
        config.load()
        self._state.default_headers = config.encoded_headers
        loop = asyncio.get_running_loop()

        def protocol() -> asyncio.Protocol:
            made: Any = config.http_protocol_class(config=config, server_state=self._state, app_state={}, _loop=loop)  # type: ignore[call-arg]
            made.logger = self._logger
            return made if self._bounds is None else BoundedProtocol(made, self._state.connections, self._bounds, loop)

        self._server = await loop.create_server(protocol, sock=self._sock)

    def close(self) -> None:
        """Stops accepting; idle connections close at once, others after their response."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
