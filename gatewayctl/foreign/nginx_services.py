"""nginx's ``upstream`` blocks, and addresses in ``proxy_pass``, as services."""

import re
from dataclasses import field
from typing import Any, Final
from urllib.parse import urlsplit

from gatewayctl.core.frozen import mutable
from gatewayctl.foreign.draft import Draft
from gatewayctl.foreign.nginx_reading import Directive
from gatewayctl.foreign.problems import left

_BALANCERS: Final = {"least_conn": "least_connections", "random": "random"}


@mutable
class Services:
    """The services that locations have asked for, each made once with the settings of who asks."""

    draft: Draft
    upstreams: dict[str, Directive] = field(default_factory=dict)

    def name(self, directive: Directive, settings: dict[str, Any]) -> tuple[str, str]:
        """The service that a ``proxy_pass`` goes to, and the path in its URL; ("", "") where it cannot be said."""
        url = directive.args[0] if directive.args else ""
        parts = _split(url)
        if parts is None:
            way_out = "name the address; an address that depends on the request cannot be checked"
            self.draft.notes.append(left(f"{directive}: not an address that is fixed", directive.span, way_out))
            return "", ""
        scheme, address, path = parts
        upstream = self.upstreams.get(address)
        table: dict[str, Any] = self._of(upstream, scheme) if upstream else {}
        table = table or {"instances": [{"url": f"unix:{address}" if scheme == "unix" else f"{scheme}://{address}"}]}
        wanted = address if upstream else re.sub(r":\d+$", "", address)
        return self.draft.same("services", wanted, {**table, **settings}), path

    def _of(self, upstream: Directive, scheme: str) -> dict[str, Any]:
        table: dict[str, Any] = {}
        instances: list[dict[str, Any]] = []
        for one in upstream.block:
            if one.name == "server":
                instances += self._instance(one, scheme)
            elif one.name in _BALANCERS:
                table["load_balancer"] = _BALANCERS[one.name]
            elif one.name == "ip_hash" or (one.name == "hash" and one.args[:1] == ("$remote_addr",)):
                table |= {"load_balancer": "hash", "hash_key": "client_ip"}
            elif one.name == "hash" and one.args[:1] in (("$request_uri",), ("$uri",)):
                table |= {"load_balancer": "hash", "hash_key": "path"}
            elif one.name == "keepalive" and one.args and one.args[0].isdecimal():
                table["keepalive"] = {"max_idle": int(one.args[0])}
            elif one.name != "zone":  # memory that workers share: nothing to say here
                self._left(one)
        return {**table, "instances": instances} if instances else {}

    def _instance(self, server: Directive, scheme: str) -> list[dict[str, Any]]:
        address, *options = server.args
        if "$" in address:
            self._left(server)
            return []
        made: dict[str, Any] = {"url": address if address.startswith("unix:") else f"{scheme}://{address}"}
        for option in options:
            key, _, value = option.partition("=")
            if key == "weight" and value.isdecimal():
                made["weight"] = int(value)
            elif key == "down":
                made["status"] = "down"
            elif key == "backup":
                message = f"{server}: there are no spare instances; it is draining, so that nothing new goes there"
                made["status"] = "draining"
                self.draft.notes.append(left(message, server.span, 'set status = "up" when it is needed'))
            elif key not in ("resolve",):
                message = f"{server}: {option}"
                self.draft.notes.append(left(message, server.span, "see health, outlier, breaker and max_in_flight"))
        return [made]

    def _left(self, directive: Directive) -> None:
        self.draft.notes.append(left(f"{directive}", directive.span, "see the settings of services"))


def _split(url: str) -> tuple[str, str, str] | None:
    """Scheme, address and path of a ``proxy_pass``."""
    if "$" in url:
        return None
    if match := re.fullmatch(r"http://unix:([^:]+)(?::(/.*))?", url):
        return "unix", match[1], match[2] or ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.scheme, parts.netloc, parts.path) if parts.scheme in ("http", "https") and parts.netloc else None
