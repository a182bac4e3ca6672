"""Refuses who is known and may not (403), and who is not known where somebody has to be (401)."""

from gatewayctl.core.failures import Failure, failure
from gatewayctl.plan.identity import RequirePlan
from gatewayctl.policy.auth.require import lack
from gatewayctl.steps.auth import www_authenticate
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.parts import Parts


class RequireStep:
    """See ``AdmitStep``."""

    __slots__ = ("_nobody", "_plan", "_schemes")

    def __init__(self, plan: RequirePlan, parts: Parts) -> None:
        self._plan = plan
        self._schemes = parts.schemes
        scheme = parts.schemes[plan.scheme]
        self._nobody = failure("unauthorized", f"this needs {scheme.wants}", www_authenticate(scheme.challenges))

    def admit(self, traffic: Traffic) -> Failure | None:
        """None for an identity that has everything."""
        identity = traffic.identity
        if identity is None:
            return self._nobody
        missing = lack(self._plan, identity)
        if missing is None:
            return None
        scheme = self._schemes.get(identity.scheme)
        challenges = scheme.insufficient_scope(missing.scopes) if scheme is not None and missing.scopes else ()
        return failure("forbidden", missing.detail, www_authenticate(challenges))
