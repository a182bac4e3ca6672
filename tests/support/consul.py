"""A stand-in for Consul's health endpoint, with what its clients rely on: indexes, blocking queries, tokens, filters.

https://developer.hashicorp.com/consul/api-docs/features/blocking: a query with ``index`` is held until the index has
grown beyond it, or ``wait`` is over; the index of an answer is in ``X-Consul-Index`` and may start anew.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gatewayctl.upstream.app_listener import AppListener


def entry(id: str, address: str, port: int, *, node: str = "127.0.0.1", weight: int = 1) -> dict[str, Any]:
    """One instance as Consul tells it; with an empty ``address`` it is that of its node."""
    return {
        "Node": {"Node": "n1", "Address": node, "Datacenter": "dc1"},
        "Service": {
            "ID": id,
            "Service": "orders",
            "Address": address,
            "Port": port,
            "Weights": {"Passing": weight, "Warning": 1},
        },
        "Checks": [{"Status": "passing"}],
    }


class Consul:
    """Runs on a loopback port in a thread. ``queries`` are the parameters it was asked with, ``token`` the only one it takes."""

    def __init__(self) -> None:
        self.queries: list[dict[str, str]] = []
        self.token = ""
        self._entries: Any = []
        self._index = 10
        self._broken: Callable[[], Response] | None = None
        self._sock = socket.create_server(("127.0.0.1", 0))
        self._sock.setblocking(False)
        self.url = f"http://127.0.0.1:{self._sock.getsockname()[1]}"
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._changed, self._end = asyncio.Event(), asyncio.Event()
        app = Starlette(routes=[Route("/v1/health/service/{name}", self._health)])
        listener = AppListener(app, self._sock)
        await listener.start()
        self._ready.set()
        await self._end.wait()
        listener.close()
        self._wake()
        await asyncio.sleep(0.05)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _health(self, request: Request) -> Response:
        parameters = dict(request.query_params)
        self.queries.append(parameters)
        if self._broken is not None:
            return self._broken()
        if request.headers.get("x-consul-token", "") != self.token:
            return PlainTextResponse("Permission denied", 403)
        after = int(parameters.get("index", 0))
        if after:
            try:
                async with asyncio.timeout(float(parameters.get("wait", "300s").removesuffix("s"))):
                    while self._index == after and not self._end.is_set() and self._broken is None:
                        await self._changed.wait()
            except TimeoutError:
                pass
        return JSONResponse(self._entries, headers={"X-Consul-Index": str(self._index)})

    def _do(self, what: Callable[[], None]) -> None:
        async def now() -> None:
            what()
            self._wake()

        asyncio.run_coroutine_threadsafe(now(), self._loop).result(10)

    def set(self, *entries: Any, index: int | None = None) -> None:
        """These instances pass their checks now; the index grows by one, or is ``index``."""

        def do() -> None:
            self._entries, self._broken = list(entries), None
            self._index = self._index + 1 if index is None else index

        self._do(do)

    def answer(self, body: str, status: int = 200) -> None:
        """Answers this from now on, whatever is asked."""

        def do() -> None:
            self._broken = lambda: PlainTextResponse(body, status)

        self._do(do)

    def close(self) -> None:
        """Ends."""
        self._do(self._end.set)
        self._thread.join(10)
