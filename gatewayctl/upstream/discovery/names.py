"""The addresses of host names: each is asked for again when its time to live has passed, the last good answer is kept."""

import asyncio
from collections.abc import Callable, Collection, Mapping

from gatewayctl.upstream.discovery.resolver import AGAIN, ResolveError, Resolver, kept_for


class Names:
    """Follows a set of names. ``changed()`` is called when an address, a problem, or whether all have been tried changes."""

    def __init__(self, resolver: Resolver, changed: Callable[[], None]) -> None:
        self._resolver = resolver
        self._changed = changed
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._problems: dict[str, str] = {}
        self.addresses: Mapping[str, tuple[str, ...]] = {}

    def follow(self, names: Collection[str]) -> None:
        """These names from now on, and no others."""
        for gone in self._tasks.keys() - set(names):
            self._tasks.pop(gone).cancel()
            self._problems.pop(gone, None)
        self.addresses = {name: known for name, known in self.addresses.items() if name in names}
        for name in names:
            if name not in self._tasks:
                self._tasks[name] = asyncio.create_task(self._keep(name))

    @property
    def tried(self) -> bool:
        """Whether every name has been asked for at least once."""
        return all(name in self.addresses or name in self._problems for name in self._tasks)

    @property
    def trouble(self) -> str:
        """What is wrong with the first name that cannot be resolved; empty where all can."""
        return next((f"{name}: {problem}" for name, problem in sorted(self._problems.items())), "")

    async def stop(self) -> None:
        """Follows none any more."""
        tasks = list(self._tasks.values())
        self.follow(())
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, name: str) -> None:
        while True:
            problem, wait = "", AGAIN
            addresses = self.addresses.get(name)
            try:
                addresses, ttl = await self._resolver.addresses(name)
                wait = kept_for(ttl)
            except ResolveError as error:
                problem = str(error)
            before = (self.addresses.get(name), self._problems.get(name, ""))
            if addresses is not None:
                self.addresses = {**self.addresses, name: addresses}
            if problem:
                self._problems[name] = problem
            else:
                self._problems.pop(name, None)
            if (addresses, problem) != before:
                self._changed()
            await asyncio.sleep(wait)
