"""Tells browsers which origins may read an answer, the gateway's own included."""

from gatewayctl.core.fields import Field
from gatewayctl.plan.identity import CorsPlan
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.parts import Parts


class CorsStep:
    """See ``ShapeStep``."""

    __slots__ = ("_cors",)

    def __init__(self, plan: CorsPlan, parts: Parts) -> None:
        self._cors = parts.cors[plan.cors]

    def shape(self, traffic: Traffic, fields: list[Field]) -> list[Field]:
        """The fields with those of the policy in place of the service's own."""
        return self._cors.shaped(traffic.head, fields)
