"""A gateway as a scrape sees it, made of the real counters."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gatewayctl.policy.health.availability import Availability
from gatewayctl.policy.health.outlier import OutlierDetector
from gatewayctl.policy.limits.limit import LimitCount
from gatewayctl.policy.retries.budget import RetryBudget
from gatewayctl.state.registry import Registry
from gatewayctl.telemetry.counted import Facts
from gatewayctl.telemetry.series import Histogram, RouteSeries
from gatewayctl.upstream.conduct import BreakerShelf

BUCKETS = (0.01, 0.1, 1)
FACTS = Facts(
    config_hash="c0ffee",
    reload_successful=True,
    reloaded_at=1_700_000_000.5,
    reloads=2,
    reload_failures=1,
    log_dropped=3,
    bad_proxy_headers=2,
    certificates=(("main", 1_900_000_000.0),),
)


@dataclass
class Route:
    name: str
    series: RouteSeries = field(default_factory=lambda: RouteSeries(BUCKETS))


@dataclass
class Instance:
    id: str
    answers: Sequence[int] = (0, 0, 0, 0, 0, 0)
    connect_failures: int = 0
    connections: int = 0
    idle: int = 0
    opened: int = 0
    reused: int = 0
    durations: Histogram = field(default_factory=lambda: Histogram(BUCKETS))


@dataclass
class Service:
    instances: list[Instance]
    availability: Availability = field(default_factory=Availability)
    trouble: str = ""


@dataclass
class Generation:
    routes: list[Route] = field(default_factory=list)
    services: dict[str, Service] = field(default_factory=dict)
    unmatched: RouteSeries = field(default_factory=lambda: RouteSeries(BUCKETS))
    generation: int = 7


@dataclass
class Underscores:
    dropped: int = 0


class Gateway:
    """``bound`` is only there once a generation is given, as in life."""

    bound: Generation

    def __init__(self, generation: Generation | None = None) -> None:
        self.in_flight = 0
        self.connections: list[object] = []
        self.underscores = Underscores()
        self.internal_errors = 0
        self.breakers: Registry[BreakerShelf] = Registry()
        self.limits: Registry[LimitCount] = Registry()
        self.budgets: Registry[RetryBudget] = Registry()
        self.detectors: Registry[OutlierDetector] = Registry()
        if generation is not None:
            self.bound = generation
