"""What is done to a request of a route: small synchronous objects, bound once a generation from the route's plan."""

from collections.abc import Callable
from typing import Any, Final

from gatewayctl.plan import identity, model, policies
from gatewayctl.steps.access import AccessStep
from gatewayctl.steps.auth import AuthStep
from gatewayctl.steps.base import AddStep, AdmitStep, ShapeStep
from gatewayctl.steps.body_limit import BodyLimitStep
from gatewayctl.steps.cors import CorsStep
from gatewayctl.steps.deprecated import DeprecatedStep
from gatewayctl.steps.identity_limits import IdentityLimitsStep
from gatewayctl.steps.limits import LimitFieldsStep, LimitsStep
from gatewayctl.steps.parts import Parts
from gatewayctl.steps.preflight import PreflightStep
from gatewayctl.steps.redirect import RedirectStep
from gatewayctl.steps.request_edit import RequestEditStep
from gatewayctl.steps.require import RequireStep
from gatewayctl.steps.respond import RespondStep
from gatewayctl.steps.response_edit import ResponseEditStep
from gatewayctl.steps.sticky import StickyFieldStep


def _alone(make: Callable[[Any], Any]) -> Callable[[Any, Parts], Any]:
    """The factory of a step that needs nothing but its own plan."""
    return lambda plan, parts: make(plan)


ADMIT_STEPS: Final[dict[type, Callable[[Any, Parts], AdmitStep]]] = {
    identity.PreflightPlan: PreflightStep,
    identity.AccessPlan: AccessStep,
    model.BodyLimitPlan: _alone(BodyLimitStep),
    policies.LimitsPlan: LimitsStep,
    identity.AuthPlan: AuthStep,
    identity.RequirePlan: RequireStep,
    policies.IdentityLimitsPlan: IdentityLimitsStep,
    model.RespondPlan: _alone(RespondStep),
    model.RedirectPlan: _alone(RedirectStep),
    model.RequestEditPlan: _alone(RequestEditStep),
}
"""By the class of their plan, made with what the steps of a generation share; a route runs its own in the order of
``plan.order.STEPS``."""

SHAPE_STEPS: Final[dict[type, Callable[[Any, Parts], ShapeStep]]] = {
    model.ResponseEditPlan: _alone(ResponseEditStep),
    identity.CorsPlan: CorsStep,
    model.DeprecatedPlan: _alone(DeprecatedStep),
    policies.StickyFieldPlan: _alone(StickyFieldStep),
}
"""The same for steps that shape answers."""

ADD_STEPS: Final[dict[type, Callable[[Any, Parts], AddStep]]] = {
    policies.LimitFieldsPlan: _alone(LimitFieldsStep),
}
"""The same for steps that only add to answers."""
