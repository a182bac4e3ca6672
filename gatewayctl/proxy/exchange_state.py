"""What is known of one request, and who it is: the part of an exchange that all its other parts build on."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from gatewayctl.core.failures import Failure
from gatewayctl.core.fields import Kind
from gatewayctl.core.framing import NO_BODY
from gatewayctl.core.messages import RequestHead
from gatewayctl.policy.auth.certificate import PeerCertificate
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.limits.limit import Limit
from gatewayctl.policy.records import Record
from gatewayctl.proxy.acquaintance import Acquaintance
from gatewayctl.proxy.door import Door
from gatewayctl.proxy.identity import NOT_SAMPLED, SAMPLED, acceptable_request_id, continued_trace
from gatewayctl.proxy.origin import Origin
from gatewayctl.proxy.policed import Policed
from gatewayctl.state.timer_wheel import NEVER
from gatewayctl.upstream.conduct import Conduct
from gatewayctl.upstream.connection import UpstreamConnection
from gatewayctl.upstream.instance import Instance

if TYPE_CHECKING:
    from gatewayctl.proxy.bound import BoundRoute
    from gatewayctl.proxy.gateway import Gateway

_FORWARDED: Final = Kind.FORWARDED
_UNDERSCORE: Final = Kind.UNDERSCORE
_TRACEPARENT: Final = Kind.TRACEPARENT
_REQUEST_ID: Final = Kind.REQUEST_ID
_NO_TARGET: Final = b'"route":"","service":""'
_NO_PARAMS: Final[Mapping[str, bytes]] = {}


class ExchangeState:
    """Made by a door for each head it reads; ``begin`` comes at once, and identifies the request.

    It is no ``__init__``: what a class does to call one costs as much as ten of the assignments.
    """

    __slots__ = (
        "_block",
        "_body_pending",
        "_client_full",
        "_conduct",
        "_connecting",
        "_connection",
        "_kept",
        "_kept_size",
        "_reused",
        "_stale_retried",
        "_total_deadline",
        "acquaintance",
        "attempts",
        "bound",
        "client_ip",
        "course",
        "door",
        "ended",
        "failure",
        "fields",
        "gateway",
        "head",
        "identity",
        "instance",
        "log_target",
        "origin",
        "params",
        "path",
        "query",
        "received",
        "record",
        "request_complete",
        "request_id",
        "responded",
        "route",
        "sent",
        "sent_at",
        "settled",
        "span_id",
        "started",
        "status",
        "taken",
        "taken_at",
        "target",
        "trace_flags",
        "trace_id",
        "tried",
        "upstream_time",
    )

    origin: Origin
    path: bytes
    """The canonical path; what is matched and sent on."""
    sent_at: float
    ended: float
    """When it was settled."""
    record: Record
    taken_at: int
    _block: bytes
    _kept_size: int

    def begin(
        self, gateway: "Gateway", door: Door, head: RequestHead, acquaintance: Acquaintance | None = None
    ) -> None:
        """2 and 3. ``acquaintance`` is there where the client says the same again."""
        self.gateway = gateway
        bound = self.bound = gateway.bound
        self.door = door
        self.head = head
        self.acquaintance = acquaintance
        self.fields = head.fields
        self.query = head.query
        self.params: Mapping[str, bytes] = _NO_PARAMS
        self.route: BoundRoute | None = None
        self.log_target = _NO_TARGET
        self.course: Policed | None = None
        self._conduct: Conduct | None = None
        """What the first attempt is under, as long as nothing else has to be kept of it (``attempts._begin``)."""
        self.taken: Limit | None = None
        self.identity: Identity | None = None
        self.instance: Instance | None = None
        self.failure: Failure | None = None
        self.status = 0
        self.attempts = 0
        self.tried: tuple[str, ...] = ()
        self.received = self.sent = 0
        self.upstream_time = 0.0
        self.request_complete = head.body == NO_BODY
        self.responded = False
        self._client_full = False
        self.settled = False
        self._connection: UpstreamConnection | None = None
        self._connecting: asyncio.Future[Any] | None = None
        self._reused = self._stale_retried = False
        self._kept: list[bytes] | None = None
        self._body_pending: list[bytes] | None = None
        self._total_deadline = NEVER
        gateway.in_flight += 1
        clock = gateway.clock
        self.started = self.sent_at = clock()
        # 2. identity: the request id, and the trace it belongs to
        (trace_id, self.span_id), (lot,) = gateway.entropy.identity()
        self.request_id = self.trace_id = trace_id  # one id to find a request by, where none came with it
        self.trace_flags = SAMPLED if lot < bound.sample_below else NOT_SAMPLED
        # 3. the client's address
        if acquaintance is not None and acquaintance.origin is not None:
            origin = self.origin = acquaintance.origin
            trace, request_id = acquaintance.trace, acquaintance.request_id
        else:
            origin, trace, request_id = self._introduce(acquaintance)
        self.client_ip = origin.client_ip
        if trace is not None:
            self.trace_id, self.trace_flags = trace
        if request_id:
            self.request_id = request_id
        if head.kinds & _UNDERSCORE:
            gateway.underscores.note(head.fields)

    def _introduce(self, acquaintance: Acquaintance | None) -> tuple[Origin, tuple[bytes, bytes] | None, bytes]:
        """Who the client is, the trace that its request belongs to, and its request id, if that comes from a trusted peer."""
        head, door, rules = self.head, self.door, self.bound.origin
        kinds, fields = head.kinds, head.fields
        origin = self.origin = rules.resolve(door.peer, door.scheme, head.authority, fields, bool(kinds & _FORWARDED))
        trace, request_id = None, b""
        if kinds & _TRACEPARENT:
            trace = continued_trace(fields)
        if kinds & _REQUEST_ID and rules.trusts(door.peer):
            given = next(f[2] for f in fields if f[0] & _REQUEST_ID)
            if acceptable_request_id(given):
                request_id = given
        if acquaintance is not None:
            acquaintance.origin, acquaintance.trace, acquaintance.request_id = origin, trace, request_id
        return origin, trace, request_id

    def on_course(self) -> Policed:
        """What steps and attempts keep of this request; made when it is first asked for."""
        course = self.course
        if course is None:
            course = self.course = Policed()
            course.begin()
        return course

    @property
    def certificate(self) -> PeerCertificate | None:
        """See ``Asking``."""
        return self.door.certificate

    @property
    def by_tls(self) -> bool:
        """See ``Traffic``."""
        return self.origin.scheme == b"https"

    @property
    def route_name(self) -> str:
        """The route that was matched; empty if none was."""
        return "" if self.route is None else self.route.name

    @property
    def service_name(self) -> str:
        """The service of the route; empty if there is none."""
        return "" if self.route is None or self.route.service is None else self.route.service.name

    @property
    def target_names(self) -> tuple[str, str]:
        """See ``Settled``."""
        return self.route_name, self.service_name

    @property
    def instance_id(self) -> bytes:
        """See ``Settled``."""
        instance = self.instance
        if instance is not None:
            return instance.log_id
        return self.tried[-1].encode() if self.tried else b""
