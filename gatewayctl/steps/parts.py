"""What the steps of one generation share, beside their own plans."""

from collections.abc import Mapping
from dataclasses import dataclass

from gatewayctl.policy.limits.limit import Limit
from gatewayctl.policy.limits.shared import SharedStore
from gatewayctl.policy.records import Keeper


@dataclass(frozen=True, slots=True)
class Parts:
    """``lease`` names this process among all that use a store of several hosts."""

    keeper: Keeper
    limits: Mapping[str, Limit]
    stores: Mapping[str, SharedStore]
    lease: bytes
