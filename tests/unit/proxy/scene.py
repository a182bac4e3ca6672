"""A gateway made of its real parts, on a clock and a network that the test plays.

A test reads as a transcript: ``client.send(…)``, ``upstream.request()``, ``upstream.send(…)``, ``client.response()``.
Nothing listens and nothing waits; time passes with ``advance``.
"""

import gc
import json
import socket
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from gatewayctl.plan.feeds import FeedPlan, StaticPlan
from gatewayctl.plan.model import (
    AdminPlan,
    BodyLimitPlan,
    ForwardPlan,
    InstancePlan,
    Listen,
    LogPlan,
    MetricsPlan,
    PathPlan,
    Plan,
    RoutePlan,
    ServerPlan,
    ServicePlan,
    StepPlan,
)
from gatewayctl.plan.order import in_step_order
from gatewayctl.proxy.bound import Bound
from gatewayctl.proxy.express import ExpressConnection
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.routing import RouteSpec, compile_route
from gatewayctl.server.generation import Generations, Swap
from gatewayctl.telemetry.access_log import json_formatter
from gatewayctl.upstream.connection import UpstreamConnection
from gatewayctl.upstream.discovery.base import Snapshot
from gatewayctl.upstream.instance import Instance
from tests.support.http1 import Request, Response, Source, lines, read_request, read_response
from tests.unit.proxy.transport import Clock, Loop, Transport

HOST = b"Host: example.com"
BUCKETS = (0.1, 1.0)

SERVER = ServerPlan(
    listen=(Listen("127.0.0.1", 8080),),
    workers=1,
    trusted_proxies=(),
    trust_unix=False,
    client_ip_header="x-forwarded-for",
    send_x_forwarded=True,
    send_forwarded=False,
    request_id_header=b"X-Request-ID",
    via=b"gatewayctl",
    allowed_underscores=frozenset(),
    encoded_slashes="reject",
    merge_slashes=False,
    health_path=b"/health",
    max_header_size=16 << 10,
    max_headers=100,
    header_timeout=10.0,
    body_timeout=30.0,
    min_body_rate=1 << 10,
    keepalive_timeout=65.0,
    max_connections=10_000,
    shutdown_delay=0.0,
    shutdown_grace=25.0,
)
"""The configuration's defaults, with a health path."""

SERVICE = ServicePlan(
    name="up",
    load_balancer="round_robin",
    instances=(InstancePlan("one", "http", "10.0.0.1", 8001, 1, "up"),),
    host_header="instance",
    connect_timeout=3.0,
    first_byte_timeout=15.0,
    idle_timeout=30.0,
    tunnel_idle_timeout=300.0,
    keepalive_idle=4.0,
    keepalive_max_idle=64,
    keepalive_max_requests=1000,
)


def instance(id: str, *, weight: int = 1, status: str = "up") -> InstancePlan:
    """An instance at an address of its own."""
    return InstancePlan(id, "http", f"{id}.internal", 80, weight, status)


def route(
    name: str = "all",
    path: str = "/*",
    *,
    service: str = "up",
    methods: tuple[str, ...] | None = None,
    timeout: float | None = 30.0,
    upgrades: Sequence[bytes] = (b"websocket",),
    max_body: int | None = None,
    steps: Sequence[StepPlan] = (),
) -> RoutePlan:
    """A route that forwards."""
    said = ("routes", name)
    all_steps: list[StepPlan] = [
        *steps,
        ForwardPlan(service, PathPlan(), timeout, frozenset(upgrades), said, (*said, "timeout")),
    ]
    if max_body is not None:
        all_steps.append(BodyLimitPlan(max_body, (*said, "max_body_size")))
    match = compile_route(RouteSpec(name=name, path=path, methods=methods))
    return RoutePlan(name, match, in_step_order(all_steps))


def plan(
    routes: Sequence[RoutePlan] | None = None, services: Sequence[ServicePlan] = (SERVICE,), **server: Any
) -> Plan:
    """A plan; ``server`` holds what is to differ from ``SERVER``."""
    return Plan(
        digest="",
        server=replace(SERVER, **server),
        admin=AdminPlan(None, "", frozenset(), 0o600, False),
        log=LogPlan("info", "console", "off", "json", "full", 1.0),
        metrics=MetricsPlan(True, BUCKETS),
        trace_sample_ratio=0.0,
        services={service.name: service for service in services},
        routes=(route(),) if routes is None else tuple(routes),
    )


class Reporter:
    """Keeps what the gateway says about itself."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, dict[str, object]]] = []

    def event(self, level: str, message: str, **facts: object) -> None:
        self.events.append((level, message, facts))


class Scene:
    """One gateway with everything around it.

    ``log`` is its access log, ``ups`` are all connections it has made to instances. Connecting waits while ``connects``
    is False, raises what is in ``connect_errors`` and gets the real ``sockets``, if there are any; services that are
    connected to while ``services_read`` is False never read.
    """

    def __init__(self, what: Plan | None = None, *, clock: Clock | None = None, fetch: Any = None) -> None:
        self.clock = clock or Clock()
        self.loop = Loop(self.clock)
        self.loop.connect = self._connect
        self.reporter = Reporter()
        self.gateway = Gateway(self.loop, self.reporter, clock=self.clock, wall_clock=self.clock, fetch=fetch)
        self.log: list[dict[str, Any]] = []
        self.gateway.log_line = json_formatter("full")
        self.gateway.write_log = lambda line: self.log.append(json.loads(line))
        self.clients: list[Client] = []
        self.ups: list[Upstream] = []
        self.connect_errors: list[Exception] = []
        self.connects = True
        self.sockets: list[socket.socket | None] = []
        self.services_read = True
        self.generations = Generations(self.gateway)
        self.generations.fleets.want = self._resolve
        self.generation = 0
        self.bind(what or plan())

    # ── configuration ─────────────────────────────────────────────────

    def bind(self, what: Plan) -> Bound:
        """Puts a plan in force, as a reload does."""
        swap = self.prepare(what)
        swap.apply()
        gc.unfreeze()  # what is right for a process with one gateway is too much for one with a thousand
        return swap.bound

    def prepare(self, what: Plan) -> Swap:
        """A plan that is ready to be put in force, and is not yet."""
        return self.loop.run_until_complete(self._prepare(what))

    async def _prepare(self, what: Plan) -> Swap:
        async def slices() -> AsyncIterator[tuple[RoutePlan, ...]]:
            yield what.routes

        self.generation += 1
        return await self.generations.bind(replace(what, routes=()), slices(), self.generation)

    def _resolve(self, feeds: Collection[FeedPlan]) -> None:
        """Says at once that every name stands for itself: the network of a scene has no addresses."""
        for feed in feeds:
            if isinstance(feed.source, StaticPlan) and self.generations.fleets.latest(feed) is None:
                hosts = {i.host for i in feed.source.instances}
                snapshot = Snapshot(feed, feed.source.instances, {host: (host,) for host in hosts})
                self.generations.fleets.on_snapshot(snapshot)

    @property
    def bound(self) -> Bound:
        return self.gateway.bound

    def instance(self, id: str = "one", service: str = "up") -> Instance:
        """The state of an instance."""
        return next(i for i in self.bound.services[service].instances if i.id == id)

    # ── the network ───────────────────────────────────────────────────

    def client(self, peer: object = ("203.0.113.9", 50_000), scheme: bytes = b"http") -> "Client":
        """A new connection from a client."""
        client = Client(self, ExpressConnection(self.gateway, scheme), peer)
        self.clients.append(client)
        return client

    def upstream(self, number: int = -1) -> "Upstream":
        """A connection that the gateway made to an instance: the last one, or by number."""
        assert self.ups, "the gateway has not connected to anything"
        return self.ups[number]

    async def _connect(self, make: Callable[[], UpstreamConnection], host: str, port: int) -> tuple[Any, Any]:
        if self.connect_errors:
            raise self.connect_errors.pop(0)
        while not self.connects:
            await self._until_connectable()
        protocol = make()
        sock = self.sockets.pop(0) if self.sockets else None
        upstream = Upstream(self, protocol, (host, port), sock)
        upstream.transport.stalled = not self.services_read
        self.ups.append(upstream)
        return upstream.transport, protocol

    async def _until_connectable(self) -> None:
        future: Any = self.loop.create_future()
        handle = self.loop.call_later(0.05, lambda: future.done() or future.set_result(None))
        try:
            await future
        finally:
            handle.cancel()

    def settle(self) -> None:
        """Lets everything happen that is ready to."""
        self.loop.settle()

    def advance(self, seconds: float, step: float = 0.05) -> None:
        """Time passes, in steps so that what is due comes in its order."""
        end = self.clock.now + seconds
        while self.clock.now < end - 1e-9:
            self.clock.now = min(self.clock.now + step, end)
            self.loop.settle(2)
        self.settle()

    # ── the end ───────────────────────────────────────────────────────

    def close(self, faults: bool = False) -> None:
        """Ends everything and checks what holds after every test: all is settled once and nothing was lost on the way."""
        for upstream in self.ups:
            upstream.transport.reset()
        for client in self.clients:
            client.transport.reset()
        self.settle()
        self.connects = True
        self.advance(0.2)
        self.gateway.wheel.stop()
        self.settle()
        self.loop.close()
        if not faults:
            assert self.loop.problems == []
        assert self.gateway.in_flight == 0, "every exchange settles once"
        assert self.gateway.connections == set()
        for one in self.gateway.instances.values():
            assert one.in_flight == 0, f"{one.name}: every attempt ends once"

    def check_quiet(self) -> None:
        """The gateway found no fault with itself."""
        assert [event for event in self.reporter.events if event[0] == "error"] == []
        assert self.gateway.internal_errors == 0


@contextmanager
def scene(what: Plan | None = None, *, faults: bool = False) -> Iterator[Scene]:
    """A scene that is taken down and checked at its end. ``faults``: internal errors are what the test is about."""
    made = Scene(what)
    try:
        yield made
    except BaseException:
        made.loop.close()
        raise
    made.close(faults)
    if not faults:
        made.check_quiet()


class End:
    """The far end of a connection of the gateway's: what it gets, and what it does."""

    def __init__(self, on: Scene, protocol: Any, peername: object, sock: socket.socket | None = None) -> None:
        self._scene = on
        self.protocol = protocol
        self.transport = Transport(on.loop, protocol, peername, sock)

    def send(self, *pieces: bytes) -> None:
        """Sends pieces one after another; each arrives by itself."""
        for piece in pieces:
            self.transport.deliver(piece)
            self._scene.settle()

    def finish(self) -> None:
        """Says that it has nothing more to send."""
        self.transport.deliver(None)
        self._scene.settle()

    def reset(self) -> None:
        """Breaks the connection."""
        self.transport.reset()
        self._scene.settle()

    def stall(self) -> None:
        """Reads no more."""
        self.transport.stalled = True

    def read_on(self, size: int | None = None) -> None:
        """Reads so many bytes, or everything from now on."""
        self.transport.drain(size)
        self._scene.settle()

    def got(self) -> bytes:
        """All that has arrived since it was asked last."""
        got = bytes(self.transport.got)
        self.transport.got.clear()
        return got

    @property
    def paused(self) -> bool:
        """Whether the gateway has stopped reading from here."""
        return not self.transport.reading

    @property
    def ended(self) -> bool:
        """Whether the gateway has said that it will send nothing more (or has gone)."""
        return self.transport.ended or self.transport.dead

    @property
    def closed(self) -> bool:
        """Whether the connection has ended altogether."""
        return self.transport.lost


class Client(End):
    """A client of the gateway."""

    protocol: ExpressConnection

    def ask(self, method: bytes = b"GET", target: bytes = b"/", *fields: bytes, body: bytes = b"") -> None:
        """Sends a request whose head is complete."""
        self.send(ask(method, target, *fields, body=body))

    def response(self, method: bytes = b"GET") -> Response:
        """The next response, strictly read; what came after it stays."""
        source = Source(bytes(self.transport.got))
        response = read_response(source, method)
        del self.transport.got[: len(self.transport.got) - len(source.buffer)]
        return response

    def problem(self) -> tuple[int, str]:
        """Status and reason of the next response, which is a problem."""
        response = self.response()
        assert response.value(b"content-type") == b"application/problem+json", response.raw
        assert not response.cut, response.raw
        members = json.loads(response.body)
        assert members["status"] == response.status
        return response.status, members["reason"]


class Upstream(End):
    """An instance's side of a connection."""

    protocol: UpstreamConnection

    def request(self) -> Request:
        """The next request, strictly read; what came after it stays."""
        source = Source(bytes(self.transport.got))
        request = read_request(source)
        del self.transport.got[: len(self.transport.got) - len(source.buffer)]
        return request

    def head(self) -> bytes:
        """The next head as bytes; the body stays."""
        head, found, rest = bytes(self.transport.got).partition(b"\r\n\r\n")
        assert found, head
        self.transport.got[:] = rest
        return head + found

    def answer(self, body: bytes = b"hello", *fields: bytes, status: bytes = b"200 OK") -> None:
        """Sends a response of stated length."""
        self.send(answer(body, *fields, status=status))


def ask(method: bytes = b"GET", target: bytes = b"/", *fields: bytes, body: bytes = b"") -> bytes:
    """A request in bytes."""
    return lines(b"%b %b HTTP/1.1" % (method, target), HOST, *fields) + body


def answer(body: bytes = b"hello", *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """A response in bytes."""
    return lines(b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *fields) + body
