"""Answers CORS preflights, before anything that could refuse a request without credentials."""

from gatewayctl.core.preflight import asked_method
from gatewayctl.core.reply import Reply
from gatewayctl.plan.identity import PreflightPlan
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.parts import Parts


class PreflightStep:
    """See ``AdmitStep``."""

    __slots__ = ("_cors",)

    def __init__(self, plan: PreflightPlan, parts: Parts) -> None:
        self._cors = parts.cors[plan.cors]

    def admit(self, traffic: Traffic) -> Reply | None:
        """204 for a preflight, whatever it may not do: what allows nothing says so by leaving it out."""
        method = asked_method(traffic.head)
        return None if method is None else Reply(204, tuple(self._cors.preflight(traffic.head, method)))
