"""Instances that are written out: they are told once. Only the addresses of their names change, which is no source's business."""

import asyncio

from gatewayctl.plan.feeds import StaticPlan
from gatewayctl.upstream.discovery.base import Listener


class StaticSource:
    """See ``Source``."""

    def __init__(self, plan: StaticPlan) -> None:
        self._instances = plan.instances

    async def run(self, listener: Listener) -> None:
        listener.found(self._instances)
        await asyncio.Event().wait()
