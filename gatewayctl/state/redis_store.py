"""A store of limits in Redis, shared by several hosts: pooled, bounded in time, and quick to give up while it is down.

A decision is one call of one script. While the store has failed lately it is not asked at all but once a second by one
request, so that a Redis that hangs costs one request a second a quarter of a second and the others nothing. What is held
(concurrency) is a lease that ends by itself a minute after the process that held it has died.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Protocol

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from gatewayctl.policy.limits.base import SECOND, State
from gatewayctl.policy.limits.limit import Decision
from gatewayctl.policy.limits.shared import Claim, StoreError
from gatewayctl.state.redis_script import DECIDE, GIVE_BACK, RENEW

TIMEOUT: Final = 0.25
"""Seconds that a decision may take, the making of a connection included."""
AGAIN: Final = 1.0
"""Seconds after a failure until it is asked again."""
LEASE: Final = 60.0
"""Seconds after which what a process held is free, if it does not renew it (which it does three times in that time)."""
CONNECTIONS: Final = 64


class Events(Protocol):
    """Where the store says that it is down, and that it is back."""

    def event(self, level: str, message: str, **facts: object) -> None:
        """One event."""


class RedisStore:
    """See ``SharedStore``. ``clock`` in seconds."""

    def __init__(
        self, name: str, url: str, clock: Callable[[], float], events: Events, *, timeout: float = TIMEOUT
    ) -> None:
        self.name = name
        self._timeout = timeout
        self._clock = clock
        self._events = events
        pool: BlockingConnectionPool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=timeout,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            decode_responses=False,
        )
        self._redis: Redis = Redis(connection_pool=pool)
        self._decide = self._redis.register_script(DECIDE)
        self._give_back = self._redis.register_script(GIVE_BACK)
        self._renew = self._redis.register_script(RENEW)
        self._down_until = 0.0
        self._down = False
        self._closed = False
        self._held: dict[bytes, Claim] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._renewing: asyncio.Task[None] | None = None

    @property
    def down(self) -> bool:
        """Whether it has failed and has not answered since."""
        return self._down

    async def decide(self, claims: Sequence[Claim]) -> Sequence[Decision]:
        """See ``SharedStore``."""
        now = self._clock()
        if self._down:
            if now < self._down_until:
                raise StoreError("it has failed a moment ago")
            self._down_until = now + AGAIN  # this one asks for all
        arguments: list[Any] = []
        for claim in claims:
            plan = claim.limit.plan
            window = int(plan.window * SECOND)
            lasts = int(LEASE * 1000)
            arguments += (
                plan.algorithm,
                plan.limit,
                window,
                plan.burst,
                plan.cost,
                int(plan.reports),
                claim.lease,
                lasts,
            )
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._decide(keys=[_key(claim) for claim in claims], args=arguments)
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)
            raise StoreError(type(error).__name__) from None
        if self._down:
            self._down = False
            self._events.event("info", f"store {self.name} answers again", store=self.name)
        decisions = [
            Decision(claim.limit, bool(within), int(wait), State(int(remaining), None if reset < 0 else int(reset)))
            for claim, (within, wait, remaining, reset) in zip(claims, _fours(answer[:-1]), strict=True)
        ]
        for claim in claims:
            claim.taken = int(answer[-1])
        if not any(not d.within and not d.limit.plan.reports for d in decisions):
            for claim, decision in zip(claims, decisions, strict=True):
                if claim.limit.algorithm.holds and decision.within:
                    self._hold(claim)
        return decisions

    def give_back(self, claims: Sequence[Claim]) -> None:
        """See ``SharedStore``."""
        if not claims:
            return
        for claim in claims:
            self._held.pop(claim.lease, None)
        self._spawn(self._return(list(claims)))

    def close(self) -> None:
        """See ``SharedStore``."""
        self._closed = True
        if self._renewing is not None:
            self._renewing.cancel()
            self._renewing = None
        self._spawn(self._end())

    async def _end(self) -> None:
        await asyncio.gather(
            *(task for task in self._tasks if task is not asyncio.current_task()), return_exceptions=True
        )
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    async def _return(self, claims: Sequence[Claim]) -> None:
        arguments: list[Any] = []
        for claim in claims:
            plan = claim.limit.plan
            arguments += (
                plan.algorithm,
                plan.cost,
                claim.lease,
                plan.limit,
                int(plan.window * SECOND),
                claim.taken,
            )
        try:
            async with asyncio.timeout(self._timeout):
                await self._give_back(keys=[_key(claim) for claim in claims], args=arguments)
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)  # a lease then ends by itself

    def _hold(self, claim: Claim) -> None:
        self._held[claim.lease] = claim
        if self._renewing is None and not self._closed:
            self._renewing = asyncio.get_running_loop().create_task(self._keep_renewing())

    async def _keep_renewing(self) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            claims = list(self._held.values())
            if not claims:
                self._renewing = None
                return
            arguments: list[Any] = [int(LEASE * 1000)]
            for claim in claims:
                arguments += (claim.lease, claim.limit.plan.cost)
            try:
                await self._renew(keys=[_key(claim) for claim in claims], args=arguments)
            except (RedisError, OSError) as error:
                self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._down_until = self._clock() + AGAIN
        if not self._down:
            self._down = True
            kind = type(error).__name__  # its text may hold the address
            self._events.event("warning", f"store {self.name} does not answer", store=self.name, error=kind)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _key(claim: Claim) -> bytes:
    plan = claim.limit.plan
    return b"gatewayctl:%b:%b:%b" % (plan.name.encode(), plan.algorithm.encode(), claim.key)


def _fours(answer: Sequence[Any]) -> list[tuple[Any, Any, Any, Any]]:
    return [(answer[at], answer[at + 1], answer[at + 2], answer[at + 3]) for at in range(0, len(answer), 4)]
