"""Tells clients that a route goes away: Deprecation (RFC 9745), Sunset (RFC 8594), Link. The route goes on serving."""

from gatewayctl.core.fields import Field, field
from gatewayctl.plan.model import DeprecatedPlan
from gatewayctl.steps.base import Traffic


class DeprecatedStep:
    """See ``ShapeStep``."""

    __slots__ = ("_fields",)

    def __init__(self, plan: DeprecatedPlan) -> None:
        self._fields = [field(name, value) for name, value in plan.fields]

    def shape(self, traffic: Traffic, fields: list[Field]) -> list[Field]:
        """Adds the fields; an upstream's own stay beside them."""
        return fields + self._fields
