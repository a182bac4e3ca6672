"""Answers from the configuration, without an upstream."""

from gatewayctl.core.fields import Field, field
from gatewayctl.core.reply import Reply
from gatewayctl.plan.model import RespondPlan
from gatewayctl.routing import render
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.values import values_of


class RespondStep:
    """See ``AdmitStep``. A reply that holds no template is made once."""

    __slots__ = ("_constant", "_plan")

    def __init__(self, plan: RespondPlan) -> None:
        self._plan = plan
        templates = [plan.body, *(value for _, value in plan.fields)]
        self._constant: Reply | None = None
        if all(template.literal is not None for template in templates):
            fields = tuple(field(name, value.literal or b"") for name, value in plan.fields)
            self._constant = Reply(plan.status, fields, plan.body.literal or b"")

    def admit(self, traffic: Traffic) -> Reply:
        """The reply."""
        if self._constant is not None:
            return self._constant
        plan, values = self._plan, values_of(traffic)
        fields: list[Field] = []
        for name, template in plan.fields:
            value = render(template, values)
            if value is not None:
                fields.append(field(name, value))
        return Reply(plan.status, tuple(fields), render(plan.body, values) or b"")
