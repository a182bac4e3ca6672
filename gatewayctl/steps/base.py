"""The plug point of pipeline steps, and what a step may see and change of a request."""

from collections.abc import Awaitable, Mapping
from typing import Protocol

from gatewayctl.core.failures import Failure
from gatewayctl.core.fields import Field
from gatewayctl.core.messages import RequestHead
from gatewayctl.core.reply import Reply
from gatewayctl.policy.auth.certificate import PeerCertificate
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.limits.limit import Limit
from gatewayctl.policy.records import Record
from gatewayctl.steps.course import Course


class Traffic(Protocol):
    """A request on its way. ``fields`` and ``query`` are what the service will see: steps put new values there."""

    head: RequestHead
    fields: list[Field]
    query: bytes | None
    path: bytes
    params: Mapping[str, bytes]
    request_id: bytes
    started: float
    """When it came, in seconds of the gateway's clock."""
    sent_at: float
    """When admission began, or went on after a step that waited."""
    taken: Limit | None
    """The limit that let it pass, where it was the only one asked: what is left is worked out where it is told."""
    record: Record
    """What ``taken`` has left, where there is one."""
    taken_at: int
    """When it took, in microseconds of the gateway's clock."""
    identity: Identity | None
    """Who asks, from the auth step on; None where nobody is known."""

    @property
    def course(self) -> Course | None:
        """What steps before have found out and hold; None where none has anything."""

    def on_course(self) -> Course:
        """The same, made if there is none."""

    @property
    def client_ip(self) -> bytes:
        """The client's address (after trusted proxies have been believed)."""

    @property
    def certificate(self) -> PeerCertificate | None:
        """The client's certificate, which TLS has verified; None for none."""

    @property
    def by_tls(self) -> bool:
        """Whether the client came by TLS, here or (where they are believed) at a proxy before us."""

    @property
    def route_name(self) -> str:
        """The route that was matched."""

    @property
    def service_name(self) -> str:
        """The service the route sends to; empty if it answers itself."""


class AdmitStep(Protocol):
    def admit(self, traffic: Traffic) -> Reply | Failure | Awaitable[Reply | Failure | None] | None:
        """Lets the request pass (None), or answers it. One that has to wait gives what to wait for, and is ended with a
        cancellation where the client leaves meanwhile."""


class ShapeStep(Protocol):
    def shape(self, traffic: Traffic, fields: list[Field]) -> list[Field]:
        """The fields of the answer as they are to go on; ``fields`` may be changed in place. Must not fail."""


class AddStep(Protocol):
    """A shaping step that adds what steps before have found out and looks at nothing else: an answer that nobody edits is
    then passed on as it came. Asked only where there is a ``course``."""

    def lines(self, traffic: Traffic) -> bytes:
        """Further field lines, each with its CRLF. Must not fail."""
