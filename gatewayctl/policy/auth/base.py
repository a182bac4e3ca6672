"""The plug point of authentication schemes. They are pure: what is asked and the time are arguments."""

from typing import Protocol

from gatewayctl.core.messages import RequestHead
from gatewayctl.policy.auth.certificate import PeerCertificate
from gatewayctl.policy.auth.credentials import Credential
from gatewayctl.policy.auth.outcomes import Outcome


class Asking(Protocol):
    """What a scheme may look at of a request."""

    head: RequestHead
    path: bytes

    @property
    def certificate(self) -> PeerCertificate | None:
        """The client's certificate, which TLS has verified."""

    @property
    def client_ip(self) -> bytes:
        """The client's address."""


class Scheme(Protocol):
    """A scheme, bound once a generation or longer.

    ``wants`` says what is looked for, as in "a bearer token"; ``challenges`` answer a request that has none of it.
    ``credentials`` are what it reads; ``forward_claims`` which claims go on as which header.
    """

    name: str
    optional: bool
    wants: str
    challenges: tuple[bytes, ...]
    credentials: tuple[Credential, ...]
    forward_claims: tuple[tuple[str, bytes], ...]

    def identify(self, asking: Asking, now: float) -> Outcome:
        """Who asks, or why that cannot be said; None where there are no credentials. ``now``: seconds since the epoch."""

    def insufficient_scope(self, scopes: tuple[str, ...]) -> tuple[bytes, ...]:
        """The challenges for credentials that hold and do not reach that far."""
