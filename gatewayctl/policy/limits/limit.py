"""A limit bound to its counters, and what is told of it: to whom it refuses, and on every answer.

The fields are those of draft-ietf-httpapi-ratelimit-headers-11: structured-field lists with one item a policy.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.fields import Field, field
from gatewayctl.core.units import format_duration
from gatewayctl.plan.policies import LimitPlan
from gatewayctl.policy.limits import ALGORITHMS
from gatewayctl.policy.limits.base import SECOND, State
from gatewayctl.policy.records import Keeper
from gatewayctl.policy.request_keys import KeyMaker


class Limit:
    """``[limits.NAME]`` in force. What it has counted outlives reloads with its records."""

    __slots__ = ("algorithm", "count", "key", "plan", "policy", "quoted", "records")

    def __init__(self, plan: LimitPlan, keeper: Keeper, count: "LimitCount") -> None:
        self.plan = plan
        self.count = count
        self.algorithm = ALGORITHMS[plan.algorithm](plan.limit, int(plan.window * SECOND), plan.burst)
        self.key = KeyMaker(plan.key)
        self.records = keeper.records(
            f"limit/{plan.name}/{plan.algorithm}", self.algorithm.width, plan.max_keys, owned=self.algorithm.holds
        )
        self.quoted = f'"{plan.name}"'
        seconds = int(plan.window)
        if self.algorithm.holds:
            self.policy = f'{self.quoted};q={plan.limit};qu="concurrent-requests"'
        elif seconds == plan.window:
            self.policy = f"{self.quoted};q={plan.limit};w={seconds}"
        else:
            self.policy = f"{self.quoted};q={plan.limit}"  # a window that is no whole number of seconds has no word

    def __str__(self) -> str:
        plan = self.plan
        if self.algorithm.holds:
            return f"{plan.limit} at once"
        return f"{plan.limit} in {format_duration(plan.window)}"


class LimitCount:
    """What became of the requests that a limit was asked about; it lives on by the limit's name."""

    __slots__ = ("allowed", "name", "refused", "reported", "store_errors")

    def __init__(self, name: str) -> None:
        self.name = name
        self.allowed = 0
        self.refused = 0
        self.reported = 0
        """Would have been refused, had the limit's mode not been ``report``."""
        self.store_errors = 0


class Decision(NamedTuple):
    """What one limit says about one request: whether it was within it, the wait if not (microseconds), what is left."""

    limit: Limit
    within: bool
    wait: int
    state: State


class CountedCourse(Protocol):
    """Where a request keeps what was decided about it."""

    decisions: Sequence[Decision]


def limited(decisions: Sequence[Decision]) -> Failure:
    """429 for a request that these limits refuse (RFC 6585 4)."""
    refused = [decision for decision in decisions if not decision.within and not decision.limit.plan.reports]
    seconds = max(1, *(-(-decision.wait // SECOND) for decision in refused))
    names = [decision.limit.plan.name for decision in refused]
    said = " and ".join(f'"{decision.limit.plan.name}" ({decision.limit})' for decision in refused)
    what = failure(
        "rate_limited",
        f"the limit {said} is used up" if len(refused) == 1 else f"the limits {said} are used up",
        (field(b"Retry-After", b"%d" % seconds),),
    )
    return Failure(what.kind, what.detail, what.fields, (("violated-policies", names),))


def limit_fields(decisions: Sequence[Decision]) -> list[Field]:
    """RateLimit-Policy and RateLimit for those limits that tell."""
    told = [decision for decision in decisions if decision.limit.plan.headers]
    if not told:
        return []
    left = []
    for limit, _, _, (remaining, reset) in told:
        seconds = "" if reset is None else f";t={-(-reset // SECOND)}"
        left.append(f"{limit.quoted};r={remaining}{seconds}")
    return [
        field(b"RateLimit-Policy", ", ".join([decision.limit.policy for decision in told]).encode()),
        field(b"RateLimit", ", ".join(left).encode()),
    ]
