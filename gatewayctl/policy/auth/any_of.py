"""A choice of schemes: the first one that a request carries credentials for decides, for good or ill."""

from gatewayctl.plan.identity import AnyPlan
from gatewayctl.policy.auth.base import Asking, Scheme
from gatewayctl.policy.auth.outcomes import Outcome


class AnyScheme:
    """See ``Scheme``. Optional as soon as one of its schemes is: that one lets requests without credentials pass."""

    __slots__ = ("_schemes", "challenges", "credentials", "forward_claims", "name", "optional", "wants")

    def __init__(self, plan: AnyPlan, schemes: tuple[Scheme, ...]) -> None:
        self.name = plan.name
        self._schemes = schemes
        self.optional = any(scheme.optional for scheme in schemes)
        self.wants = " or ".join(scheme.wants for scheme in schemes)
        self.challenges = tuple(challenge for scheme in schemes for challenge in scheme.challenges)
        self.credentials = tuple(credential for scheme in schemes for credential in scheme.credentials)
        self.forward_claims = tuple(dict.fromkeys(pair for scheme in schemes for pair in scheme.forward_claims))

    def identify(self, asking: Asking, now: float) -> Outcome:
        """See ``Scheme``."""
        for scheme in self._schemes:
            outcome = scheme.identify(asking, now)
            if outcome is not None:
                return outcome
        return None

    def insufficient_scope(self, scopes: tuple[str, ...]) -> tuple[bytes, ...]:
        """What its schemes say."""
        return tuple(found for scheme in self._schemes for found in scheme.insufficient_scope(scopes))
