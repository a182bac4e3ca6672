"""What of a configuration the cases exercise: its routes, and the policies that its routes name."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from gatewayctl.config import Loaded
from gatewayctl.config.models import GatewayConfig
from gatewayctl.plan.model import Plan
from gatewayctl.routetest.places import Place, place

ROUTE: Final = "routes"

POLICIES: Final[Mapping[str, str]] = {
    "access": "access",
    "auth": "auth",
    "limits": "limits",
    "caches": "cache",
    "cors": "cors",
    "transforms": "transform",
    "retries": "retry",
}
"""By section: the key by which a route or [defaults] names its objects. Breakers are named by services, see below."""


class Item(NamedTuple):
    """A route or a policy: its section and name, where it stands, and whether a case has met it."""

    section: str
    name: str
    at: Place
    met: bool


class Coverage(NamedTuple):
    """All there is to exercise."""

    items: tuple[Item, ...]

    def of(self, *, routes: bool) -> list[Item]:
        """The routes, or the policies."""
        return [item for item in self.items if (item.section == ROUTE) is routes]

    @property
    def missing(self) -> list[Item]:
        """What no case exercises."""
        return [item for item in self.items if not item.met]

    @property
    def percent(self) -> float:
        """The share that is exercised, of routes and policies together; 100 where there is nothing."""
        met = sum(item.met for item in self.items)
        return 100.0 * met / len(self.items) if self.items else 100.0


def coverage(loaded: Loaded, plan: Plan, taken: Iterable[str], counted: Iterable[str] = ()) -> Coverage:
    """The coverage by the routes that were ``taken``, and the limits that have ``counted`` a request. A policy is met with
    the routes that use it; a limit that only consumers have of their own, where it has counted one of theirs."""
    config = loaded.config
    met = set(taken)
    found: dict[tuple[str, str], bool] = {}
    for route in plan.routes:
        found[ROUTE, route.name] = route.name in met
    for route in plan.routes:
        for key in _used(config, route.name) if config is not None else ():
            found[key] = found.get(key, False) or route.name in met
    met = set(counted)
    for consumer in config.consumers.values() if config is not None else ():
        for name in consumer.limits or ():
            found["limits", name] = found.get(("limits", name), False) or name in met
    return Coverage(tuple(Item(*key, place(loaded, key), hit) for key, hit in found.items()))


def _used(config: GatewayConfig, name: str) -> Iterable[tuple[str, str]]:
    """The policies that hold for a route: those it names, else those of [defaults]."""
    route = config.routes[name]
    for section, key in POLICIES.items():
        own = getattr(route, key)
        said = own if own is not None else getattr(config.defaults, key)
        for policy in (said,) if isinstance(said, str) else said or ():
            if policy != "none":
                yield section, policy
    if route.service is not None:
        breaker = config.services[route.service].breaker or config.defaults.breaker
        if breaker is not None and breaker != "none":
            yield "breakers", breaker
