"""The gateway as an ASGI application: what comes in by ``http`` and ``websocket`` scopes becomes an exchange."""

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewayctl.core.bad_heads import salvage
from gatewayctl.core.failures import failure
from gatewayctl.core.framing import CHUNKED, BadMessage
from gatewayctl.core.messages import RequestHead
from gatewayctl.proxy.asgi.callers import Caller, Callers
from gatewayctl.proxy.asgi.door import AsgiDoor
from gatewayctl.proxy.asgi.exchange import AsgiExchange
from gatewayctl.proxy.asgi.head import raw_head, read_again, read_head, states_no_length
from gatewayctl.proxy.asgi.headers import HeaderPairs
from gatewayctl.proxy.asgi.vigil import Vigil
from gatewayctl.proxy.asgi.websocket import WebSocketDoor, websocket_head
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.proxy.origin import peer_address

_MEMORY: Final = 4096
"""Peers whose address is remembered before starting afresh."""


class AsgiGateway:
    """One gateway's ASGI door. ``fallback`` gets the requests that no route takes; without one they are a 404."""

    def __init__(self, gateway: Gateway, fallback: ASGIApp | None = None) -> None:
        self.gateway = gateway
        self.fallback = fallback
        self.pairs = HeaderPairs()
        self.vigil = Vigil(gateway.clock, gateway.wheel)
        self.callers = Callers(gateway.clock, gateway.wheel)
        self._peers: dict[str, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ``http`` or a ``websocket`` scope."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._websocket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        gateway = self.gateway
        bound = gateway.bound
        door = AsgiDoor(self, scope, self._peer(scope), receive)
        client = scope.get("client")
        caller = self.callers.of(client, door.scheme) if type(client) is tuple else None
        first: Message | None = None
        try:
            # 1. the head
            head = None if caller is None else read_again(scope, bound, caller)
            if head is None:
                head = read_head(scope, raw_head(scope), bound, caller)
            if states_no_length(scope, head):
                async with asyncio.timeout(bound.body_timeout):
                    first = await receive()
                if first["type"] == door.ENDS:
                    return
                if first.get("body") or first.get("more_body"):
                    head.body = CHUNKED
        except BadMessage as error:
            await self._refuse(door, raw_head(scope), error.reason, error.detail, send)
            return
        except TimeoutError:
            await self._refuse(
                door, raw_head(scope), "request_timeout", "the request's body did not arrive in time", send
            )
            return
        self._begin(door, head, caller if head.repeated else None)
        try:
            if door.passed_on:
                await self.fallback(scope, receive if first is None else _again(first, receive), send)  # type: ignore[misc]
            elif door.exchange.settled:
                await door.answer_now(send)
            else:
                await door.run(send, first)
        finally:
            del door.exchange

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = WebSocketDoor(self, scope, self._peer(scope), receive)
        raw = raw_head(scope)
        try:
            head = websocket_head(scope, raw, self.gateway)
        except BadMessage as error:
            await self._refuse(door, raw, error.reason, error.detail, send)
            return
        self._begin(door, head)
        if door.passed_on:
            await self.fallback(scope, receive, send)  # type: ignore[misc]
        else:
            await door.run(send)

    def _begin(self, door: AsgiDoor, head: RequestHead, caller: Caller | None = None) -> None:
        exchange = door.exchange = AsgiExchange()
        exchange.begin(self.gateway, door, head, caller)
        try:
            exchange.start()
        except Exception as error:
            self.gateway.report(error, "handling a request")
            exchange.fail(failure("internal_error", "the request could not be handled"))

    async def _refuse(self, door: AsgiDoor, raw: bytes, reason: str, detail: str, send: Send) -> None:
        """Answers a request that is not acceptable, and has the connection closed: nothing after it can be trusted."""
        head = salvage(raw)
        head.keep_alive = False
        exchange = door.exchange = AsgiExchange()
        exchange.begin(self.gateway, door, head)
        exchange.refuse(failure(reason, detail))
        await door.answer_now(send)

    def _peer(self, scope: Scope) -> bytes:
        client = scope.get("client")
        if not client or not client[0]:
            return b"unix:"  # servers say nothing about who is at the other end of a unix socket
        host: str = client[0]
        known = self._peers.get(host)
        if known is None:
            if len(self._peers) >= _MEMORY:
                self._peers.clear()
            known = self._peers[host] = peer_address(host)
        return known


def _again(first: Message, receive: Receive) -> Receive:
    """``receive`` for somebody who has not seen ``first`` yet."""
    waiting = [first]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again
