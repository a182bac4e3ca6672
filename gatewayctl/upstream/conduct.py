"""How the attempts at a service are let through and judged: breaker, bulkhead, outlier detection, sessions, latency.

A service without any of these has no conduct, and its requests pay for none.
"""

from collections.abc import Callable, Mapping, Set
from typing import Final, Protocol

from gatewayctl.plan.policies import FallbackPlan
from gatewayctl.policy.balancing.base import Balancer
from gatewayctl.policy.balancing.sticky import StickySessions
from gatewayctl.policy.breakers.breaker import Breaker
from gatewayctl.policy.request_keys import Part
from gatewayctl.policy.retries.rules import CAUSE_OF
from gatewayctl.upstream.ejections import Ejections
from gatewayctl.upstream.rooms import Rooms

_FAILED: Final = 1.0
"""Seconds as which a failed attempt is told to a balancer that looks at latency, where it did not take longer."""
OUTLIER_STATUS: Final = 500

BLAMED: Final = frozenset((*CAUSE_OF, "bad_response"))
"""Reasons of failures that are the instance's, not the gateway's or the client's."""


class Breakers(Protocol):
    """Gives the breaker of a scope; the same one for the same scope."""

    def __call__(self, of: str) -> Breaker: ...


class Conduct:
    """One generation's view; breakers, detector and balancer are states and outlive it."""

    __slots__ = (
        "_breaker_of",
        "asks_instances",
        "bad",
        "balancer",
        "ejections",
        "fallback",
        "hash_part",
        "max_in_flight",
        "observes",
        "of_service",
        "plain",
        "rooms",
        "scope",
        "sessions",
        "slow",
        "sticky_cookie",
        "telling",
        "troubled",
    )

    def __init__(
        self,
        balancer: Balancer,
        *,
        breaker_of: Breakers | None,
        scope: str,
        bad: frozenset[int],
        slow: float,
        fallback: FallbackPlan | None,
        ejections: Ejections | None,
        max_in_flight: int | None,
        rooms: Rooms | None,
        hash_part: Part | None,
        sessions: StickySessions | None,
        sticky_cookie: bytes,
        observes: bool,
    ) -> None:
        self.balancer = balancer
        self._breaker_of = breaker_of
        self.of_service = breaker_of("") if breaker_of is not None and scope == "service" else None
        """The breaker that all attempts at the service ask; None where there is none of that scope."""
        self.scope = scope
        self.bad = bad
        """Statuses that are failures."""
        self.slow = slow or float("inf")
        """Seconds after which a response is a failure, whatever its status."""
        self.fallback = fallback
        self.ejections = ejections
        self.max_in_flight = max_in_flight
        self.rooms = rooms
        """Where requests of other processes count too; None where this one has them all, or there is no such bound."""
        self.hash_part = hash_part
        self.sessions = sessions
        self.sticky_cookie = sticky_cookie
        self.observes = observes
        """Of every response: the balancer wants to know how long it took."""
        self.telling = bad if ejections is None else bad | {OUTLIER_STATUS}
        """Statuses that ``judge`` has to hear of, however fast they came."""
        self.troubled: Set[str] = frozenset() if ejections is None else ejections.detector.troubled
        """Instances of which it has to hear whatever they answer; it changes with time."""
        self.plain = scope != "instance" and rooms is None and sessions is None
        """Nothing is kept of an attempt but whether a breaker let it through."""
        self.asks_instances = scope == "instance" or rooms is not None
        """An instance that was chosen may still refuse."""

    def breaker(self, route: str) -> Breaker | None:
        """The one of a route that is asked before an instance is chosen, where ``of_service`` is None; None where each
        instance has its own, or none has."""
        if self._breaker_of is None or self.scope == "instance":
            return None
        return self._breaker_of(route)

    def instance_breaker(self, id: str) -> Breaker:
        """The breaker of an instance, where each has its own."""
        if self._breaker_of is None:
            raise LookupError("no breaker has the scope of an instance")
        return self._breaker_of(id)

    def judge(self, id: str, status: int, seconds: float, now: float) -> bool:
        """A response began after so many seconds. Gives whether a breaker takes it for a failure.

        Nothing comes of one that was not slow, has none of the statuses ``telling`` and is of no instance ``troubled``;
        it need not be told unless this one ``observes``.
        """
        failed = status in self.bad or seconds > self.slow
        ejections = self.ejections
        if ejections is not None:
            if failed or status == OUTLIER_STATUS:
                ejections.failed(id, now)
            elif id in ejections.detector.troubled:
                ejections.detector.succeeded(id)
        if self.observes:
            self.balancer.observe(id, max(seconds, _FAILED) if failed else seconds, now)
        return failed

    def blame(self, id: str, seconds: float, now: float) -> None:
        """An attempt brought no response, and that is the instance's fault."""
        if self.ejections is not None:
            self.ejections.failed(id, now)
        if self.observes:
            self.balancer.observe(id, max(seconds, _FAILED), now)


class BreakerShelf:
    """The breakers of one name for one service, one for each thing of its scope; made on first need."""

    __slots__ = ("_made", "_make", "name", "scope", "service")

    def __init__(self, name: str, service: str, scope: str, make: Callable[[str], Breaker]) -> None:
        self.name = name
        self.service = service
        """The breaker that all attempts at the service ask; None where there is none of that scope."""
        self.scope = scope
        self._make = make
        self._made: dict[str, Breaker] = {}

    def __call__(self, of: str) -> Breaker:
        breaker = self._made.get(of)
        if breaker is None:
            breaker = self._made[of] = self._make(of)
        return breaker

    @property
    def made(self) -> Mapping[str, Breaker]:
        """Those that there are."""
        return self._made
