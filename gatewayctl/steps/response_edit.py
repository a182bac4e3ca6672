"""The response half of a transform: applied to every answer of the route, the gateway's own included.

So that a security header set here is there on errors too. What the built-in headers add comes after the edits, so that
those decide.
"""

from gatewayctl.core.fields import Field
from gatewayctl.plan.model import ResponseEditPlan
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.field_edits import FieldEditor
from gatewayctl.steps.missing_fields import MissingFields


class ResponseEditStep:
    """See ``ShapeStep``."""

    __slots__ = ("_editor", "_missing")

    def __init__(self, plan: ResponseEditPlan) -> None:
        self._editor = FieldEditor(plan.fields)
        self._missing = MissingFields(plan.missing) if plan.missing else None

    def shape(self, traffic: Traffic, fields: list[Field]) -> list[Field]:
        """The edited fields."""
        edited = self._editor.edit(traffic, fields)
        if self._missing is not None:
            edited += self._missing.missing(edited, traffic.by_tls)
        return edited
