"""The plug point of health probes: one question to one instance. Probes have connections of their own, never traffic's."""

from typing import Protocol

from gatewayctl.core.frozen import frozen
from gatewayctl.plan.model import InstancePlan


@frozen
class Target:
    """The instance that is asked, at ``address`` (empty for a unix socket) and ``port`` (its own, or that of the checks)."""

    instance: InstancePlan
    address: str
    port: int


class Probe(Protocol):
    """Made once for the checks of a service; asks many instances at once."""

    async def prepare(self) -> None:
        """Makes ready what checks need: the time that takes is nobody's fault. Called before the first check."""

    async def check(self, target: Target) -> str:
        """Empty if it is fit, else why not, in a few words. May raise OSError. Its time is bounded by whoever calls."""

    async def close(self) -> None:
        """Asks no more."""
