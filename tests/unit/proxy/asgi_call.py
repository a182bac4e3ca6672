"""One call of the gateway as an ASGI application, on the clock and the network of a scene; the test is the server."""

import asyncio
import json
from collections import deque
from typing import Any

from gatewayctl.proxy.asgi import AsgiGateway
from tests.unit.proxy.scene import Scene

Headers = list[tuple[bytes, bytes]]


class Call:
    """``sent`` is what the application has sent; ``send`` is held up while ``stalled``."""

    def __init__(
        self,
        on: Scene,
        method: str = "GET",
        path: bytes = b"/",
        *,
        headers: Headers | None = None,
        version: str = "1.1",
        application: AsgiGateway | None = None,
        **scope: Any,
    ) -> None:
        self._scene = on
        self._inbox: deque[dict[str, Any]] = deque()
        self._asked: asyncio.Future[None] | None = None
        self._released: asyncio.Future[None] | None = None
        self.stalled = False
        self.answers_cancelling = False
        """Whether ``receive`` answers its cancellation with the client's leaving."""
        self.sent: list[dict[str, Any]] = []
        target, _, query = path.partition(b"?")
        self.scope = whole = {
            "type": "http",
            "http_version": version,
            "method": method,
            "scheme": "http",
            "path": target.decode("latin-1"),
            "raw_path": target,
            "query_string": query,
            "root_path": "",
            "headers": [(b"host", b"example.com"), *(headers or [])],
            "client": ("203.0.113.9", 50_000),
        } | scope
        app = application or AsgiGateway(on.gateway)
        self.task = on.loop.create_task(app(whole, self._receive, self._send))
        on.settle()

    async def _receive(self) -> dict[str, Any]:
        while not self._inbox:
            self._asked = self._scene.loop.create_future()
            try:
                await self._asked
            except asyncio.CancelledError:
                if not self.answers_cancelling:
                    raise
                return {"type": "http.disconnect"}
        return self._inbox.popleft()

    async def _send(self, message: Any) -> None:
        while self.stalled:
            self._released = self._scene.loop.create_future()
            await self._released
        self.sent.append(dict(message))

    def give(self, *messages: dict[str, Any]) -> None:
        """What ``receive`` gives next."""
        for message in messages:
            self._inbox.append(message)
            if self._asked is not None and not self._asked.done():
                self._asked.set_result(None)
            self._scene.settle()

    def body(self, data: bytes, more: bool = False) -> None:
        """A piece of the request's body."""
        self.give({"type": "http.request", "body": data, "more_body": more})

    def leave(self) -> None:
        """The client goes away."""
        self.give({"type": "http.disconnect"})

    def read_on(self) -> None:
        """``send`` is held up no longer."""
        self.stalled = False
        if self._released is not None and not self._released.done():
            self._released.set_result(None)
        self._scene.settle()

    @property
    def waits_for_more(self) -> bool:
        """Whether the application waits in ``receive``."""
        return self._asked is not None and not self._asked.done()

    @property
    def status(self) -> int:
        assert self.sent, "nothing has been sent"
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> Headers:
        return list(self.sent[0]["headers"])

    def header(self, name: bytes) -> list[bytes]:
        """The values of a field of the answer."""
        return [value for n, value in self.headers if n == name]

    @property
    def content(self) -> bytes:
        """The body as far as it has been sent."""
        return b"".join(message.get("body", b"") for message in self.sent[1:])

    @property
    def complete(self) -> bool:
        """Whether the answer has been sent to its end, and the call is over."""
        return self.task.done() and bool(self.sent) and not self.sent[-1].get("more_body", False)

    def problem(self) -> tuple[int, str]:
        """Status and reason of an answer that is a problem."""
        assert self.complete
        return self.status, json.loads(self.content)["reason"]
