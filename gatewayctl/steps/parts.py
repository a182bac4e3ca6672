"""What steps of one generation share: made once from the plan, and used by every route that refers to it by name."""

import time
from collections.abc import Callable, Mapping
from dataclasses import field

from gatewayctl.core.frozen import frozen
from gatewayctl.plan.identity import IdentityPlan
from gatewayctl.policy.access import AccessList
from gatewayctl.policy.auth.base import Scheme
from gatewayctl.policy.cors import Cors
from gatewayctl.policy.limits.limit import Limit
from gatewayctl.policy.limits.shared import SharedStore
from gatewayctl.policy.records import Keeper


def _stopped() -> float:
    return 0.0


@frozen
class Counting:
    """What limits count with. ``lease`` names this process among all that use a store of several hosts."""

    keeper: Keeper
    limits: Mapping[str, Limit] = field(default_factory=dict)
    stores: Mapping[str, SharedStore] = field(default_factory=dict)
    lease: bytes = b""
    clock: Callable[[], float] = _stopped
    """Seconds, as of ``Traffic.started``; it stands still where nothing is served."""


@frozen
class Parts:
    """``schemes`` are bound already, since what they remember lives longer. ``wall_clock``: seconds since the epoch."""

    counting: Counting
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    access: Mapping[str, AccessList] = field(default_factory=dict)
    cors: Mapping[str, Cors] = field(default_factory=dict)
    wall_clock: Callable[[], float] = time.time
    own_limits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By consumer, those that have limits of their own."""


def parts_of(
    plan: IdentityPlan,
    schemes: Mapping[str, Scheme],
    counting: Counting,
    wall_clock: Callable[[], float] = time.time,
) -> Parts:
    """The parts of a generation."""
    return Parts(
        counting,
        schemes,
        {name: AccessList(access) for name, access in plan.access.items()},
        {name: Cors(cors) for name, cors in plan.cors.items()},
        wall_clock,
        {name: consumer.limits for name, consumer in plan.consumers.items() if consumer.limits is not None},
    )
