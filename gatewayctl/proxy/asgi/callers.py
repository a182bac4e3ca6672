"""Clients behind an ASGI server, each known again by its address and port while it says the same.

A server does not say when a connection ends, and what is kept here may hold credentials: so whoever has not asked for
a while is forgotten.
"""

from collections.abc import Callable
from typing import Final

from gatewayctl.core.head import HeadParser
from gatewayctl.core.messages import RequestHead
from gatewayctl.proxy.acquaintance import Acquaintance
from gatewayctl.proxy.origin import peer_address
from gatewayctl.state.timer_wheel import NEVER, TimerWheel

REMEMBER: Final = 4096
"""Callers kept before starting afresh."""
FORGET: Final = 30.0
"""Seconds: after one to two of these without a request a caller is forgotten."""

Headers = list[tuple[bytes, bytes]]
Client = tuple[str, int]
NAMELESS: Final = b"unix:"
"""Who is at the other end where a server does not say: that of a unix socket has no address."""
_NOTHING: Final[Headers] = []


def peer_of(client: Client | None) -> bytes:
    """See ``Door.peer``; of a client whose address the server does not know too."""
    return peer_address(client[0]) if client and client[0] else NAMELESS


def scheme_of(scheme: str) -> bytes:
    """See ``Door.scheme``. What a server puts into a scope may be what somebody said to it: only these two go on."""
    return b"https" if scheme in {"https", "wss"} else b"http"


class Caller(Acquaintance):
    """See ``Said``; what is compared are the headers as the server gives them. ``peer`` and ``scheme`` as in ``Door``."""

    __slots__ = ("headers", "hearing", "peer", "scheme")

    def __init__(self, peer: bytes, scheme: bytes) -> None:
        super().__init__()
        self.peer = peer
        self.scheme = scheme
        self.hearing: Headers = _NOTHING
        """Those of the request that is being read."""
        self.headers: Headers | None = None
        """Those that ``parsed`` was made of; None if there is nothing yet."""

    def hear(self, headers: Headers, raw: bytes, parser: HeadParser) -> RequestHead:
        """As ``HeadParser.request``, of a head that ``headers`` are those of."""
        self.hearing = headers
        try:
            return parser.request(raw, self)
        finally:
            self.hearing = _NOTHING

    def learn(self, block: bytes, parser: object, head: RequestHead) -> None:
        super().learn(block, parser, head)
        self.headers = list(self.hearing) if self.block is block else None


class Callers:
    """Belongs to one gateway; see ``Timed`` for what the wheel needs."""

    __slots__ = ("_clock", "_known", "_lately", "_wheel", "deadline", "due")

    def __init__(self, clock: Callable[[], float], wheel: TimerWheel) -> None:
        self._clock = clock
        self._wheel = wheel
        self._lately: dict[tuple[Client, str], Caller] = {}
        self._known: dict[tuple[Client, str], Caller] = {}
        self.deadline = self.due = NEVER

    def __len__(self) -> int:
        return len(self._lately) + len(self._known)

    def of(self, client: Client, scheme: str) -> Caller:
        """Who calls from ``client``, an address and a port, by ``scheme`` as the server says it."""
        key = client, scheme
        caller = self._lately.get(key)
        if caller is None:
            caller = self._known.pop(key, None) or Caller(peer_of(client), scheme_of(scheme))
            if len(self._lately) >= REMEMBER:
                self._lately.clear()
            self._lately[key] = caller
            if self.deadline == NEVER:
                self.deadline = self._clock() + FORGET
                self._wheel.watch(self)
        return caller

    def on_deadline(self, now: float) -> None:
        """See ``Timed``: who has not called since the last time is forgotten."""
        self._known, self._lately = self._lately, {}
        self.deadline = now + FORGET if self._known else NEVER
        self._wheel.watch(self)
