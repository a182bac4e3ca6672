"""Instances by DNS: one for each address of a name, or for each target of its SRV records, with priorities (RFC 2782)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from gatewayctl.plan.model import InstancePlan
from gatewayctl.plan.upstreams import DnsPlan
from gatewayctl.upstream.discovery.base import Listener
from gatewayctl.upstream.discovery.entries import BadEntry, instance_of
from gatewayctl.upstream.discovery.resolver import AGAIN, ResolveError, Resolver, Service, kept_for


class DnsSource:
    """See ``Source``. ``nameservers`` are those of the server, for a source that names none."""

    def __init__(self, plan: DnsPlan, nameservers: tuple[str, ...]) -> None:
        self._plan = plan
        self._resolver = Resolver(plan.nameservers or nameservers)

    async def run(self, listener: Listener) -> None:
        ask = _KINDS[self._plan.record]
        while True:
            wait = AGAIN
            try:
                found, ttl = await ask(self._plan, self._resolver)
                wait = kept_for(ttl)
                listener.found(found)
            except (ResolveError, BadEntry) as error:
                listener.trouble(f"{self._plan.name}: {error}")
            await asyncio.sleep(wait)


async def _addresses(plan: DnsPlan, resolver: Resolver) -> tuple[list[InstancePlan], float]:
    addresses, ttl = await resolver.records(plan.name, plan.record)
    return [instance_of({"address": address, "port": plan.port}, plan.scheme) for address in addresses], ttl


async def _services(plan: DnsPlan, resolver: Resolver) -> tuple[list[InstancePlan], float]:
    services, ttl = await resolver.services(plan.name)
    return [_target(service, plan.scheme) for service in services], ttl


def _target(service: Service, scheme: str) -> InstancePlan:
    """A weight of 0 is "a very small chance" (RFC 2782): 1, as no weight of ours above 0 is smaller."""
    entry = {"address": service.target, "port": service.port, "weight": max(service.weight, 1)}
    return replace(instance_of(entry, scheme), priority=service.priority)


_KINDS: Final[dict[str, Callable[[DnsPlan, Resolver], Awaitable[tuple[list[InstancePlan], float]]]]] = {
    "A": _addresses,
    "AAAA": _addresses,
    "SRV": _services,
}
