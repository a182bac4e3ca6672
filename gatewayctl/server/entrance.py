"""From an accepted socket to a connection of the express door: PROXY header first, then TLS, then HTTP.

A header of the PROXY protocol is read from peers that are trusted, and only from them: everybody else is taken for what
they are, so that a header of theirs is a malformed request. It is looked at without taking more than itself, since
what follows may be a TLS handshake. All of it is bounded by ``header_timeout``.
"""

import asyncio
import contextlib
import socket
from collections.abc import Collection
from typing import Final

from gatewayctl.core.proxy_header import LONGEST_V2, BadHeader, Said, length, read_header
from gatewayctl.proxy.express import ExpressConnection
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.proxy.origin import peer_address

_HANDSHAKE: Final = 10.0
"""Seconds; ``header_timeout`` where that is less."""


Address = tuple[str, int]


class Entrance:
    """``secure`` are the addresses at which TLS is spoken (see ``address_of``)."""

    def __init__(self, gateway: Gateway, secure: Collection[Address]) -> None:
        self._gateway = gateway
        self._secure = frozenset(secure)

    async def enter(self, listener: socket.socket, sock: socket.socket) -> None:
        """Makes the connection of an accepted socket, which is taken over. Raises OSError where the client is gone."""
        gateway = self._gateway
        bound = gateway.bound
        peer = b""
        if bound.plan.server.proxy_protocol:
            said = await self._announced(sock)
            if said is None:
                sock.close()
                return
            peer = b"" if said.address is None else said.address.encode()
        if not self._secure or address_of(listener) not in self._secure:
            await gateway.loop.connect_accepted_socket(lambda: ExpressConnection(gateway, b"http", peer), sock)
            return
        if bound.certificates is None:
            sock.close()
            return
        _, connection = await gateway.loop.connect_accepted_socket(
            lambda: ExpressConnection(gateway, b"https", peer),
            sock,
            ssl=bound.certificates.context,
            ssl_handshake_timeout=min(bound.header_timeout, _HANDSHAKE),
            ssl_shutdown_timeout=2.0,
        )
        now, then = gateway.bound.plan.server.tls, bound.plan.server.tls
        if now is not then and (now is None or then is None or now.asks_for != then.asks_for):
            connection.shutdown()  # other authorities have come to count during the handshake

    async def _announced(self, sock: socket.socket) -> Said | None:
        """What a trusted peer says of its client; None where that cannot be understood or takes too long."""
        name = sock.getpeername()
        peer = peer_address(name[0]) if isinstance(name, tuple) and name else b"unix:"
        bound = self._gateway.bound
        if not bound.origin.trusts(peer):
            return Said(None)
        try:
            async with asyncio.timeout(bound.header_timeout):
                return read_header(await self._header(sock))
        except (BadHeader, TimeoutError) as error:
            self._gateway.bad_proxy_headers += 1
            if self._gateway.bad_proxy_headers == 1:
                why = str(error) or "no PROXY header in time"
                self._gateway.reporter.event(
                    "warning",
                    f"closed a connection of a trusted proxy: {why}",
                    help="said once; the metric bad_proxy_headers counts them",
                )
            return None

    async def _header(self, sock: socket.socket) -> bytes:
        """The bytes of a header, and not one more."""
        taken = b""
        while True:
            seen = b""
            with contextlib.suppress(BlockingIOError):
                seen = sock.recv(LONGEST_V2, socket.MSG_PEEK)
            whole = length(taken + seen)
            if whole is not None and whole <= len(taken) + len(seen):
                return taken + sock.recv(whole - len(taken))
            # All that is there belongs to the header: it can be taken, and then the next byte be waited for.
            if seen:
                taken += sock.recv(len(seen))
            more = await self._gateway.loop.sock_recv(sock, 1)
            if not more:
                raise BadHeader("it left before its PROXY header was whole")
            taken += more
            whole = length(taken)
            if whole is not None and whole == len(taken):
                return taken


def address_of(sock: socket.socket) -> Address:
    """Where a socket listens: host and port, or the path of a unix socket with port 0."""
    name = sock.getsockname()
    return (name[0], name[1]) if isinstance(name, tuple) else (str(name), 0)
