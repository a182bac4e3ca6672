"""The client's certificate says who it is: verified by TLS, a name in it is the consumer."""

from collections.abc import Mapping
from typing import Final

from gatewayctl.plan.identity import ConsumerPlan, MtlsPlan
from gatewayctl.policy.auth.base import Asking
from gatewayctl.policy.auth.credentials import Credential
from gatewayctl.policy.auth.helpers import Helpers
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.auth.outcomes import Outcome, Refusal

_WORDS: Final = {"cn": "common name", "san_dns": "DNS name", "san_uri": "URI"}


class MtlsScheme:
    """See ``Scheme``."""

    __slots__ = ("_consumers", "_plan", "challenges", "credentials", "forward_claims", "name", "optional", "wants")

    def __init__(self, plan: MtlsPlan, consumers: Mapping[str, ConsumerPlan], helpers: Helpers) -> None:
        self._plan = plan
        self._consumers = consumers
        self.name = plan.name
        self.optional = False
        self.wants = "a client certificate"
        self.challenges: tuple[bytes, ...] = (b"Certificate",)
        self.credentials: tuple[Credential, ...] = ()
        self.forward_claims: tuple[tuple[str, bytes], ...] = ()

    def identify(self, asking: Asking, now: float) -> Outcome:
        """See ``Scheme``. Of several names one that is configured as a consumer counts, else the first."""
        certificate = asking.certificate
        if certificate is None:
            return None
        names = certificate.names(self._plan.identity)
        if not names:
            return Refusal(f"the client's certificate has no {_WORDS[self._plan.identity]}", self.challenges)
        name = next((one for one in names if one in self._consumers), names[0])
        known = self._consumers.get(name)
        return Identity(
            self.name, name, tags=frozenset(() if known is None else known.tags), claims={self._plan.identity: name}
        )

    def insufficient_scope(self, scopes: tuple[str, ...]) -> tuple[bytes, ...]:
        """A certificate has no scopes."""
        return ()
