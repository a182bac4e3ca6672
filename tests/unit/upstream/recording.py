"""One upstream connection on a bench, and a receiver that writes down what it is told."""

from collections.abc import Callable
from types import TracebackType

from gatewayctl.core.failures import Failure
from gatewayctl.core.fields import Field
from gatewayctl.core.messages import RequestHead, ResponseHead
from gatewayctl.state.timer_wheel import TimerWheel
from gatewayctl.upstream.connection import UpstreamConnection
from gatewayctl.upstream.instance import Instance
from tests.unit.core.heads import parser, request
from tests.unit.proxy.scene import SERVICE
from tests.unit.proxy.transport import Clock, Loop, Transport


class Recorder:
    """See ``Receiver``. ``then`` is called at the end of a response, ``fails`` makes it raise whatever it is told."""

    def __init__(self, head: RequestHead) -> None:
        self._head = head
        self.events: list[str] = []
        self.body = b""
        self.then: Callable[[], object] = lambda: None
        self.fails = False

    @property
    def head(self) -> RequestHead:
        return self._head

    def _note(self, event: str) -> None:
        self.events.append(event)
        if self.fails and not event.startswith("failure"):
            raise ValueError("a fault of the receiver")

    def on_interim(self, head: ResponseHead) -> None:
        self._note(f"interim {head.status}")

    def on_response(self, head: ResponseHead, length: int, first: bytes, complete: bool, now: float) -> None:
        self.body += first
        self._note(f"response {head.status} {length} {first!r}" + (" complete" if complete else ""))
        if complete:
            self.then()

    def on_piece(self, data: bytes) -> None:
        assert data, "never empty"
        self.body += data
        self._note(f"piece {data!r}")

    def on_end(self, trailers: list[Field]) -> None:
        self._note(f"end {[f.name for f in trailers]}")
        self.then()

    def on_switch(self, head: ResponseHead, first: bytes) -> None:
        self._note(f"switch {head.upgrade.decode()} {first!r}")

    def on_failure(self, failure: Failure, *, answered: bool) -> None:
        self._note(f"failure {failure.kind.reason} answered={answered}")

    def on_writable(self, writable: bool) -> None:
        self._note(f"writable {writable}")


class Bench:
    """An instance with one connection, whose other end is the test."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.loop = Loop(self.clock)
        self.reports: list[Exception] = []
        wheel = TimerWheel(self.clock, self.loop.call_later)
        plan = SERVICE.instances[0]
        self.instance = Instance(
            "up", plan, clock=self.clock, wheel=wheel, report=lambda error, doing: self.reports.append(error)
        )
        self.instance.configure(SERVICE, plan)
        self.loop.connect = self._connect
        made = self.loop.run_until_complete(self.instance.connect(self.loop, 3.0))
        assert isinstance(made, UpstreamConnection)
        self.connection = made

    async def _connect(self, make: Callable[[], UpstreamConnection], host: str, port: int) -> object:
        protocol = make()
        self.transport = Transport(self.loop, protocol)
        return self.transport, protocol

    def __enter__(self) -> "Bench":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.transport.reset()
        self.loop.settle()
        self.loop.close()
        if kind is None:
            assert self.loop.problems == []

    @property
    def state(self) -> str:
        """What the connection says it is doing."""
        return repr(self.connection).split()[2].rstrip(",")

    def receiver(self, *, method: bytes = b"GET", upgrade: bool = False) -> Recorder:
        """A receiver of the response to such a request."""
        asked = (b"Connection: upgrade", b"Upgrade: websocket") if upgrade else ()
        return Recorder(request(*asked, line=method + b" / HTTP/1.1"))

    def send(self, *, method: bytes = b"GET", upgrade: bool = False) -> Recorder:
        """Sends a request on the connection, which must be idle."""
        receiver = self.receiver(method=method, upgrade=upgrade)
        self.send_on(self.connection, receiver)
        return receiver

    def send_on(self, connection: UpstreamConnection | None, receiver: Recorder) -> None:
        assert connection is not None
        connection.send(receiver, parser(), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")

    def said(self, *pieces: bytes) -> None:
        """The service says this."""
        for piece in pieces:
            self.transport.deliver(piece)
            self.loop.settle(2)

    def ended(self) -> None:
        """The service ends the connection."""
        self.transport.deliver(None)
        self.settle()

    def broke(self) -> None:
        """The connection breaks."""
        self.transport.reset()
        self.settle()

    def settle(self) -> None:
        self.loop.settle()
