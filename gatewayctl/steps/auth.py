"""Finds out who asks (401 where that fails), and what of it the service is told.

Headers that carry claims are taken out of every request, so that nobody can send them along; then those of the identity
are put in, as the scheme says that has found it out: of a choice of schemes, none says what another's claims mean.
Credentials that are not to be sent on are taken out wherever the scheme would have read them.
"""

from collections.abc import Awaitable
from typing import Final

from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.fields import Field, field
from gatewayctl.core.grammar import VALUE_BYTES
from gatewayctl.core.reply import Reply
from gatewayctl.plan.identity import AuthPlan
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.auth.outcomes import Refusal, Settled, Unavailable, Waiting
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.parts import Parts

_AGAIN: Final = (field(b"Retry-After", b"5"),)


class AuthStep:
    """See ``AdmitStep``."""

    __slots__ = ("_clock", "_drops", "_nobody", "_scheme", "_schemes", "_withheld")

    def __init__(self, plan: AuthPlan, parts: Parts) -> None:
        scheme = self._scheme = parts.schemes[plan.scheme]
        self._clock = parts.wall_clock
        self._schemes = parts.schemes
        self._drops = frozenset(_spelled(name.lower()) for _, name in scheme.forward_claims)
        self._withheld = tuple(credential for credential in scheme.credentials if not credential.forwarded)
        self._nobody = failure("unauthorized", f"this needs {scheme.wants}", www_authenticate(scheme.challenges))

    def admit(self, traffic: Traffic) -> Reply | Failure | Awaitable[Reply | Failure | None] | None:
        """A refusal, or the identity in its place; or something to await, where it takes more than a look."""
        outcome = self._scheme.identify(traffic, self._clock())
        if isinstance(outcome, Waiting):
            return self._later(traffic, outcome)
        return self._settled(traffic, outcome)

    async def _later(self, traffic: Traffic, waiting: Waiting) -> Reply | Failure | None:
        return self._settled(traffic, waiting.then(await waiting.until))

    def _settled(self, traffic: Traffic, outcome: Settled) -> Reply | Failure | None:
        if isinstance(outcome, Identity):
            traffic.identity = outcome
        elif isinstance(outcome, Refusal):
            return _refused(outcome)
        elif isinstance(outcome, Unavailable):
            return failure("auth_unavailable", outcome.detail, _AGAIN)
        elif not self._scheme.optional:
            return self._nobody
        if self._drops or self._withheld:
            self._edit(traffic)
        return None

    def _edit(self, traffic: Traffic) -> None:
        fields, query, drops = traffic.fields, traffic.query, self._drops
        if drops:
            fields = [f for f in fields if f[1] not in drops and (b"_" not in f[1] or _spelled(f[1]) not in drops)]
            identity = traffic.identity
            if identity is not None:
                fields += _carried(identity, self._schemes[identity.scheme].forward_claims)
        for credential in self._withheld:
            fields, query = credential.without(fields, query)
        traffic.fields, traffic.query = fields, query


def _spelled(name: bytes) -> bytes:
    """A header's name as it is compared: many servers take a hyphen and an underscore for the same."""
    return name.replace(b"_", b"-")


def _refused(outcome: Refusal) -> Reply | Failure:
    """The answer to credentials that do not hold; where somebody else decides, it may be to go elsewhere."""
    if outcome.location:
        return Reply(outcome.status, (field(b"Location", outcome.location), field(b"Cache-Control", b"no-store")))
    reason = "forbidden" if outcome.status == 403 else "unauthorized"
    return failure(reason, outcome.detail, www_authenticate(outcome.challenges))


def www_authenticate(challenges: tuple[bytes, ...]) -> tuple[Field, ...]:
    """A field for each challenge (RFC 9110 11.6.1)."""
    return tuple(field(b"WWW-Authenticate", challenge) for challenge in challenges)


def _carried(identity: Identity, forward: tuple[tuple[str, bytes], ...]) -> list[Field]:
    """The claims as fields. One that cannot stand in a field as it is does not go on: cut, it might be another's."""
    carried = []
    for claim, name in forward:
        value = identity.claim_text(claim)
        if value is not None and not value.translate(None, VALUE_BYTES) and value == value.strip(b" \t"):
            carried.append(field(name, value))
    return carried
