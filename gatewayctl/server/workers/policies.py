"""What policies count: gathered in each worker, and all workers' numbers in one as the admin address shows them.

States (a breaker's, who is ejected, what is left of a limit) are no counts: they are records that all processes of the host
share, and the supervisor reads them there.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Generic, TypeVar

from gatewayctl.core.frozen import frozen
from gatewayctl.policy.breakers.breaker import Breaker
from gatewayctl.policy.breakers.memory import Memory, State
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.upstream.conduct import BreakerShelf

T = TypeVar("T")
PolicyKey = tuple[str, ...]
"""What kind of policy it is, and its names."""
PolicyCounts = dict[PolicyKey, tuple[int, ...]]
LIMIT: Final = "limit"
BUDGET: Final = "budget"
DETECTOR: Final = "detector"
BREAKER: Final = "breaker"


def counted(gateway: Gateway) -> Iterator[tuple[PolicyKey, tuple[int, ...]]]:
    """All that this process has counted since its start."""
    for limit in gateway.limits.values():
        yield (LIMIT, limit.name), (limit.allowed, limit.refused, limit.reported, limit.store_errors)
    for budget in gateway.budgets.values():
        yield (BUDGET, budget.name, budget.service), (budget.made, budget.exhausted)
    for detector in gateway.detectors.values():
        yield (DETECTOR, detector.service), (detector.ejections,)
    for shelf in gateway.breakers.values():
        for of, breaker in shelf.made.items():
            yield (BREAKER, shelf.name, shelf.service, shelf.scope, of), (breaker.refused,)


def add(total: PolicyCounts, more: Mapping[PolicyKey, tuple[int, ...]]) -> None:
    """Adds the counts of one process to those of others."""
    for key, counts in more.items():
        before = total.get(key)
        total[key] = counts if before is None else tuple(map(sum, zip(before, counts, strict=True)))


def needed(gateway: Gateway) -> Callable[[PolicyKey], bool]:
    """Which of them belong to what the supervisor has in force."""
    shelves = {(shelf.name, shelf.service, shelf.scope) for shelf in gateway.breakers.values()}
    keys = {key for key, _ in counted(gateway)}
    return lambda key: key in keys or (key[0] == BREAKER and key[1:4] in shelves)


@frozen
class TotalLimit:
    """See ``telemetry.counted.CountedLimit``."""

    name: str
    allowed: int
    refused: int
    reported: int
    store_errors: int


@frozen
class TotalBudget:
    """See ``telemetry.counted.CountedBudget``."""

    name: str
    service: str
    made: int
    exhausted: int


@frozen
class TotalDetector:
    """See ``telemetry.counted.CountedDetector``."""

    service: str
    ejections: int


class TotalBreaker:
    """See ``admin.control.AdminBreaker``: the host's state, which the supervisor shares, and all workers' refusals."""

    def __init__(self, breaker: Breaker, refused: int) -> None:
        breaker.refresh()
        self._breaker = breaker
        self.refused = refused
        self.refresh = breaker.refresh
        self.reset = breaker.reset
        self.wait = breaker.wait

    @property
    def state(self) -> State:
        """That of the host."""
        return self._breaker.state

    def memory(self) -> Memory:
        """What the host remembers."""
        return self._breaker.memory()


@frozen
class TotalShelf:
    """See ``admin.control.AdminShelf``."""

    name: str
    service: str
    scope: str
    made: dict[str, TotalBreaker]


class Values(Generic[T]):
    """See ``telemetry.counted.All``."""

    def __init__(self, values: list[T]) -> None:
        self._values = values

    def values(self) -> list[T]:
        """All there are."""
        return self._values


class TotalPolicies:
    """The policies of the supervisor's gateway with the counts that ``total`` gives."""

    def __init__(self, gateway: Gateway, total: Callable[[], PolicyCounts]) -> None:
        self._gateway = gateway
        self._total = total

    @property
    def limits(self) -> Values[TotalLimit]:
        """By name."""
        total, none = self._total(), (0,) * 4
        return Values([TotalLimit(of.name, *total.get((LIMIT, of.name), none)) for of in self._gateway.limits.values()])

    @property
    def budgets(self) -> Values[TotalBudget]:
        """By name and service."""
        total, none = self._total(), (0,) * 2
        return Values(
            [
                TotalBudget(of.name, of.service, *total.get((BUDGET, of.name, of.service), none))
                for of in self._gateway.budgets.values()
            ]
        )

    @property
    def detectors(self) -> Values[TotalDetector]:
        """By service."""
        total = self._total()
        return Values(
            [
                TotalDetector(of.service, *total.get((DETECTOR, of.service), (0,)))
                for of in self._gateway.detectors.values()
            ]
        )

    @property
    def breakers(self) -> Values[TotalShelf]:
        """With those that any worker has needed."""
        total = self._total()
        return Values([self._shelf(shelf, total) for shelf in self._gateway.breakers.values()])

    def _shelf(self, shelf: BreakerShelf, total: PolicyCounts) -> TotalShelf:
        own = (BREAKER, shelf.name, shelf.service, shelf.scope)
        seen = {key[4]: counts[0] for key, counts in total.items() if key[:4] == own}
        made = {of: TotalBreaker(shelf(of), seen.get(of, 0)) for of in seen.keys() | shelf.made.keys()}
        return TotalShelf(shelf.name, shelf.service, shelf.scope, made)
