"""One instance of a service as this process sees it: its address, its pool of idle connections, its counters.

The pool is last in, first out, so that few connections stay warm and the rest run out of their idle time. An idle
connection that has bytes or an end waiting is never used (behaviour: stale connections).
"""

import asyncio
import select
import socket
import ssl
from collections.abc import Callable, Hashable
from typing import Final

from gatewayctl.core.failures import Failure
from gatewayctl.plan.model import InstancePlan, ServicePlan
from gatewayctl.state.timer_wheel import TimerWheel
from gatewayctl.telemetry.series import Histogram
from gatewayctl.upstream.connection import CLOSED, IDLE, UpstreamConnection
from gatewayctl.upstream.dialing import Dialer, dial_failure
from gatewayctl.upstream.discovery.base import Health

_SURELY_QUIET: Final = 0.01
"""Seconds. A connection idle for longer is asked whether anything waits on it; one poll costs half a microsecond."""


def instance_key(service: str, plan: InstancePlan) -> Hashable:
    """What makes two instances the same: service, id and address."""
    return ("instance", service, plan.id, plan.scheme, plan.host, plan.port, plan.path)


class Instance:
    """Identity: ``instance_key``. Settings of its service are bound anew by each generation (``configure``)."""

    __slots__ = (
        "_connections",
        "_idle",
        "_keepalive_idle",
        "_max_idle",
        "_max_requests",
        "answers",
        "clock",
        "connect_failures",
        "connect_timeout",
        "dialer",
        "durations",
        "health",
        "host_line",
        "id",
        "idle_timeout",
        "in_flight",
        "log_id",
        "name",
        "opened",
        "plan",
        "report",
        "retired",
        "reused",
        "wheel",
    )

    def __init__(
        self,
        service: str,
        plan: InstancePlan,
        *,
        clock: Callable[[], float],
        wheel: TimerWheel,
        report: Callable[[Exception, str], None],
        port: int = 0,
    ) -> None:
        self.id = plan.id
        self.log_id = plan.id.encode()
        self.name = f"{service}/{plan.id}"
        self.dialer = Dialer(plan, clock, port)
        self.host_line = b""
        self.clock = clock
        self.wheel = wheel
        self.report = report
        self.in_flight = 0
        self.answers = [0] * 6
        """Responses by status class, index 1 to 5; index 0 counts attempts that got none."""
        self.connect_failures = 0
        self.opened = self.reused = 0
        """Connections made, and requests that went over one from the pool."""
        self.durations = Histogram(())
        """Seconds from a request's head to the head of its response."""
        self.health: Health | None = None
        """What active checks conclude; None where there are none, or none yet."""
        self.retired = False
        self._idle: list[UpstreamConnection] = []
        self._connections: set[UpstreamConnection] = set()

    def configure(self, service: ServicePlan, plan: InstancePlan, tls: ssl.SSLContext | None = None) -> None:
        """Takes over a generation's settings. ``tls`` is for an https instance."""
        self.plan = plan
        if self.dialer.secure(tls, service.tls.server_name):
            self._expire(lambda _: True)
        self.connect_timeout = service.connect_timeout
        self.idle_timeout = service.idle_timeout
        self._keepalive_idle = service.keepalive_idle
        self._max_idle = service.keepalive_max_idle
        self._max_requests = service.keepalive_max_requests
        if service.host_header == "instance":
            authority = str(self.dialer) if plan.builtin else plan.authority
            self.host_line = f"Host: {authority}\r\n".encode()
        elif service.host_header == "preserve":
            self.host_line = b""
        else:
            self.host_line = f"Host: {service.host_header}\r\n".encode()

    def acquire(self, now: float) -> UpstreamConnection | None:
        """An idle connection that is fit for use, None if a new one has to be made. ``now`` in seconds of the clock."""
        idle = self._idle
        while idle:
            connection = idle.pop()
            if connection.state != IDLE or connection.transport.is_closing():
                continue
            age = now - connection.released_at
            if age > self._keepalive_idle or (age > _SURELY_QUIET and self._stirs(connection)):
                connection.close()
                continue
            self.reused += 1
            return connection
        return None

    def _stirs(self, connection: UpstreamConnection) -> bool:
        """Whether anything (bytes, an end, an error) waits on an idle connection."""
        poll = connection.poll
        if poll is None:
            sock = connection.transport.get_extra_info("socket")
            if sock is None:
                return False
            poll = connection.poll = select.poll()
            poll.register(sock.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def release(self, connection: UpstreamConnection, now: float) -> None:
        """Takes back a connection whose response was complete and clean."""
        if self.retired or connection.requests >= self._max_requests or len(self._idle) >= self._max_idle:
            connection.close()
            return
        connection.released_at = now
        connection.deadline = deadline = now + self._keepalive_idle
        if deadline < connection.due:
            self.wheel.watch(connection)
        self._idle.append(connection)

    def forget(self, connection: UpstreamConnection) -> None:
        """A connection has ended."""
        self._connections.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    async def connect(self, loop: asyncio.AbstractEventLoop, within: float) -> UpstreamConnection | Failure:
        """A new connection, or why there is none after at most ``within`` seconds."""
        secured = self.dialer.tls, self.dialer.server_name
        try:
            connection = await self.dialer.open(loop, lambda: UpstreamConnection(self, self.wheel), within)
        except OSError as error:
            self.connect_failures += 1
            return dial_failure(error, within)
        sock = connection.transport.get_extra_info("socket")
        if sock is not None and sock.family in {socket.AF_INET, socket.AF_INET6}:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if connection.address and connection.address not in self.dialer.addresses:
            connection.requests = self._max_requests  # vanished in the meantime: for this request and no other
        if secured != (self.dialer.tls, self.dialer.server_name):
            connection.requests = self._max_requests  # agreed on with settings that are not in force any more
        self._connections.add(connection)
        self.opened += 1
        return connection

    @property
    def where(self) -> str:
        """Its host and port, or its socket; for operators, never shown to a client."""
        return str(self.dialer)

    @property
    def connections(self) -> int:
        """How many connections are open, idle or not."""
        return len(self._connections)

    @property
    def idle(self) -> int:
        """How many connections wait in the pool."""
        return len(self._idle)

    def move(self, addresses: tuple[str, ...]) -> None:
        """Its name has these addresses now: connections to others end, idle ones at once, busy ones with their response."""
        if addresses != self.dialer.addresses:
            self.dialer.move(addresses)
            self._expire(lambda connection: connection.address not in addresses)

    def _expire(self, which: Callable[[UpstreamConnection], bool]) -> None:
        for connection in list(self._connections):
            if which(connection):
                connection.expire()

    def retire(self) -> None:
        """Not part of the configuration any more: idle connections end now, the others with their response."""
        self.retired = True
        for connection in list(self._idle):
            connection.close()
        self._idle.clear()

    def abort_all(self) -> None:
        """Ends every connection at once; for the end of the process."""
        self.retired = True
        for connection in list(self._connections):
            if connection.state != CLOSED:
                connection.transport.abort()
