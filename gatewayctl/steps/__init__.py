"""What is done to a request of a route: small synchronous objects, bound once a generation from the route's plan."""

from collections.abc import Callable
from typing import Any, Final

from gatewayctl.plan import model
from gatewayctl.steps.base import AdmitStep, ShapeStep
from gatewayctl.steps.body_limit import BodyLimitStep
from gatewayctl.steps.deprecated import DeprecatedStep
from gatewayctl.steps.redirect import RedirectStep
from gatewayctl.steps.request_edit import RequestEditStep
from gatewayctl.steps.respond import RespondStep
from gatewayctl.steps.response_edit import ResponseEditStep

ADMIT_STEPS: Final[dict[type, Callable[[Any], AdmitStep]]] = {
    model.BodyLimitPlan: BodyLimitStep,
    model.RespondPlan: RespondStep,
    model.RedirectPlan: RedirectStep,
    model.RequestEditPlan: RequestEditStep,
}
"""By the class of their plan; a route runs its own in the order of ``plan.order.STEPS``."""

SHAPE_STEPS: Final[dict[type, Callable[[Any], ShapeStep]]] = {
    model.ResponseEditPlan: ResponseEditStep,
    model.DeprecatedPlan: DeprecatedStep,
}
"""The same for steps that shape answers."""
