"""What a scrape reads of a gateway: the least that it has to know, so that telemetry stands below the proxy."""

from collections.abc import Mapping, Sequence, Sized
from typing import NamedTuple, Protocol, TypeVar

from gatewayctl.core.frozen import frozen
from gatewayctl.telemetry.series import Histogram, RouteSeries

Counted = TypeVar("Counted", covariant=True)


class CountedRoute(Protocol):
    """A route with what was counted for it."""

    @property
    def name(self) -> str: ...
    @property
    def series(self) -> RouteSeries: ...


class CountedInstance(Protocol):
    """``answers`` counts by status class, index 0 the attempts that got none. ``connections`` are all, idle or not."""

    @property
    def id(self) -> str: ...
    @property
    def answers(self) -> Sequence[int]: ...
    @property
    def connect_failures(self) -> int: ...
    @property
    def durations(self) -> Histogram: ...
    @property
    def opened(self) -> int: ...
    @property
    def reused(self) -> int: ...
    @property
    def connections(self) -> int: ...
    @property
    def idle(self) -> int: ...


class CountedAvailability(Protocol):
    """Which instances are fit: ``reasons`` stand against one, ``panic`` is when something stands against all."""

    @property
    def panic(self) -> bool: ...
    def reasons(self, id: str) -> tuple[str, ...]: ...


class CountedService(Protocol):
    """A service as the instances that it has now."""

    @property
    def availability(self) -> CountedAvailability: ...

    @property
    def instances(self) -> Sequence[CountedInstance]: ...


class CountedGeneration(Protocol):
    """The configuration in force."""

    @property
    def generation(self) -> int: ...
    @property
    def routes(self) -> Sequence[CountedRoute]: ...
    @property
    def services(self) -> Mapping[str, CountedService]: ...
    @property
    def unmatched(self) -> RouteSeries: ...


class DroppedFields(Protocol):
    """Counts request fields that were dropped."""

    @property
    def dropped(self) -> int: ...


class StateWord(Protocol):
    """A breaker's state: 0 closed, 1 open, 2 half-open."""

    @property
    def value(self) -> int: ...
    @property
    def word(self) -> str: ...


class CountedBreaker(Protocol):
    """``refused``: attempts that it did not let through."""

    @property
    def state(self) -> StateWord: ...
    @property
    def refused(self) -> int: ...


class CountedShelf(Protocol):
    """The breakers of one name for one service, by instance or route."""

    @property
    def name(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def made(self) -> Mapping[str, CountedBreaker]: ...


class CountedLimit(Protocol):
    """What a limit has said, in requests."""

    @property
    def name(self) -> str: ...
    @property
    def allowed(self) -> int: ...
    @property
    def refused(self) -> int: ...
    @property
    def reported(self) -> int: ...
    @property
    def store_errors(self) -> int: ...


class CountedBudget(Protocol):
    """Retries that were made, and those that the budget did not allow."""

    @property
    def name(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def made(self) -> int: ...
    @property
    def exhausted(self) -> int: ...


class CountedDetector(Protocol):
    """``ejections``: how often an instance was ejected."""

    @property
    def service(self) -> str: ...
    @property
    def ejections(self) -> int: ...


class All(Protocol[Counted]):
    """A registry of what is counted."""

    def values(self) -> Sequence[Counted]: ...


class CountedGateway(Protocol):
    """A gateway. Before the first configuration it has no ``bound`` at all."""

    @property
    def bound(self) -> CountedGeneration: ...
    @property
    def in_flight(self) -> int: ...
    @property
    def connections(self) -> Sized: ...
    @property
    def underscores(self) -> DroppedFields: ...
    @property
    def internal_errors(self) -> int: ...
    @property
    def breakers(self) -> All[CountedShelf]: ...
    @property
    def limits(self) -> All[CountedLimit]: ...
    @property
    def budgets(self) -> All[CountedBudget]: ...
    @property
    def detectors(self) -> All[CountedDetector]: ...


@frozen
class Facts:
    """What a scrape shows beside the traffic; the server knows it."""

    config_hash: str
    """A hash of the effective configuration without its secrets: the same wherever the same is in force."""
    reload_successful: bool
    """Whether the configuration that was last loaded came into force."""
    reloaded_at: float
    """When that was, whatever came of it; seconds since the epoch."""
    reloads: int
    """Loads that ended with what was loaded in force, the first among them."""
    reload_failures: int
    """Loads that were refused."""
    log_dropped: int
    """Lines of the access log that were given up."""
    bad_proxy_headers: int = 0
    """Connections of trusted proxies that were closed for want of a right PROXY header."""
    certificates: tuple[tuple[str, float], ...] = ()
    """Certificates in force by name, with the seconds since the epoch at which they end."""


class Scrape(NamedTuple):
    """What one scrape looks at; a reload in the middle of it changes nothing here. Only routes that have counted."""

    gateway: CountedGateway
    facts: Facts
    generation: int
    routes: list[tuple[str, RouteSeries]]
    instances: list[tuple[str, CountedInstance]]
    services: list[tuple[str, CountedService]]


def scrape_of(gateway: CountedGateway, facts: Facts) -> Scrape:
    """The state of a gateway as of now; empty before its first configuration. Takes 50 ns a route."""
    bound: CountedGeneration | None = getattr(gateway, "bound", None)
    if bound is None:
        return Scrape(gateway, facts, 0, [], [], [])
    routes = [(route.name, route.series) for route in bound.routes if route.series.requests]
    if bound.unmatched.requests:
        routes.insert(0, ("", bound.unmatched))
    instances = [(name, instance) for name, service in bound.services.items() for instance in service.instances]
    return Scrape(gateway, facts, bound.generation, routes, instances, list(bound.services.items()))
