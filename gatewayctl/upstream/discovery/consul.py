"""Instances that pass their checks in Consul: the health endpoint with blocking queries.

A query with the last index is answered when something has changed, or after a while with the same index. An index that
goes backwards means that the server began anew: so do we. Consul asks its clients to bound how often they come back.
"""

import asyncio
import random
from importlib import import_module
from typing import Any, Final

from gatewayctl.plan.model import InstancePlan
from gatewayctl.plan.upstreams import ConsulPlan
from gatewayctl.upstream.discovery.base import Listener
from gatewayctl.upstream.discovery.entries import BadEntry, good, instance_of
from gatewayctl.upstream.http_words import http_words

WAIT: Final = 55
"""Seconds that Consul may hold a query; it adds up to a sixteenth of that."""
APART: Final = 0.1
"""Seconds between two queries, however fast the index moves."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_LARGEST: Final = 32 << 20


class ConsulSource:
    """See ``Source``."""

    def __init__(self, plan: ConsulPlan) -> None:
        self._plan = plan

    async def run(self, listener: Listener) -> None:
        await asyncio.to_thread(import_module, "httpx")  # takes a while, which traffic should not wait for
        import httpx

        headers = {"X-Consul-Token": self._plan.token} if self._plan.token else {}
        timeout = httpx.Timeout(10.0, read=WAIT * 17 / 16 + 10)
        async with httpx.AsyncClient(headers=headers, timeout=timeout, trust_env=False) as client:
            index, pause = 0, _FIRST_PAUSE
            while True:
                try:
                    index = await self._ask(client, index, listener)
                    pause = _FIRST_PAUSE
                    await asyncio.sleep(APART)
                except (httpx.HTTPError, httpx.InvalidURL, BadEntry) as error:
                    why = str(error) if isinstance(error, BadEntry) else f"it does not answer ({http_words(error)})"
                    listener.trouble(f"Consul at {self._plan.address}: {why}")
                    index = 0
                    await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311
                    pause = min(pause * 2, _LONGEST_PAUSE)

    async def _ask(self, client: Any, index: int, listener: Listener) -> int:
        """One query; gives the index for the next."""
        plan = self._plan
        parameters = {"passing": "1", "tag": plan.tag, "dc": plan.datacenter}
        if index:
            parameters |= {"index": str(index), "wait": f"{WAIT}s"}
        url = f"{plan.address.rstrip('/')}/v1/health/service/{plan.name}"
        async with client.stream("GET", url, params={k: v for k, v in parameters.items() if v}) as response:
            if response.status_code != 200:
                raise BadEntry(_REFUSALS.get(response.status_code, f"it answers with {response.status_code}"))
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > _LARGEST:
                    raise BadEntry("its answer is too large")
        found, problem = good(_services(bytes(content)), lambda entry: _instance(entry, plan.scheme))
        listener.found(found)
        if problem:
            listener.trouble(problem)
        return next_index(index, response.headers.get("x-consul-index", ""))


_REFUSALS: Final = {403: "the token is not accepted", 401: "it wants a token"}


def next_index(before: int, said: str) -> int:
    """The index of the next query: what was said, from the beginning where that went backwards or makes no sense."""
    index = int(said) if said.isascii() and said.isdecimal() and len(said) < 20 else 0
    return index if index >= before else 0


def _services(content: bytes) -> dict[str, object]:
    import json

    try:
        entries = json.loads(content)
    except (ValueError, RecursionError):
        raise BadEntry("its answer is not JSON") from None
    if not isinstance(entries, list):
        raise BadEntry("its answer is not a list")
    return {f"entry {number}": entry for number, entry in enumerate(entries, 1)}


def _instance(entry: object, scheme: str) -> InstancePlan:
    """A service's own address comes before that of its node."""
    service = _table(entry, "Service")
    weights = _table(service, "Weights") if isinstance(service.get("Weights"), dict) else {}
    return instance_of(
        {
            "id": service.get("ID"),
            "address": service.get("Address") or _table(entry, "Node").get("Address"),
            "port": service.get("Port"),
            "weight": weights.get("Passing", 1),
        },
        scheme,
    )


def _table(entry: object, key: str) -> dict[str, Any]:
    value = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(value, dict):
        raise BadEntry(f"no {key}")
    return value
