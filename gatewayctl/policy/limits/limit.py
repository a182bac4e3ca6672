"""A limit bound to its counters, and what is told of it: to whom it refuses, and on every answer.

The fields are those of draft-ietf-httpapi-ratelimit-headers-11: structured-field lists with one item a policy.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.fields import field
from gatewayctl.core.units import format_duration
from gatewayctl.plan.policies import LimitPlan
from gatewayctl.policy.limits import ALGORITHMS
from gatewayctl.policy.limits.base import SECOND, State
from gatewayctl.policy.records import Keeper, Record
from gatewayctl.policy.request_keys import key_maker


class Limit:
    """``[limits.NAME]`` in force. What it has counted outlives reloads with its records."""

    __slots__ = ("algorithm", "cost", "count", "key", "line", "plan", "policy", "quoted", "records", "tells")

    def __init__(self, plan: LimitPlan, keeper: Keeper, count: "LimitCount") -> None:
        self.plan = plan
        self.cost = plan.cost
        self.tells = plan.headers
        self.count = count
        self.algorithm = ALGORITHMS[plan.algorithm](plan.limit, int(plan.window * SECOND), plan.burst)
        self.key = key_maker(plan.key)
        self.records = keeper.records(
            f"limit/{plan.name}/{plan.algorithm}",
            self.algorithm.width,
            plan.max_keys,
            owned=self.algorithm.holds,
            whole=self.algorithm.whole,
        )
        self.quoted = f'"{plan.name}"'
        seconds = int(plan.window)
        if self.algorithm.holds:
            self.policy = f'{self.quoted};q={plan.limit};qu="concurrent-requests"'
        elif seconds == plan.window:
            self.policy = f"{self.quoted};q={plan.limit};w={seconds}"
        else:
            self.policy = f"{self.quoted};q={plan.limit}"  # a window that is no whole number of seconds has no word
        left = "" if self.algorithm.holds else ";t=%d"
        self.line = f"RateLimit-Policy: {self.policy}\r\nRateLimit: {self.quoted};r=%d{left}\r\n".encode()
        """What is told where it is the only limit; wants the numbers."""

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


def decision_of(limit: Limit, record: Record, now: int, *, within: bool = True) -> Decision:
    """What a limit says at ``now``, whose record is this after something was taken from it, or could not be."""
    wait = 0 if within else limit.algorithm.wait(record, limit.plan.cost, now)
    remaining, reset = limit.algorithm.left(record, now)
    return Decision(limit, within, wait, State(int(remaining), None if reset is None else int(reset)))


def refused(decision: Decision) -> bool:
    """Whether it does not let the request pass."""
    return not decision.within and not decision.limit.plan.reports


def limited(decisions: Sequence[Decision]) -> Failure:
    """429 for a request that these limits refuse (RFC 6585 4)."""
    by = [decision for decision in decisions if refused(decision)]
    seconds = max(1, *(-(-decision.wait // SECOND) for decision in by))
    names = [decision.limit.plan.name for decision in by]
    said = " and ".join(f'"{decision.limit.plan.name}" ({decision.limit})' for decision in by)
    what = failure(
        "rate_limited",
        f"the limit {said} is used up" if len(by) == 1 else f"the limits {said} are used up",
        (field(b"Retry-After", b"%d" % seconds),),
    )
    return Failure(what.kind, what.detail, what.fields, (("violated-policies", names),))


def limit_lines(decisions: Sequence[Decision]) -> bytes:
    """RateLimit-Policy and RateLimit for those limits that tell, as lines; empty if none does."""
    told = [decision for decision in decisions if decision.limit.plan.headers]
    if not told:
        return b""
    policies = ", ".join([decision.limit.policy for decision in told])
    left = ", ".join([_left(limit, state) for limit, _, _, state in told])
    return f"RateLimit-Policy: {policies}\r\nRateLimit: {left}\r\n".encode()


def _left(limit: Limit, state: State) -> str:
    if state.reset is None:
        return f"{limit.quoted};r={state.remaining}"
    return f"{limit.quoted};r={state.remaining};t={-(-state.reset // SECOND)}"
