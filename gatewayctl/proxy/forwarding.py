"""How a request reaches an instance: what is sent, over which connection, and by when an answer must come."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gatewayctl.core.chunked import LAST_CHUNK, chunk
from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.fields import REQUEST_DROPS, Kind, lines_without
from gatewayctl.core.framing import CHUNKED, NO_BODY
from gatewayctl.core.messages import PLAIN, Wishes
from gatewayctl.core.units import format_duration
from gatewayctl.proxy.answering import AnsweringExchange
from gatewayctl.proxy.identity import continued_trace
from gatewayctl.proxy.policed import Policed
from gatewayctl.routing import PathError
from gatewayctl.state.timer_wheel import NEVER
from gatewayctl.upstream.connection import UpstreamConnection
from gatewayctl.upstream.instance import Instance

if TYPE_CHECKING:
    from gatewayctl.proxy.bound import BoundRoute

_IDEMPOTENT: Final = frozenset({b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"TRACE"})
"""RFC 9110 9.2.2."""
_TRACESTATE: Final = Kind.TRACESTATE
_FORWARDED_OTHER: Final = Kind.FORWARDED_OTHER


class ForwardingExchange(AnsweringExchange):
    """An exchange with the half of it that goes upstream."""

    __slots__ = ()

    def _forward(self, route: "BoundRoute") -> None:
        head = self.head
        # 7. what the service will see
        if route.send_path is None:
            target = self.path
        else:
            try:
                target = route.send_path(self)
            except PathError as error:
                self.fail(failure("bad_path", str(error)))
                return
        self.target = target if self.query is None else target + b"?" + self.query
        known = self.acquaintance
        if known is not None and self.fields is head.fields:
            if known.passed is None:
                known.passed = self._passed(route)
            self._block = known.passed
        else:
            self._block = self._passed(route)
        if head.body != NO_BODY and head.method in _IDEMPOTENT:
            self._keep(route)
        # 8. an instance, and a connection to it
        if route.policed:
            self._begin(route)
            return
        instance = route.service.pick()  # type: ignore[union-attr]
        if instance is None:
            self.fail(failure("no_healthy_instance", "no instance of the service takes requests"))
            return
        connection = instance.acquire(self.sent_at)
        if connection is None:
            self._attempt(instance)
            return
        self.instance = instance
        self.attempts = 1
        instance.in_flight += 1
        self._reused = True
        self._send(connection)

    def _passed(self, route: "BoundRoute") -> bytes:
        """The lines of the request's fields that go on, those that carry its wishes and say who asks, and the name of the
        request id, which comes next."""
        head = self.head
        drops = REQUEST_DROPS
        if head.kinds & _TRACESTATE and not self._continues_trace():
            drops |= _TRACESTATE
        if head.kinds & _FORWARDED_OTHER and not self.bound.origin.trusts(self.door.peer):
            drops |= _FORWARDED_OTHER
        if self.fields is head.fields:
            lines = lines_without(self.fields, head.tally, head.kinds, drops)
        else:
            own = self.bound.request_id_name  # no edit makes a second one, or another
            lines = [f[3] for f in self.fields if not f[0] & drops and f[1] != own]
        if head.body == CHUNKED:
            lines.append(b"Transfer-Encoding: chunked\r\n")
        if head.wishes is not PLAIN:
            lines += self._wished(head.wishes, route)
        if self.bound.passes_certificates:
            certificate = self.door.certificate
            if certificate is not None:
                lines.append(certificate.line)
        lines += (self.origin.lines, self.bound.request_id_prefix)
        return b"".join(lines)

    def _keep(self, route: "BoundRoute") -> None:
        """Begins to keep the body; what came while admission had to wait is part of it."""
        pending = self._body_pending or []
        self._kept_size = sum(map(len, pending))
        self._kept = list(pending) if self._kept_size <= route.keep else None

    def _wished(self, wishes: Wishes, route: "BoundRoute") -> list[bytes]:
        """The connection fields of our own that carry a client's wishes on: Expect, an allowed upgrade, TE."""
        lines = [b"Expect: 100-continue\r\n"] if wishes.expects_continue else []
        if wishes.upgrade and wishes.upgrade in route.upgrades and self.head.body == NO_BODY:
            return [*lines, b"Connection: Upgrade\r\nUpgrade: %b\r\n" % wishes.upgrade]
        self.head.wishes = replace(wishes, upgrade=b"")
        if wishes.takes_trailers:
            lines.append(b"TE: trailers\r\nConnection: TE\r\n")
        return lines

    def _continues_trace(self) -> bool:
        return bool(self.head.kinds & Kind.TRACEPARENT) and continued_trace(self.head.fields) is not None

    def _attempt(self, instance: Instance) -> None:
        """An attempt on a new connection."""
        self.instance = instance
        self.attempts += 1
        if self.attempts > 1:
            self.tried = (*(self.tried or (instance.id,)), instance.id)
        instance.in_flight += 1
        self._reused = False
        if not self.request_complete:
            if self._body_pending is None:
                self._body_pending = []
            self.door.pause_body()
        self._connecting = self.gateway.loop.create_task(self._connect(instance))

    async def _connect(self, instance: Instance) -> None:
        try:
            outcome = await self._connection_to(instance)
        except Exception as error:
            self.gateway.report(error, "connecting")
            outcome = failure("internal_error", "connecting failed in an unexpected way")
        self._connecting = None
        if self.settled:
            if isinstance(outcome, UpstreamConnection):
                instance.release(outcome, self.gateway.clock())
        elif isinstance(outcome, UpstreamConnection):
            self._send(outcome)
        else:
            self._lose(instance)
            if self.course is None or not self._failed(outcome, instance.id, handed_over=False):
                self.fail(outcome)

    async def _connection_to(self, instance: Instance) -> "UpstreamConnection | Failure":
        """A new connection within the connect timeout and what is left of the route's, whichever is nearer."""
        within = instance.connect_timeout
        if self.course is not None and self.route is not None and self.route.retry is not None:
            within = min(within, self.route.retry.attempt_timeout)
        if self.request_complete and self._total_deadline == NEVER and self.route is not None:
            self._total_deadline = self._total_by(self.route)
        left = self._total_deadline - self.gateway.clock()
        if left >= within:
            return await instance.connect(self.gateway.loop, within)
        outcome = await instance.connect(self.gateway.loop, max(left, 0.0))
        if isinstance(outcome, Failure) and outcome.kind.reason == "connect_timeout":
            return failure("upstream_timeout", self._total_note())
        return outcome

    def _total_by(self, route: "BoundRoute") -> float:
        """When the time of the whole request ends, which is complete by now: without a body it was so from the start."""
        return (self.sent_at if self.head.body == NO_BODY else self.gateway.clock()) + route.timeout

    def _total_note(self) -> str:
        timeout = self.route.timeout if self.route is not None else NEVER
        return f"no response within the route's timeout of {format_duration(timeout)}"

    def _send(self, connection: UpstreamConnection) -> None:
        """9. The head goes out, with what has been kept of the body where it is sent again."""
        self._connection = connection
        instance, head = connection.instance, self.head
        bound = self.bound
        data = b"".join(
            (
                head.method,
                b" ",
                self.target,
                b" HTTP/1.1\r\n",
                instance.host_line or b"Host: %b\r\n" % head.authority,
                self._block,
                self.request_id,
                b"\r\ntraceparent: 00-",
                self.trace_id,
                b"-",
                self.span_id,
                b"-",
                self.trace_flags,
                bound.request_end,
            )
        )
        pending = self._body_pending
        if pending:
            data += b"".join([chunk(piece) for piece in pending] if head.body == CHUNKED else pending)
        if self.request_complete:
            connection.uploading = False
            if (  # the usual case, with its answer awaited
                self._reused
                and self.attempts == 1
                and head.body == NO_BODY
                and (self.course is None or not self.course.fell_back)
            ):
                route = self.route
                connection.send(self, bound.parser, data, self.sent_at + route.wait, route.wait_note)  # type: ignore[arg-type, union-attr]
                return
            if head.body == CHUNKED:
                data += LAST_CHUNK
            connection.send(self, bound.parser, data)  # type: ignore[arg-type]
            self._await_head(connection)
        else:
            connection.uploading = True
            connection.send(self, bound.parser, data)  # type: ignore[arg-type]
        if pending is not None:
            self._body_pending = None
            if not connection.full:
                self.door.resume_body()

    def _await_head(self, connection: UpstreamConnection) -> None:
        """The request is complete: its answer must begin within the first-byte timeout, and within the route's."""
        route = self.route
        if route is None:
            return
        now = self.gateway.clock()
        if self._total_deadline == NEVER:
            self._total_deadline = self._total_by(route)
        if self.course is not None and self.course.service is not None:
            self._await_policed(self.course, connection, now)
            return
        first_byte = now + route.service.first_byte_timeout  # type: ignore[union-attr]
        if first_byte < self._total_deadline:
            connection.wait_until(first_byte, route.service.first_byte_note)  # type: ignore[union-attr]
        else:
            connection.wait_until(self._total_deadline, self._total_note())

    if TYPE_CHECKING:

        def _begin(self, route: "BoundRoute") -> None: ...
        def _failed(self, what: Failure, instance_id: str, *, handed_over: bool) -> bool: ...
        def _await_policed(self, policed: Policed, connection: UpstreamConnection, now: float) -> None: ...

    def _may_send_again(self) -> bool:
        if self._stale_retried or self.head.method not in _IDEMPOTENT:
            return False
        return self.head.body == NO_BODY or self._kept is not None
