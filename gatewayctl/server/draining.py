"""The end of a gateway's connections: none is taken any more, each may finish, what still runs at last is cut."""

import asyncio
from collections.abc import Callable
from typing import Final

from gatewayctl.proxy.gateway import Gateway

_LOOK: Final = 0.05
"""Seconds between two looks."""


async def drain(
    gateway: Gateway, stop_accepting: Callable[[], None], grace: float, now: asyncio.Event
) -> tuple[int, int]:
    """Drains for at most ``grace`` seconds, or until ``now`` is set.

    Gives how many connections were cut, and how many requests were on them.
    """
    gateway.draining = True
    stop_accepting()
    for connection in list(gateway.connections):
        connection.shutdown()
    end = gateway.clock() + grace
    while gateway.connections and not now.is_set() and gateway.clock() < end:
        await unless(now, min(_LOOK, max(end - gateway.clock(), 0.001)))
    cut = len(gateway.connections), gateway.in_flight
    for connection in list(gateway.connections):
        connection.drop()
    return cut


async def unless(event: asyncio.Event, seconds: float) -> None:
    """Waits so long, or until the event comes."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
