"""The response half of a transform: applied to every answer of the route, the gateway's own included.

So that a security header set here is there on errors too.
"""

from gatewayctl.core.fields import Field
from gatewayctl.plan.model import ResponseEditPlan
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.field_edits import FieldEditor


class ResponseEditStep:
    """See ``ShapeStep``."""

    __slots__ = ("_editor",)

    def __init__(self, plan: ResponseEditPlan) -> None:
        self._editor = FieldEditor(plan.fields)

    def shape(self, traffic: Traffic, fields: list[Field]) -> list[Field]:
        """The edited fields."""
        return self._editor.edit(traffic, fields)
