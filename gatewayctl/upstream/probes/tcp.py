"""A connection and nothing more: whoever accepts it is fit."""

import asyncio

from gatewayctl.plan.feeds import ChecksPlan
from gatewayctl.upstream.probes.base import Target


class TcpProbe:
    """See ``Probe``."""

    def __init__(self, plan: ChecksPlan) -> None:
        pass  # a connection has no settings

    async def prepare(self) -> None:
        pass

    async def check(self, target: Target) -> str:
        if target.instance.path:
            _, writer = await asyncio.open_unix_connection(target.instance.path)
        else:
            _, writer = await asyncio.open_connection(target.address, target.port)
        writer.transport.abort()
        return ""

    async def close(self) -> None:
        pass
