"""How a connection to one instance is opened: to an address, to one of a name's addresses, or to a unix socket.

Where a name has several addresses, all are used in turn; one that could not be reached is asked last for a while.
Nothing is resolved here: whoever follows the name tells the addresses.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.units import format_duration
from gatewayctl.upstream.tls import tls_failure

if TYPE_CHECKING:
    from gatewayctl.plan.model import InstancePlan
    from gatewayctl.upstream.connection import UpstreamConnection

SHUN: Final = 10.0
"""Seconds for which an address that could not be reached is asked after all others."""


class UnresolvedError(OSError):
    """The name of the host has no address at the moment."""


class Dialer:
    """Opens connections to one instance. ``addresses`` are IP addresses, the only one where the host is one itself."""

    __slots__ = ("_at", "_clock", "_shunned", "addresses", "by_name", "host", "path", "port", "server_name", "tls")

    def __init__(self, plan: "InstancePlan", clock: Callable[[], float], port: int = 0) -> None:
        self.host = plan.host
        self.port = port or plan.port
        self.path = plan.path
        self.by_name = plan.by_name
        self.addresses: tuple[str, ...] = () if plan.by_name else (plan.host or plan.path,)
        self.tls: ssl.SSLContext | None = None
        self.server_name: str | None = None
        self._clock = clock
        self._at = 0
        self._shunned: dict[str, float] = {}

    def __str__(self) -> str:
        """Where it is, for operators: never shown to a client."""
        if self.path:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def secure(self, context: ssl.SSLContext | None, server_name: str) -> bool:
        """TLS with that context from now on (None: none). Gives whether that is another way than before."""
        name = None if context is None else server_name or self.host
        changed = (context, name) != (self.tls, self.server_name)
        self.tls, self.server_name = context, name
        return changed

    def move(self, addresses: tuple[str, ...]) -> None:
        """The name's addresses are these now."""
        self.addresses = addresses
        self._shunned = {address: until for address, until in self._shunned.items() if address in addresses}

    async def open(
        self, loop: asyncio.AbstractEventLoop, make: "Callable[[], UpstreamConnection]", within: float
    ) -> "UpstreamConnection":
        """A new connection within that many seconds. Raises OSError: that of the address that was tried last."""
        async with asyncio.timeout(within):
            return await self._open(loop, make, within)

    async def _open(
        self, loop: asyncio.AbstractEventLoop, make: "Callable[[], UpstreamConnection]", within: float
    ) -> "UpstreamConnection":
        if self.path:
            _, connection = await loop.create_unix_connection(make, self.path)
            return connection
        if not self.by_name:
            return await self._to(loop, make, self.host)
        problem: OSError = UnresolvedError("no address")
        addresses = self._order()
        for address in addresses:
            try:
                async with asyncio.timeout(within / len(addresses)):  # one that is silent leaves time for the others
                    connection = await self._to(loop, make, address)
            except ssl.SSLError:
                raise  # somebody is there; the next address would say the same
            except OSError as error:
                self._shunned[address] = self._clock() + SHUN
                problem = error
            else:
                connection.address = address
                return connection
        raise problem

    async def _to(
        self, loop: asyncio.AbstractEventLoop, make: "Callable[[], UpstreamConnection]", address: str
    ) -> "UpstreamConnection":
        if self.tls is None:
            _, connection = await loop.create_connection(make, address, self.port)
        else:
            _, connection = await loop.create_connection(
                make, address, self.port, ssl=self.tls, server_hostname=self.server_name
            )
        return connection

    def _order(self) -> tuple[str, ...]:
        """All addresses, each time another one first, those that could not be reached lately at the end."""
        addresses = self.addresses
        if len(addresses) < 2:
            return addresses
        self._at = (self._at + 1) % len(addresses)
        turned = (*addresses[self._at :], *addresses[: self._at])
        if not self._shunned:
            return turned
        now = self._clock()
        self._shunned = {address: until for address, until in self._shunned.items() if until > now}
        return tuple(sorted(turned, key=self._shunned.__contains__))


def dial_failure(error: OSError, within: float) -> Failure:
    """Why there is no connection, in the system's words; never the error's own text, which may hold the address."""
    match error:
        case TimeoutError() if error.errno is None:
            return failure("connect_timeout", f"no connection within {format_duration(within)}")
        case ssl.SSLError():
            return tls_failure(error)
        case UnresolvedError() | socket.gaierror():
            return failure("dns_failed", "the service's name does not resolve")
    why = os.strerror(error.errno) if error.errno else type(error).__name__
    return failure("connect_failed", f"connecting failed ({why})")
