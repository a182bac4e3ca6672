"""The order of steps, as data. A request meets them from top to bottom, its answer the shaping ones.

A route's plan holds only the steps it needs, sorted by this list; ``route-test`` prints the same list with the reasons.
"""

from enum import Enum
from typing import Final, NamedTuple

from gatewayctl.plan import identity, model, policies


class Phase(Enum):
    ENTRY = "entry"
    ADMIT = "admit"
    FORWARD = "forward"
    SHAPE = "shape"
    SETTLE = "settle"


class Step(NamedTuple):
    """One line of the order: ``plan`` is the class of a route's own steps, None for what every request meets."""

    name: str
    phase: Phase
    plan: type | None
    why_here: str


STEPS: Final[tuple[Step, ...]] = (
    Step("request_id", Phase.ENTRY, None, "first, so that whatever happens later can be found by it"),
    Step("client_address", Phase.ENTRY, None, "before anything that may depend on who asks"),
    Step("canonical_path", Phase.ENTRY, None, "before matching, so that one path has one spelling"),
    Step("match", Phase.ENTRY, None, "all that follows is the route's"),
    Step(
        "cors_preflight",
        Phase.ADMIT,
        identity.PreflightPlan,
        "before all that may refuse: a browser asks without credentials",
    ),
    Step("access", Phase.ADMIT, identity.AccessPlan, "before any work is done for an address that may not come in"),
    Step(
        "max_body_size", Phase.ADMIT, model.BodyLimitPlan, "before any work is done for a body that is refused anyway"
    ),
    Step(
        "limits",
        Phase.ADMIT,
        policies.LimitsPlan,
        "before any work that asking often could be used to exhaust",
    ),
    Step("auth", Phase.ADMIT, identity.AuthPlan, "after what costs less than checking credentials"),
    Step("require", Phase.ADMIT, identity.RequirePlan, "as soon as it is known who asks"),
    Step(
        "identity_limits",
        Phase.ADMIT,
        policies.IdentityLimitsPlan,
        "once it is known who asks; after require, so that who may not come in uses up nobody's share",
    ),
    Step("respond", Phase.ADMIT, model.RespondPlan, "after everything that may refuse the request"),
    Step("redirect", Phase.ADMIT, model.RedirectPlan, "after everything that may refuse the request"),
    Step(
        "request_transform", Phase.ADMIT, model.RequestEditPlan, "last before sending: nothing decides on edited values"
    ),
    Step("forward", Phase.FORWARD, model.ForwardPlan, "balance, connect, send; the answer comes back from here"),
    Step(
        "response_transform", Phase.SHAPE, model.ResponseEditPlan, "first on the way back: edits what the service sent"
    ),
    Step("cors", Phase.SHAPE, identity.CorsPlan, "after the edits: a service cannot allow what the gateway does not"),
    Step("deprecated", Phase.SHAPE, model.DeprecatedPlan, "after the edits, so that they cannot hide it"),
    Step(
        "sticky_cookie", Phase.SHAPE, policies.StickyFieldPlan, "after the edits, so that they cannot break a session"
    ),
    Step("limit_fields", Phase.SHAPE, policies.LimitFieldsPlan, "after the edits: what the gateway counts, it says"),
    Step("response_ids", Phase.SHAPE, None, "last, so that no edit can forge the request id"),
    Step("metrics", Phase.SETTLE, None, "once for each request, whatever happened"),
    Step("access_log", Phase.SETTLE, None, "once for each request, whatever happened"),
)

_PLACE: Final = {step.plan: place for place, step in enumerate(STEPS) if step.plan is not None}


def in_step_order(steps: "list[model.StepPlan]") -> "tuple[model.StepPlan, ...]":
    """A route's steps sorted by ``STEPS``; KeyError for a kind that is not in it."""
    return tuple(sorted(steps, key=lambda step: _PLACE[type(step)]))


def step_of(plan: "model.StepPlan") -> Step:
    """The line of ``STEPS`` that a step plan belongs to."""
    return STEPS[_PLACE[type(plan)]]
