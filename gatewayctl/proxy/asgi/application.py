"""The gateway as an ASGI application: what comes in by ``http`` and ``websocket`` scopes becomes an exchange."""

import asyncio
from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewayctl.core.bad_heads import salvage
from gatewayctl.core.failures import failure
from gatewayctl.core.framing import CHUNKED, BadMessage
from gatewayctl.core.messages import RequestHead
from gatewayctl.proxy.asgi.callers import Caller, Callers, peer_of, scheme_of
from gatewayctl.proxy.asgi.door import AsgiDoor
from gatewayctl.proxy.asgi.exchange import AsgiExchange
from gatewayctl.proxy.asgi.head import raw_head, read_again, read_head, states_no_length
from gatewayctl.proxy.asgi.headers import HeaderPairs
from gatewayctl.proxy.asgi.uvicorn_cycle import UvicornCycles
from gatewayctl.proxy.asgi.vigil import Vigil
from gatewayctl.proxy.asgi.websocket import WebSocketDoor, websocket_head
from gatewayctl.proxy.gateway import Gateway


class AsgiGateway:
    """One gateway's ASGI door. ``fallback`` gets the requests that no route takes; without one they are a 404."""

    def __init__(self, gateway: Gateway, fallback: ASGIApp | None = None) -> None:
        self.gateway = gateway
        self.fallback = fallback
        self.pairs = HeaderPairs()
        self.uvicorn = UvicornCycles()
        self.vigil = Vigil(gateway.clock, gateway.wheel)
        self.callers = Callers(gateway.clock, gateway.wheel)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ``http`` or a ``websocket`` scope."""
        await self.take(scope, receive, send)

    def take(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """The same for whoever awaits at once what it returns: the request has begun already, and is ended by that.

        It is no coroutine that awaits others, since each of them is paid for with every request.
        """
        if scope["type"] != "http":
            return self._websocket(scope, receive, send)
        client = scope.get("client")  # not all servers know it, or as a tuple
        if type(client) is not tuple:
            return self._introduce(None, scope, receive, send)
        caller = self.callers.of(client, scope["scheme"])
        # 1. the head
        try:
            head = read_again(scope, self.gateway.bound, caller)
        except BadMessage as error:
            return self._refuse(self._door(scope, receive), error.reason, error.detail, send)
        if head is None:
            return self._introduce(caller, scope, receive, send)
        door = AsgiDoor()
        door.begin(self, scope, caller.peer, caller.scheme, receive)
        return self._go_on(door, head, caller, None, send)

    async def _introduce(self, caller: Caller | None, scope: Scope, receive: Receive, send: Send) -> None:
        """A request whose head has to be read; of one that states no length the first message too."""
        door = self._door(scope, receive)
        bound = self.gateway.bound
        first: Message | None = None
        try:
            head = read_head(scope, raw_head(scope), bound, caller)
            if states_no_length(scope, head):
                async with asyncio.timeout(bound.body_timeout):
                    first = await receive()
                if first["type"] == door.ENDS:
                    return
                if first.get("body") or first.get("more_body"):
                    head.body = CHUNKED
        except BadMessage as error:
            await self._refuse(door, error.reason, error.detail, send)
            return
        except TimeoutError:
            await self._refuse(door, "request_timeout", "the request's body did not arrive in time", send)
            return
        await self._go_on(door, head, caller if head.repeated else None, first, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = WebSocketDoor()
        door.begin(self, scope, peer_of(scope.get("client")), scheme_of(scope["scheme"]), receive)
        try:
            head = websocket_head(scope, raw_head(scope), self.gateway)
        except BadMessage as error:
            await self._refuse(door, error.reason, error.detail, send)
            return
        await self._go_on(door, head, None, None, send)

    def _go_on(
        self, door: AsgiDoor, head: RequestHead, caller: Caller | None, first: Message | None, send: Send
    ) -> Awaitable[None]:
        """All of the request but its head; ``first`` is what was received of its body."""
        exchange = door.exchange = AsgiExchange()
        exchange.begin(self.gateway, door, head, caller)
        try:
            exchange.start()
        except Exception as error:
            self.gateway.report(error, "handling a request")
            exchange.fail(failure("internal_error", "the request could not be handled"))
        if not exchange.settled:
            return door.run(send, first)
        if door.passed_on and self.fallback is not None:
            del door.exchange
            return self.fallback(door.scope, door.receive if first is None else _again(first, door.receive), send)
        return door.answer_now(send)

    def _door(self, scope: Scope, receive: Receive) -> AsgiDoor:
        door = AsgiDoor()
        door.begin(self, scope, peer_of(scope.get("client")), scheme_of(scope["scheme"]), receive)
        return door

    async def _refuse(self, door: AsgiDoor, reason: str, detail: str, send: Send) -> None:
        """Answers a request that is not acceptable, and has the connection closed: nothing after it can be trusted."""
        head = salvage(raw_head(door.scope))
        head.keep_alive = False
        exchange = door.exchange = AsgiExchange()
        exchange.begin(self.gateway, door, head)
        exchange.refuse(failure(reason, detail))
        await door.answer_now(send)


def _again(first: Message, receive: Receive) -> Receive:
    """``receive`` for somebody who has not seen ``first`` yet."""
    waiting = [first]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again
