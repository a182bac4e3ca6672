"""Refuses addresses that an access list does not let in (403). The address is the client's, as trusted proxies say it."""

from gatewayctl.core.failures import Failure, failure
from gatewayctl.plan.identity import AccessPlan
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.parts import Parts


class AccessStep:
    """See ``AdmitStep``."""

    __slots__ = ("_list",)

    def __init__(self, plan: AccessPlan, parts: Parts) -> None:
        self._list = parts.access[plan.access]

    def admit(self, traffic: Traffic) -> Failure | None:
        """403 for an address outside."""
        if self._list.lets_in(traffic.client_ip):
            return None
        return failure("forbidden", "requests from this address are not let in")
