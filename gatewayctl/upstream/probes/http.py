"""A GET on a connection of its own: its status decides. Redirects are answers like others and are not followed."""

import asyncio
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import import_module
from typing import TYPE_CHECKING

from gatewayctl.plan.feeds import ChecksPlan
from gatewayctl.upstream.http_words import http_words
from gatewayctl.upstream.probes.base import Target
from gatewayctl.upstream.tls import TlsUnusable, client_context

if TYPE_CHECKING:
    import httpx


class HttpProbe:
    """See ``Probe``."""

    def __init__(self, plan: ChecksPlan) -> None:
        self._plan = plan
        self._client: httpx.AsyncClient | None = None
        self._unusable = ""

    async def prepare(self) -> None:
        await asyncio.to_thread(import_module, "httpx")  # a tenth of a second, which traffic should not wait for
        import httpx

        try:
            context = await asyncio.to_thread(client_context, self._plan.tls)
        except TlsUnusable as error:
            self._unusable = f"the TLS files cannot be used ({error})"
            return
        self._client = httpx.AsyncClient(
            verify=context,
            limits=httpx.Limits(max_keepalive_connections=0, max_connections=None),
            timeout=self._plan.health.timeout,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # what one instance sets is not another's
        )

    async def check(self, target: Target) -> str:
        import httpx

        health, instance = self._plan.health, target.instance
        if self._client is None:
            return self._unusable
        try:
            if instance.path:
                transport = httpx.AsyncHTTPTransport(
                    uds=instance.path, limits=httpx.Limits(max_keepalive_connections=0)
                )
                async with httpx.AsyncClient(transport=transport, timeout=health.timeout, trust_env=False) as client:
                    return await self._ask(client, f"http://localhost{health.path}", "localhost", "")
            host = f"[{target.address}]" if ":" in target.address else target.address
            url = f"{instance.scheme}://{host}:{target.port}{health.path}"
            name = self._plan.tls.server_name or instance.host
            return await self._ask(self._client, url, instance.authority, name)
        except httpx.HTTPError as error:
            return http_words(error)

    async def _ask(self, client: "httpx.AsyncClient", url: str, host: str, name: str) -> str:
        health = self._plan.health
        literal = self._plan.host_header not in ("instance", "preserve")
        said = {
            "Host": self._plan.host_header if literal else host,
            "User-Agent": "gatewayctl-health",
            "Connection": "close",
            **dict(health.headers),
        }
        headers = {name.encode(): value.encode() for name, value in said.items()}  # as text, it takes ASCII alone
        extensions = {"sni_hostname": name} if name else {}
        async with client.stream("GET", url, headers=headers, extensions=extensions) as response:
            status = response.status_code
        return "" if any(first <= status <= last for first, last in health.statuses) else f"status {status}"

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
