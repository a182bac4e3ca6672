"""Refuses a request whose declared length is too large, before a byte of its body is read (413, RFC 9110 15.5.14).

Bodies without a declared length are counted by the exchange as they arrive.
"""

from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.units import format_size
from gatewayctl.plan.model import BodyLimitPlan
from gatewayctl.steps.base import Traffic


class BodyLimitStep:
    """See ``AdmitStep``."""

    __slots__ = ("_limit",)

    def __init__(self, plan: BodyLimitPlan) -> None:
        self._limit = plan.limit

    def admit(self, traffic: Traffic) -> Failure | None:
        """413 for a Content-Length above the limit."""
        if traffic.head.body > self._limit:
            return failure("body_too_large", f"the body is larger than {format_size(self._limit)}")
        return None
