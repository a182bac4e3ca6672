"""Runs one feed of the control plane on its own and keeps what it publishes and says."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from gatewayctl.plan.feeds import FeedPlan
from gatewayctl.plan.upstreams import DiscoveryPlan
from gatewayctl.upstream.discovery.base import Snapshot
from gatewayctl.upstream.discovery.plane import ControlPlane
from tests.support.waiting import PATIENCE


class Finding:
    """``async with Finding(plan) as f``: ``snapshots`` so far, ``said`` on the log; faults of ours fail the test."""

    def __init__(self, plan: DiscoveryPlan, *nameservers: str) -> None:
        self.feed = FeedPlan("orders", plan, nameservers)
        self.snapshots: list[Snapshot] = []
        self.said: list[str] = []
        self._faults: list[Exception] = []

    async def __aenter__(self) -> "Finding":
        self._plane = ControlPlane(
            self.snapshots.append,
            event=lambda level, message, **_: self.said.append(f"{level}: {message}"),
            report=lambda error, doing: self._faults.append(error),
        )
        self._plane.follow([self.feed])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._plane.stop()
        if kind is None:
            assert self._faults == []

    async def until(self, condition: Callable[[Snapshot], bool], within: float = 2 * PATIENCE) -> Snapshot:
        """The last snapshot, as soon as it is as wanted."""
        try:
            async with asyncio.timeout(within):
                while not (self.snapshots and condition(self.snapshots[-1])):
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"never came; last: {self.snapshots[-1:]}; said: {self.said}") from None
        return self.snapshots[-1]

    async def urls(self, *wanted: str, within: float = 2 * PATIENCE) -> Snapshot:
        """The last snapshot, as soon as it has these instances by URL."""
        return await self.until(lambda s: sorted(i.url for i in s.instances) == sorted(wanted), within)
