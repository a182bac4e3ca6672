"""Takes from the limits by consumer and claim, once it is known who asks; a consumer's own stand in place of the route's.

What they refuse takes from no limit: the ones before authentication get back what they have given.
"""

from collections.abc import Awaitable

from gatewayctl.core.failures import Failure
from gatewayctl.plan.policies import IdentityLimitsPlan, LimitsPlan
from gatewayctl.policy.limits.limit import decision_of
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.limits import LimitsStep
from gatewayctl.steps.parts import Parts


class IdentityLimitsStep:
    """See ``AdmitStep``."""

    __slots__ = ("_own", "_parts", "_plan", "_steps", "_usual")

    def __init__(self, plan: IdentityLimitsPlan, parts: Parts) -> None:
        self._plan = plan
        self._parts = parts
        self._own = parts.own_limits if plan.by_consumer else {}
        self._steps: dict[tuple[str, ...], LimitsStep] = {}
        """By what they take from: consumers of one plan share one. Made when one of them comes."""
        self._usual = self._step(plan.of(None))

    def admit(self, traffic: Traffic) -> Failure | Awaitable[Failure | None] | None:
        """429 if one of them is used up. Who is not known, or has no name, is counted by the address."""
        identity = traffic.identity
        own = None if identity is None else self._own.get(identity.consumer)
        if own is None:
            step = self._usual
        else:
            limits = self._plan.of(own)
            if not limits:
                return None
            step = self._step(limits)
        if traffic.taken is not None:  # what comes now stands behind it
            traffic.on_course().decisions = (decision_of(traffic.taken, traffic.record, traffic.taken_at),)
            traffic.taken = None
        outcome = step.admit(traffic)
        if outcome is None:
            return None
        if isinstance(outcome, Failure):
            _undo(traffic)
            return outcome
        return _undone_if_refused(outcome, traffic)

    def _step(self, limits: tuple[str, ...]) -> LimitsStep:
        step = self._steps.get(limits)
        if step is None:
            step = self._steps[limits] = LimitsStep(LimitsPlan(limits, self._plan.said_at), self._parts)
        return step


async def _undone_if_refused(outcome: Awaitable[Failure | None], traffic: Traffic) -> Failure | None:
    passes = False
    try:
        refusal = await outcome
        passes = refusal is None
    finally:  # also where the client has left meanwhile
        if not passes:
            _undo(traffic)
    return refusal


def _undo(traffic: Traffic) -> None:
    course = traffic.course
    if course is not None and course.undo is not None:
        undo, course.undo = course.undo, None
        undo()
