"""Checks the instances of one service, each in a rhythm of its own, and tells when the verdict about one changes."""

import asyncio
import os
import random
from collections.abc import Callable, Mapping

from gatewayctl.core.units import format_duration
from gatewayctl.plan.feeds import ChecksPlan
from gatewayctl.plan.model import InstancePlan
from gatewayctl.policy.health.rise_and_fall import RiseAndFall, next_check
from gatewayctl.upstream.discovery.base import Health
from gatewayctl.upstream.discovery.complaint import Complaint
from gatewayctl.upstream.probes import PROBES
from gatewayctl.upstream.probes.base import Target


class Prober:
    """``states`` by instance id, of those that have been checked; ``changed()`` is called when they have changed."""

    def __init__(
        self,
        plan: ChecksPlan,
        changed: Callable[[], None],
        *,
        event: Callable[..., None],
        report: Callable[[Exception, str], None],
    ) -> None:
        self._plan = plan
        self._changed = changed
        self._event = event
        self._report = report
        self._probe = PROBES[plan.health.type](plan)
        self._prepared = asyncio.create_task(self._probe.prepare())
        self._tasks: dict[InstancePlan, asyncio.Task[None]] = {}
        self._addresses: Mapping[str, tuple[str, ...]] = {}
        self.states: Mapping[str, Health] = {}

    def follow(self, instances: tuple[InstancePlan, ...], addresses: Mapping[str, tuple[str, ...]]) -> None:
        """Checks these from now on, and no others; new ones at once. ``addresses`` are those of hosts that are names."""
        self._addresses = addresses
        for gone in self._tasks.keys() - set(instances):
            self._tasks.pop(gone).cancel()
        ids = {instance.id for instance in instances}
        self.states = {id: state for id, state in self.states.items() if id in ids}
        for instance in instances:
            if instance not in self._tasks and instance.status != "down":
                self._tasks[instance] = asyncio.create_task(self._keep(instance))

    async def stop(self) -> None:
        """Checks no more."""
        tasks = list(self._tasks.values())
        self.follow((), {})
        self._prepared.cancel()
        await asyncio.gather(self._prepared, *tasks, return_exceptions=True)
        await self._probe.close()

    async def _keep(self, instance: InstancePlan) -> None:
        health = self._plan.health
        loop = asyncio.get_running_loop()
        verdict = RiseAndFall(health.healthy_after, health.unhealthy_after)
        complaint = Complaint(lambda problem: self._say(instance, problem), loop.time, loop.call_later)
        turn = 0
        await asyncio.shield(self._prepared)
        while True:
            began = loop.time()
            problem = await self._check(instance, turn)
            turn += 1
            changed = verdict.note(not problem)
            state = Health(bool(verdict.fit), "" if verdict.fit else problem or "not fit for long enough yet")
            if changed or (problem and not verdict.fit and self.states.get(instance.id) != state):
                self.states = {**self.states, instance.id: state}
                complaint.set(state.problem)
                self._changed()
            spent = loop.time() - began
            chance = random.random()  # noqa: S311 - a rhythm, no secret
            await asyncio.sleep(max(next_check(health.interval, health.jitter, chance) - spent, 0.001))

    async def _check(self, instance: InstancePlan, turn: int) -> str:
        """Empty, or why the instance is not fit. Of several addresses of a name each has its turn."""
        health = self._plan.health
        addresses = self._addresses.get(instance.host, ()) if instance.by_name else (instance.host,)
        if not addresses:
            return "its name does not resolve"
        target = Target(instance, addresses[turn % len(addresses)], health.port or instance.port)
        try:
            async with asyncio.timeout(health.timeout):
                return await self._probe.check(target)
        except TimeoutError:
            return f"no answer within {format_duration(health.timeout)}"
        except OSError as error:
            return os.strerror(error.errno) if error.errno else type(error).__name__
        except Exception as error:
            self._report(error, f"checking {self._plan.service}/{instance.id}")
            return "an internal error, see the log"

    def _say(self, instance: InstancePlan, problem: str) -> None:
        name = f"instance {instance.id} of service {self._plan.service}"
        if problem:
            self._event("warning", f"{name} is unhealthy: {problem}")
        else:
            self._event("info", f"{name} is healthy again")
