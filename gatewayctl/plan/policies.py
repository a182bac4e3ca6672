"""Limits, breakers, retries and outlier detection as plans: what will happen, with times in seconds. Immutable."""

from collections.abc import Mapping
from typing import Final

from gatewayctl.core.frozen import frozen

KeyPath = tuple[str | int, ...]
"""Where the configuration says it: ``("routes", "orders", "timeout")``. Turned into ``file:line`` only when shown."""


@frozen
class StorePlan:
    """``[stores.NAME]``: a Redis server that several hosts share."""

    name: str
    url: str


@frozen
class LimitPlan:
    """``[limits.NAME]``. ``window`` is 0 for what is not counted over time; ``burst`` is the limit where none is said."""

    name: str
    algorithm: str
    limit: int
    window: float
    burst: int
    key: tuple[str, ...]
    reports: bool
    """It refuses nothing."""
    store: str
    on_store_error: str
    cost: int
    headers: bool
    max_keys: int


@frozen
class LimitsPlan:
    """The limits of a route whose keys need nobody to be known, by name."""

    limits: tuple[str, ...]
    said_at: KeyPath
    goes_on: bool = False
    """Whether more limits follow once it is known who asks: what those refuse takes nothing from these."""


@frozen
class IdentityLimitsPlan:
    """The limits of a route whose keys have a consumer or a claim, by name."""

    limits: tuple[str, ...]
    """Those by claims alone: they hold for everybody."""
    by_consumer: tuple[str, ...]
    """Those that the limits of a consumer take the place of, where it has its own."""
    before: tuple[str, ...]
    """Those that were counted before it was known who asks: nothing is counted twice."""
    said_at: KeyPath

    def of(self, own: tuple[str, ...] | None) -> tuple[str, ...]:
        """The limits for somebody whose own limits are ``own``; None for none of its own."""
        if own is None or not self.by_consumer:
            return (*self.limits, *self.by_consumer)
        return tuple(name for name in dict.fromkeys((*self.limits, *own)) if name not in self.before)


@frozen
class LimitFieldsPlan:
    """RateLimit and RateLimit-Policy on the answers of a route."""

    said_at: KeyPath


@frozen
class FallbackPlan:
    """What a client gets where a breaker refuses or no instance is left: an answer, or another service's."""

    status: int = 503
    body: bytes = b""
    fields: tuple[tuple[bytes, bytes], ...] = ()
    service: str = ""


@frozen
class BreakerPlan:
    """``[breakers.NAME]`` for one service. ``slow_call`` 0 means that nothing is too slow."""

    name: str
    failure_threshold: int
    failure_rate: float
    min_requests: int
    window: float
    recovery_timeout: float
    half_open_requests: int
    failure_statuses: frozenset[int]
    slow_call: float
    scope: str
    fallback: FallbackPlan | None
    said_at: KeyPath


@frozen
class OutlierPlan:
    """``[services.NAME.outlier]``."""

    consecutive_failures: int
    ejection_time: float
    max_ejected: float


@frozen
class StickyPlan:
    """Sticky sessions of a service. ``ttl`` 0: until the browser ends."""

    cookie: bytes
    ttl: int


@frozen
class StickyFieldPlan:
    """The cookie of a sticky service on the answers of a route."""

    cookie: StickyPlan
    said_at: KeyPath


@frozen
class RetryPlan:
    """``[retries.NAME]`` for one route. ``attempt_timeout`` None means that a try has no time of its own."""

    name: str
    attempts: int
    causes: frozenset[str]
    statuses: frozenset[int]
    methods: frozenset[bytes]
    attempt_timeout: float | None
    max_body: int
    backoff: float
    budget: float
    min_budget: int
    said_at: KeyPath


@frozen
class PoliciesPlan:
    """What routes and services share by name."""

    limits: Mapping[str, LimitPlan]
    stores: Mapping[str, StorePlan]


NO_POLICIES: Final = PoliciesPlan({}, {})
