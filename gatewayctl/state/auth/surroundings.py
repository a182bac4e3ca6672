"""See ``policy.auth.helpers.Helpers``, for a gateway that runs: what its schemes are handed."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final

from gatewayctl.core.fields import Field
from gatewayctl.plan.identity import FetchedKeysPlan, ForwardAuthPlan
from gatewayctl.policy.auth.forward import carried
from gatewayctl.policy.auth.helpers import Answer
from gatewayctl.state.auth.key_set import Fetch, FetchFailed, KeySet
from gatewayctl.state.registry import Registry

if TYPE_CHECKING:
    import httpx

_TIMEOUT: Final = 5.0
"""Seconds for one fetch of keys."""
_LARGEST: Final = 1 << 20
_CHECKERS: Final = 2
"""Threads that check passwords: they shall not take the processor from traffic."""
_QUEUE: Final = 64
"""Passwords that may wait."""
_ASKERS: Final = 128
"""Connections to servers that decide, at once."""


class Surroundings:
    """For one gateway. Clients and threads are made when they are first needed."""

    def __init__(
        self,
        *,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], float],
        say: Callable[[str, str], None],
        fetch: Fetch | None = None,
    ) -> None:
        self.key_sets: Registry[KeySet] = Registry()
        self._loop = loop
        self._clock = clock
        self._say = say
        self._fetch = fetch or self._fetch_by_http
        self._threads: ThreadPoolExecutor | None = None
        self._checking = 0
        self._client: httpx.AsyncClient | None = None

    def keys(self, plan: FetchedKeysPlan) -> KeySet:
        """See ``Helpers``."""
        return self.key_sets.obtain(
            ("keys", plan),
            lambda: KeySet(plan, loop=self._loop, clock=self._clock, fetch=self._fetch, say=self._say),
        )

    async def off_loop(self, check: Callable[[], bool]) -> bool | None:
        """See ``Helpers``."""
        if self._checking >= _QUEUE:
            return None
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_CHECKERS, thread_name_prefix="passwords")
        self._checking += 1
        try:
            return await self._loop.run_in_executor(self._threads, check)
        finally:
            self._checking -= 1

    async def ask(self, plan: ForwardAuthPlan, fields: Sequence[Field]) -> Answer | None:
        """See ``Helpers``. The body of the answer is not read."""
        import httpx

        client = self._http()
        try:
            async with (
                asyncio.timeout(plan.timeout),
                client.stream("GET", plan.url, headers=carried(list(fields))) as said,
            ):
                return Answer(
                    said.status_code, tuple((name.lower(), value) for name, value in said.headers.multi_items())
                )
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ssl.SSLError):
            return None

    async def _fetch_by_http(self, url: str) -> bytes:
        import httpx

        try:
            async with asyncio.timeout(_TIMEOUT), self._http().stream("GET", url) as said:
                if said.status_code != 200:
                    raise FetchFailed(f"the answer has status {said.status_code}")
                content = b""
                async for piece in said.aiter_bytes():
                    content += piece
                    if len(content) > _LARGEST:
                        raise FetchFailed("the answer is larger than 1 MiB")
                return content
        except TimeoutError:
            raise FetchFailed(f"no answer within {_TIMEOUT:.0f} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            raise FetchFailed(f"no connection ({type(error).__name__})") from None

    def _http(self) -> "httpx.AsyncClient":
        if self._client is None:
            import httpx

            self._client = httpx.AsyncClient(
                timeout=None,  # noqa: S113 - every use is bounded as a whole
                follow_redirects=False,
                trust_env=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # one client's are no other client's
                verify=ssl.create_default_context(),
                limits=httpx.Limits(max_connections=_ASKERS, max_keepalive_connections=16, keepalive_expiry=4.0),
                headers={"user-agent": "gatewayctl"},
            )
        return self._client

    async def close(self) -> None:
        """Ends what was begun."""
        for key_set in self.key_sets.retire_others(set()):
            key_set.stop()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None
