"""One feed that runs: a source, the names of what it finds, and the snapshots that come of both.

Whatever the source does, snapshots come at most ten times a second, a set that is no set is refused as a whole, and the
last good one is kept.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from gatewayctl.plan.feeds import FeedPlan, StaticPlan
from gatewayctl.plan.model import InstancePlan
from gatewayctl.upstream.discovery.base import Health, Snapshot, Source
from gatewayctl.upstream.discovery.complaint import Complaint
from gatewayctl.upstream.discovery.names import Names
from gatewayctl.upstream.discovery.resolver import Resolver
from gatewayctl.upstream.probes.prober import Prober

APART: Final = 0.1
"""Seconds between two snapshots."""
MOST: Final = 10_000
"""Instances of one service."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
"""Seconds until a source that failed runs again: doubled each time."""


class Feed:
    """Runs from ``start`` to ``stop``."""

    def __init__(
        self,
        plan: FeedPlan,
        source: Source,
        *,
        publish: Callable[[Snapshot], None],
        event: Callable[..., None],
        report: Callable[[Exception, str], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        self.plan = plan
        self._source = source
        self._publish = publish
        self._event = event
        self._report = report
        self._loop = loop
        self._found: tuple[InstancePlan, ...] | None = None
        self._source_trouble = ""
        self._published: Snapshot | None = None
        self._not_before = float("-inf")
        self._scheduled: asyncio.TimerHandle | None = None
        self._names = Names(Resolver(plan.nameservers), self._changed)
        self._prober: Prober | None = None
        if plan.checks is not None:
            self._prober = Prober(plan.checks, self._changed, event=event, report=report)
        self._complaint = Complaint(self._say, loop.time, loop.call_later)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to find."""
        self._task = self._loop.create_task(self._run())

    async def stop(self) -> None:
        """Finds no more and publishes no more."""
        if self._scheduled is not None:
            self._scheduled.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._names.stop()
        if self._prober is not None:
            await self._prober.stop()

    # ── see ``Listener`` ──────────────────────────────────────────────

    def found(self, instances: Iterable[InstancePlan]) -> None:
        found = tuple(sorted(instances, key=lambda instance: instance.id))
        problem = _wrong(found)
        if problem:
            self.trouble(problem)
            return
        self._source_trouble = "" if found else "it lists no instance"
        self._found = found
        self._names.follow({instance.host for instance in found if instance.by_name})
        self._changed()

    def trouble(self, problem: str) -> None:
        self._source_trouble = problem
        self._changed()

    # ── from what is found to snapshots ───────────────────────────────

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            began = self._loop.time()
            try:
                await self._source.run(self)
            except Exception as error:
                self._report(error, f"finding the instances of {self.plan.service}")
                self.trouble("an internal error, see the log")
            if self._loop.time() - began > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - so that not all come back at once
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _changed(self) -> None:
        if self._scheduled is None:
            wait = max(self._not_before - self._loop.time(), 0.0)
            self._scheduled = self._loop.call_later(wait, self._settle)

    def _settle(self) -> None:
        self._scheduled = None
        found = self._found
        trouble = self._source_trouble or self._names.trouble
        self._complaint.set(trouble)
        if found is None:
            snapshot = Snapshot(self.plan, (), {}, trouble, known=False)
        elif not self._names.tried and self._published is None:
            return  # the names will call again
        else:
            addresses = dict(self._names.addresses)
            health: Mapping[str, Health] = {}
            if self._prober is not None:
                self._prober.follow(found, addresses)
                health = self._prober.states
            snapshot = Snapshot(self.plan, found, addresses, trouble, health)
        if snapshot != self._published:
            self._not_before = self._loop.time() + APART
            self._published = snapshot
            self._publish(snapshot)

    def _say(self, problem: str) -> None:
        service = self.plan.service
        if not problem:
            self._event("info", f"the instances of service {service} are known again")
            return
        known = self._found
        goes_on = ""
        if known and not isinstance(self.plan.source, StaticPlan):
            count = len(known)
            goes_on = f"; the last known {'one goes' if count == 1 else f'{count} go'} on"
        elif isinstance(self.plan.source, StaticPlan):
            goes_on = "; what was known of it goes on, else its requests get 503"
        self._event("warning", f"service {service}: {problem}{goes_on}")


def _wrong(found: tuple[InstancePlan, ...]) -> str:
    """Why a set is none; empty where all is well."""
    if len(found) > MOST:
        return f"it lists {len(found)} instances, more than {MOST}"
    before = ""
    for instance in found:
        if instance.id == before:
            return f"it lists {instance.id} twice"
        before = instance.id
    if any(instance.status == "up" for instance in found) and not any(instance.weight for instance in found):
        return "all its instances weigh 0"
    return ""
