"""The keys that one issuer publishes: fetched in the background, kept while the issuer is down.

Every ``EVERY`` seconds the set is fetched anew. A token with a key that is not known asks for it at once, at most every
``AT_MOST`` seconds, and all who ask meanwhile wait for the same fetch. A fetch that fails changes nothing.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Final

from gatewayctl.plan.identity import FetchedKeysPlan
from gatewayctl.plan.keys import BadKeys, jwk_set
from gatewayctl.policy.auth.keyring import KeyRing

EVERY: Final = 300.0
"""Seconds between fetches that went well."""
AT_MOST: Final = 30.0
"""Seconds between fetches that a token asks for."""
FIRST_RETRY: Final = 1.0
LAST_RETRY: Final = 30.0
"""Seconds before a failed fetch is tried again: doubled each time, up to the latter."""

Fetch = Callable[[str], Awaitable[bytes]]
"""The content at a URL. Bounds time and size itself; raises FetchFailed."""


class FetchFailed(Exception):  # noqa: N818
    """Why there is nothing, in words without addresses."""


class KeySet:
    """See ``KeySource``. ``say`` gets one line when fetching begins to fail, and one when it works again."""

    def __init__(
        self,
        plan: FetchedKeysPlan,
        *,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], float],
        fetch: Fetch,
        say: Callable[[str, str], None],
    ) -> None:
        self.ring: KeyRing | None = None
        self.failures = 0
        self._plan = plan
        self._loop = loop
        self._clock = clock
        self._fetch = fetch
        self._say = say
        self._failed_in_a_row = 0
        self._asked_at = float("-inf")
        self._known: object = None
        self._waiters: list[asyncio.Future[None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._begin()

    def refresh(self) -> Awaitable[None] | None:
        """See ``KeySource``."""
        if self._task is None:
            now = self._clock()
            if self._stopped or now - self._asked_at < AT_MOST:
                return None
            self._begin()
        self._asked_at = self._clock()
        waiter = self._loop.create_future()
        self._waiters.append(waiter)
        return waiter

    def stop(self) -> None:
        """Nobody needs it any more."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        self._wake()

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is None and not self._stopped:
            self._task = self._loop.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self._try()
        finally:
            self._task = None
            self._wake()
        if not self._stopped:
            self._timer = self._loop.call_later(self._pause(), self._begin)

    def _pause(self) -> float:
        if not self._failed_in_a_row:
            return EVERY
        return min(FIRST_RETRY * 2.0 ** (self._failed_in_a_row - 1), LAST_RETRY)

    async def _try(self) -> None:
        try:
            keys = jwk_set(await self._fetch(await self._where()), self._plan.algorithms)
        except (FetchFailed, BadKeys) as error:
            self.failures += 1
            self._failed_in_a_row += 1
            if self._failed_in_a_row == 1:
                kept = "none are known yet" if self.ring is None else "those that are known go on"
                self._say("warning", f"the keys of an issuer cannot be fetched: {error}; {kept}")
            return
        if self._failed_in_a_row:
            self._failed_in_a_row = 0
            self._say("info", "the keys of an issuer have been fetched again")
        if keys != self._known:
            self._known = keys
            self.ring = KeyRing(keys)

    async def _where(self) -> str:
        """The address of the set; from the issuer's document (OpenID Connect Discovery 4), where that is what is known."""
        plan = self._plan
        if not plan.discovery:
            return plan.url
        try:
            said = json.loads(await self._fetch(plan.url))
            issuer, url = said["issuer"], said["jwks_uri"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise FetchFailed("the issuer's document is no OpenID configuration") from None
        if plan.issuer is not None and issuer != plan.issuer:
            raise FetchFailed("the document is of another issuer")
        wanted = ("https://",) if plan.url.startswith("https://") else ("https://", "http://")
        if not isinstance(url, str) or not url.startswith(wanted):
            raise FetchFailed("the document names no fitting address for the keys")
        return url

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
