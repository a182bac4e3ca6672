"""What a limit counts by, as far as a log tells it."""

from collections.abc import Mapping, Sequence
from typing import Final

from gatewayctl.core.fields import field
from gatewayctl.core.messages import RequestHead
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.request_keys import client_address
from gatewayctl.replay.asking import AGENT
from gatewayctl.replay.entry import Entry, as_sent

_TOLD: Final = ("client_ip", "route", "service", "global")


def untold(words: Sequence[str]) -> list[str]:
    """The parts of a key that no log tells: header fields, cookies, who the consumer is, what a token claims."""
    return [word for word in words if word not in _TOLD and word != f"header:{AGENT.decode()}" and word[:6] != "param:"]


class LogRequest:
    """See ``policy.request_keys.Keyed``: a request of a log that a route took. ``agent`` where a key asks for it."""

    __slots__ = ("client_ip", "head", "identity", "params", "path", "route_name", "service_name")

    def __init__(
        self, entry: Entry, agent: str | None, route: str, service: str, path: bytes, params: Mapping[str, bytes]
    ) -> None:
        self.client_ip = as_sent(entry.client)
        self.path = path
        self.params = params
        self.route_name = route
        self.service_name = entry.service or service
        self.identity: Identity | None = None  # no log tells it
        self.head = RequestHead()
        self.head.fields = [] if agent is None else [field(AGENT, as_sent(agent))]

    def words(self, key: Sequence[str]) -> str:
        """Its key as it may be shown."""
        return ", ".join(self._part(word) for word in key)

    def _part(self, word: str) -> str:
        kind, _, name = word.partition(":")
        if kind == "header" and self.head.fields:
            return self.head.fields[0].value.decode(errors="replace")
        if kind == "param" and name in self.params:
            return self.params[name].decode(errors="replace")
        if kind in ("route", "service"):
            return self.route_name if kind == "route" else self.service_name
        if kind == "global":
            return "all requests"
        address = client_address(self)
        told = self.client_ip.decode(errors="replace")
        return f"{told}/64" if len(address) == 8 and ":" in told and b"." not in address else told
