"""What the admin face needs of the server that it speaks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from gatewayctl.core.frozen import frozen
from gatewayctl.plan.model import AdminPlan, InstancePlan, Plan
from gatewayctl.state.certificates import Certificates
from gatewayctl.telemetry.counted import (
    CountedBreaker,
    CountedGateway,
    CountedGeneration,
    CountedInstance,
    CountedService,
    CountedShelf,
    Facts,
)


@frozen
class Reloaded:
    """How a reload ended: ``generation`` is the one in force now, whatever came of it. ``diagnostics`` are JSON-able,
    ``rendered`` are the same as people read them."""

    ok: bool
    summary: str
    generation: int
    diagnostics: list[dict[str, Any]] = field(default_factory=list)
    rendered: list[str] = field(default_factory=list)


class AdminInstance(CountedInstance, Protocol):
    """An instance of a service; ``where`` is its host and port, or its socket."""

    @property
    def plan(self) -> InstancePlan: ...
    @property
    def where(self) -> str: ...
    @property
    def in_flight(self) -> int: ...
    @property
    def health(self) -> "AdminHealth | None": ...


class AdminHealth(Protocol):
    """What active checks conclude about an instance."""

    @property
    def fit(self) -> bool: ...
    @property
    def problem(self) -> str: ...


class AdminService(CountedService, Protocol):
    """A service with its instances in the order of the configuration; ``trouble`` is that of where they are found."""

    @property
    def trouble(self) -> str: ...

    @property
    def instances(self) -> Sequence[AdminInstance]: ...


class AdminGeneration(CountedGeneration, Protocol):
    """The configuration in force; ``plan.routes`` and ``routes`` have the same order."""

    @property
    def plan(self) -> Plan: ...
    @property
    def services(self) -> Mapping[str, AdminService]: ...
    @property
    def certificates(self) -> Certificates | None: ...


class AdminMemory(Protocol):
    """What a breaker remembers."""

    @property
    def in_a_row(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def failures(self) -> int: ...
    @property
    def trials(self) -> int: ...


class AdminBreaker(CountedBreaker, Protocol):
    """A circuit breaker."""

    def refresh(self) -> None: ...
    def reset(self) -> None: ...
    def wait(self, now: float) -> float: ...
    def memory(self) -> AdminMemory: ...


class AdminShelf(CountedShelf, Protocol):
    """The breakers of one name for one service, by the instance or route; empty where it is the service's."""

    @property
    def scope(self) -> str: ...
    @property
    def made(self) -> Mapping[str, AdminBreaker]: ...


class AdminShelves(Protocol):
    """All of them."""

    def values(self) -> Sequence[AdminShelf]: ...


class AdminGateway(CountedGateway, Protocol):
    """The gateway. ``leaving``: its end has begun; ``clock`` gives seconds that only go up."""

    @property
    def bound(self) -> AdminGeneration: ...
    @property
    def breakers(self) -> AdminShelves: ...
    @property
    def leaving(self) -> bool: ...
    @property
    def bad_proxy_headers(self) -> int: ...
    @property
    def clock(self) -> Callable[[], float]: ...
    @property
    def created(self) -> float: ...
    def report(self, error: Exception, doing: str) -> None: ...


def in_force(gateway: AdminGateway) -> AdminGeneration | None:
    """The generation in force, None before the first."""
    bound: AdminGeneration | None = getattr(gateway, "bound", None)
    return bound


class Control(Protocol):
    """The server behind the admin face. Nothing that it gives holds a secret."""

    @property
    def gateway(self) -> AdminGateway: ...

    @property
    def ready(self) -> bool:
        """Whether traffic should be sent here."""

    @property
    def admin(self) -> AdminPlan:
        """The settings in force."""

    def facts(self) -> Facts:
        """For ``/metrics``: what is known beside the traffic. Cheap."""

    def status(self) -> dict[str, Any]:
        """The document of ``/status``, JSON-able."""

    def config_data(self) -> dict[str, Any]:
        """The effective configuration, JSON-able, secrets masked."""

    def fingerprints(self) -> dict[str, str]:
        """The fingerprint of every secret, by the JSON pointer of its key path; keyed by the admin token, so that only
        who knows it can compare. None without a token."""

    async def fresh(self) -> None:
        """Brings what ``gateway`` and ``status`` say up to date, where other processes do the counting."""

    async def drain(self) -> dict[str, Any]:
        """Begins to end the gateway, as SIGTERM does. Gives what will happen, JSON-able; asked again it changes nothing."""

    async def reload(self) -> Reloaded:
        """Loads the configuration anew. Calls that overlap take turns. A wrong configuration is no exception."""
