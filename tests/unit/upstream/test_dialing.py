"""Where an instance is: the addresses of a name in turn, those that do not answer last, and connections to old ones."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gatewayctl.core.failures import Failure
from gatewayctl.plan.model import InstancePlan
from gatewayctl.state.timer_wheel import TimerWheel
from gatewayctl.upstream.connection import UpstreamConnection
from gatewayctl.upstream.dialing import SHUN
from gatewayctl.upstream.instance import Instance
from tests.unit.core.heads import parser, request
from tests.unit.proxy.scene import SERVICE, answer
from tests.unit.proxy.transport import Clock, Loop, Transport
from tests.unit.upstream.recording import Recorder

ONE, TWO, THREE = "10.0.0.1", "10.0.0.2", "10.0.0.3"


class Named:
    """An instance with a name, on a network where ``dead`` addresses refuse connections."""

    def __init__(self, *addresses: str) -> None:
        self.clock = Clock()
        self.loop = Loop(self.clock)
        self.loop.connect = self._connect
        self.dead: set[str] = set()
        self.dialed: list[str] = []
        self.transports: dict[UpstreamConnection, Transport] = {}
        self.wheel = TimerWheel(self.clock, self.loop.call_later)
        plan = InstancePlan("one", "http", "users.internal", 80, 1, "up")
        self.instance = Instance("up", plan, clock=self.clock, wheel=self.wheel, report=lambda *_: None)
        self.instance.configure(SERVICE, plan)
        self.instance.move(addresses)

    async def _connect(self, make: Callable[[], UpstreamConnection], host: str, port: int) -> object:
        self.dialed.append(host)
        if host in self.dead:
            raise ConnectionRefusedError(111, "refused")
        protocol = make()
        self.transports[protocol] = Transport(self.loop, protocol)
        return self.transports[protocol], protocol

    def connect(self) -> UpstreamConnection | Failure:
        return self.loop.run_until_complete(self.instance.connect(self.loop, 3.0))

    def connected(self) -> UpstreamConnection:
        made = self.connect()
        assert isinstance(made, UpstreamConnection)
        return made

    def dials(self, times: int) -> list[str]:
        """Where so many connections go to, tries included."""
        self.dialed.clear()
        for _ in range(times):
            self.connect()
        return self.dialed

    def asked(self, connection: UpstreamConnection) -> Recorder:
        """A request that is on its way over that connection."""
        receiver = Recorder(request())
        connection.send(receiver, parser(), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        return receiver

    def answered(self, connection: UpstreamConnection) -> None:
        self.transports[connection].deliver(answer())
        self.loop.settle()


@contextmanager
def named(*addresses: str) -> Iterator[Named]:
    made = Named(*addresses)
    try:
        yield made
    finally:
        made.instance.abort_all()
        made.wheel.stop()
        made.loop.settle()
        made.loop.close()


def test_addresses_are_used_in_turn() -> None:
    with named(ONE, TWO, THREE) as n:
        assert sorted(n.dials(6)) == [ONE, ONE, TWO, TWO, THREE, THREE]


def test_an_address_that_refuses_is_asked_last_for_a_while() -> None:
    with named(ONE, TWO) as n:
        n.dead.add(TWO)
        assert n.dials(4) == [TWO, ONE, ONE, ONE, ONE]
        n.clock.now += SHUN + 0.1
        assert TWO in n.dials(2), "it may be back"
        assert n.instance.connect_failures == 0, "no request has felt it"


def test_when_no_address_answers_that_is_the_failure() -> None:
    with named(ONE, TWO) as n:
        n.dead |= {ONE, TWO}
        failed = n.connect()

        assert isinstance(failed, Failure)
        assert (failed.kind.reason, sorted(n.dialed)) == ("connect_failed", [ONE, TWO])


def test_a_name_without_addresses_is_a_dns_failure() -> None:
    with named() as n:
        failed = n.connect()

        assert isinstance(failed, Failure)
        assert failed.kind.reason == "dns_failed"


def test_idle_connections_to_a_vanished_address_end_at_once() -> None:
    with named(ONE) as n:
        connection = n.connected()
        n.asked(connection)
        n.answered(connection)
        assert n.instance.idle == 1
        n.instance.move((TWO,))

        assert (n.instance.idle, n.instance.connections) == (0, 0)


def test_busy_connections_to_a_vanished_address_end_with_their_response() -> None:
    with named(ONE) as n:
        connection = n.connected()
        receiver = n.asked(connection)
        n.instance.move((TWO,))
        assert n.instance.connections == 1
        n.answered(connection)

        assert receiver.events == ["response 200 5 b'hello' complete"]
        assert (n.instance.idle, n.instance.connections) == (0, 0)


def test_connections_to_an_address_that_stays_go_on() -> None:
    with named(ONE) as n:
        connection = n.connected()
        n.asked(connection)
        n.answered(connection)
        n.instance.move((ONE, TWO))

        assert n.instance.acquire(n.clock.now) is connection


def test_a_connection_that_was_agreed_on_with_former_tls_settings_serves_one_request_only() -> None:
    with named(ONE) as n:
        plain, context = n.loop.connect, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

        async def reloaded(make: Callable[[], UpstreamConnection], host: str, port: int) -> object:
            n.instance.configure(SERVICE, n.instance.plan, context)
            return await plain(make, host, port)

        n.loop.connect = reloaded
        connection = n.connected()
        receiver = n.asked(connection)
        n.answered(connection)

        assert receiver.events == ["response 200 5 b'hello' complete"]
        assert (n.instance.idle, n.instance.connections) == (0, 0)
