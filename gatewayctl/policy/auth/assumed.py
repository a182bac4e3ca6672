"""Schemes for offline commands: who asks is taken as it is said, not proved. Everything else is the real scheme's.

A token is taken as if it had been verified: its signature and its times are not looked at. API keys are checked as
they are live, since that needs neither a clock nor a network.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from gatewayctl.plan.identity import AnyPlan, ConsumerPlan, IdentityPlan
from gatewayctl.policy.auth import SCHEMES, choice
from gatewayctl.policy.auth.any_of import AnyScheme
from gatewayctl.policy.auth.base import Asking, Scheme
from gatewayctl.policy.auth.basic import BasicScheme, read_pair
from gatewayctl.policy.auth.credentials import Twice
from gatewayctl.policy.auth.forward import ForwardScheme
from gatewayctl.policy.auth.helpers import Alone
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.auth.jwt import JwtScheme
from gatewayctl.policy.auth.outcomes import Outcome, Refusal
from gatewayctl.policy.auth.tokens import BadToken, claims_of, header_of


class Said(NamedTuple):
    """Who is said to ask: the claims of a token, or a consumer. Neither: nobody in particular."""

    claims: Mapping[str, Any]
    consumer: str


class AssumedScheme:
    """See ``Scheme``."""

    __slots__ = (
        "_consumers",
        "_real",
        "_said",
        "challenges",
        "credentials",
        "forward_claims",
        "name",
        "optional",
        "wants",
    )

    def __init__(self, real: Scheme, said: Said, consumers: Mapping[str, ConsumerPlan]) -> None:
        self._real = real
        self._said = said
        self._consumers = consumers
        self.name = real.name
        self.optional = real.optional
        self.wants = real.wants
        self.challenges = real.challenges
        self.credentials = real.credentials
        self.forward_claims = real.forward_claims

    def identify(self, asking: Asking, now: float) -> Outcome:
        """See ``Scheme``."""
        real, said = self._real, self._said
        if isinstance(real, JwtScheme):
            return self._by_token(real, asking)
        if said.consumer and not said.claims:
            known = self._consumers.get(said.consumer)
            return Identity(real.name, said.consumer, tags=frozenset(() if known is None else known.tags))
        if isinstance(real, BasicScheme):
            sent = real.credentials[0].find(asking.head)
            pair = None if sent is None else read_pair(sent)
            return None if pair is None else real.identity_of(pair[0])
        return None if said.claims or isinstance(real, ForwardScheme) else real.identify(asking, now)

    def _by_token(self, real: JwtScheme, asking: Asking) -> Identity | Refusal | None:
        said = self._said
        claims = dict(said.claims)
        if said.consumer and real.consumer_claim:
            claims.setdefault(real.consumer_claim, said.consumer)
        if claims:
            return real.identity_of(claims)
        try:
            token = real.credentials[0].find(asking.head)
            if token is None:
                return None
            header_of(token)
            return real.identity_of(claims_of(token))
        except (Twice, BadToken) as error:
            return Refusal(str(error) or "the token is there more than once", real.challenges)

    def insufficient_scope(self, scopes: tuple[str, ...]) -> tuple[bytes, ...]:
        """See ``Scheme``."""
        return self._real.insufficient_scope(scopes)


def assumed_schemes(plan: IdentityPlan, said: Said) -> dict[str, Scheme]:
    """All schemes of a plan by name, as they would decide about the one who is said to ask."""
    schemes: dict[str, Scheme] = {
        name: AssumedScheme(SCHEMES[type(scheme)](scheme, plan.consumers, Alone()), said, plan.consumers)
        for name, scheme in plan.schemes.items()
        if not isinstance(scheme, AnyPlan)
    }
    choices: dict[str, AnyScheme] = {
        name: choice(scheme, schemes) for name, scheme in plan.schemes.items() if isinstance(scheme, AnyPlan)
    }
    return schemes | choices
