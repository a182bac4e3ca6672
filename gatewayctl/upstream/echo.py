"""The built-in upstream ``builtin = "echo"``: one real loopback socket an instance, answers JSON about the request.

For first runs and demonstrations. It shows method, path, query and headers, but never credentials.
"""

import socket
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatewayctl.upstream.app_listener import AppListener

_NEVER_SHOWN: Final = frozenset({"authorization", "proxy-authorization", "cookie"})
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class PlainJson(JSONResponse):
    """JSON that ends with a line end, for whoever reads it in a terminal."""

    def render(self, content: object) -> bytes:
        """See ``JSONResponse``."""
        return super().render(content) + b"\n"


def echo_app(service: str, instance: str) -> Starlette:
    """The application that one echo instance serves."""

    async def echo(request: Request) -> Response:
        size = 0
        async for piece in request.stream():
            size += len(piece)
        raw_path: bytes = request.scope.get("raw_path", b"")
        headers = {name: value for name, value in request.headers.items() if name not in _NEVER_SHOWN}
        return PlainJson(
            {
                "service": service,
                "instance": instance,
                "method": request.method,
                "path": raw_path.decode("latin-1"),
                "query": request.scope["query_string"].decode("latin-1"),
                "headers": headers,
                "body_bytes": size,
            }
        )

    return Starlette(routes=[Route("/{path:path}", echo, methods=_METHODS)])


class EchoInstance:
    """A listening echo. ``port`` is chosen by the system when it is made; raises OSError if none is to be had."""

    def __init__(self, service: str, instance: str) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.bind(("127.0.0.1", 0))
            sock.listen(128)
        except OSError:
            sock.close()
            raise
        sock.setblocking(False)
        self.port: int = sock.getsockname()[1]
        self._listener = AppListener(echo_app(service, instance), sock, server_name="gatewayctl-echo")
        self._started = False

    async def start(self) -> None:
        """Serves from now on; starting twice does nothing."""
        if not self._started:
            self._started = True
            await self._listener.start()

    def close(self) -> None:
        """Serves no more."""
        self._listener.close()
