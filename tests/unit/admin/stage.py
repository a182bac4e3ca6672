"""An admin application on stage: a gateway of real plans and counters, a control in the test's hand, and requests to it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from starlette.applications import Starlette

from gatewayctl.admin import Reloaded, admin_app
from gatewayctl.plan.model import (
    AdminPlan,
    ForwardPlan,
    InstancePlan,
    Listen,
    LogPlan,
    MetricsPlan,
    PathPlan,
    Plan,
    RoutePlan,
    ServicePlan,
)
from gatewayctl.routing import RouteSpec, compile_route
from gatewayctl.telemetry.counted import Facts
from gatewayctl.upstream.discovery.base import Health
from tests.unit.telemetry.counting import FACTS, Gateway, Generation, Instance, Route, Service

TOKEN = "correct horse battery staple"
LOOPBACK = AdminPlan(Listen("127.0.0.1", 9080), "", frozenset(), 0o600, beyond_loopback=False)
BEYOND = replace(LOOPBACK, listen=Listen("0.0.0.0", 9080), token=TOKEN, beyond_loopback=True)
UNIX = replace(LOOPBACK, listen=Listen(path="run/admin.sock"))
NAMED = replace(LOOPBACK, token=TOKEN, hosts=frozenset({"gateway.internal"}))


@dataclass
class LiveInstance(Instance):
    """An instance with its plan, as the data path has it."""

    plan: InstancePlan = field(default_factory=lambda: InstancePlan("users-1", "http", "127.0.0.1", 9001, 1, "up"))
    where: str = "127.0.0.1:9001"
    in_flight: int = 0
    health: Health | None = None


class LiveGateway(Gateway):
    """A gateway with a clock that stands still, and whose reports are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.leaving = False
        self.now = 1000.0
        self.reports: list[tuple[Exception, str]] = []

    def clock(self) -> float:
        return self.now

    def report(self, error: Exception, doing: str) -> None:
        self.internal_errors += 1
        self.reports.append((error, doing))


class Stage:
    """A control; everything that it gives can be set. ``get`` and ``post`` ask the application as a client would."""

    def __init__(self, admin: AdminPlan = LOOPBACK) -> None:
        self.admin = admin
        self.gateway = LiveGateway()
        self.ready = True
        self.config: dict[str, Any] = {"version": 1, "routes": {}, "services": {}}
        self.outcome = Reloaded(ok=True, summary="1 route changed", generation=2)
        self.reloads = 0
        self.drains = 0
        self.app: Starlette = admin_app(self)

    # ── the control ───────────────────────────────────────────────────

    def facts(self) -> Facts:
        return FACTS

    def status(self) -> dict[str, Any]:
        return {"version": "1", "generation": self.gateway.bound.generation, "names": ["ä"]}

    def config_data(self) -> dict[str, Any]:
        return self.config

    async def fresh(self) -> None:
        """All is counted here."""

    async def drain(self) -> dict[str, Any]:
        self.drains += 1
        return {"summary": "it ends", "in_flight": 0}

    def fingerprints(self) -> dict[str, str]:
        return {"/admin/token": "0f" * 32}

    async def reload(self) -> Reloaded:
        self.reloads += 1
        return self.outcome

    # ── its configuration ─────────────────────────────────────────────

    def serve(
        self,
        routes: Sequence[tuple[RouteSpec, str]] = (),
        services: Mapping[str, Sequence[LiveInstance]] | None = None,
        *,
        metrics: bool = True,
    ) -> "Stage":
        """Puts a generation in force: routes with the names of their services, services with their instances."""
        services = services or {}
        plans = tuple(route_plan(spec, service) for spec, service in routes)
        generation = LiveGeneration(
            [Route(plan.name) for plan in plans],
            {name: Service(list(instances)) for name, instances in services.items()},
            plan=plan_of(
                plans, {name: service_plan(name, i) for name, i in services.items()}, self.admin, metrics=metrics
            ),
        )
        self.gateway.bound = generation
        self.config["routes"] = {spec.name: written(spec, service) for spec, service in routes}
        return self

    # ── requests ──────────────────────────────────────────────────────

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        *,
        url: str = "http://127.0.0.1:9080",
        client: str | None = "127.0.0.1",
    ) -> httpx.Response:
        """The answer to one request; ``client`` None comes over a unix socket."""

        async def one() -> httpx.Response:
            peer = None if client is None else (client, 50_000)
            transport = httpx.ASGITransport(self.app, client=peer)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url=url) as http:
                return await http.request(
                    method, path, headers=list(dict(headers).items()) if isinstance(headers, Mapping) else list(headers)
                )

        return asyncio.run(one())

    def get(
        self, path: str, headers: Mapping[str, str] | Sequence[tuple[str, str]] = (), **options: Any
    ) -> httpx.Response:
        return self.ask("GET", path, headers, **options)

    def post(
        self, path: str, headers: Mapping[str, str] | Sequence[tuple[str, str]] = (), **options: Any
    ) -> httpx.Response:
        return self.ask("POST", path, headers, **options)


@dataclass
class LiveGeneration(Generation):
    """A generation with its plan."""

    plan: Plan = field(kw_only=True)


def bearer(token: str = TOKEN) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def problem(response: httpx.Response) -> dict[str, Any]:
    """The problem that an error is; fails where it is none."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    data: dict[str, Any] = response.json()
    assert data["status"] == response.status_code
    assert {"type", "title", "detail", "reason"} <= data.keys()
    return data


def reason(response: httpx.Response) -> tuple[int, str]:
    """Status and reason of an error."""
    return response.status_code, problem(response)["reason"]


def route_plan(spec: RouteSpec, service: str) -> RoutePlan:
    """A route that sends everything to ``service``."""
    said_at = ("routes", spec.name)
    forward = ForwardPlan(service, PathPlan(), 30.0, frozenset(), said_at, said_at)
    return RoutePlan(spec.name, compile_route(spec), (forward,))


def service_plan(name: str, instances: Sequence[LiveInstance]) -> ServicePlan:
    """A service with the built-in defaults."""
    return ServicePlan(
        name=name,
        load_balancer="round_robin",
        instances=tuple(instance.plan for instance in instances),
        host_header="instance",
        connect_timeout=3.0,
        first_byte_timeout=15.0,
        idle_timeout=30.0,
        tunnel_idle_timeout=300.0,
        keepalive_idle=4.0,
        keepalive_max_idle=128,
        keepalive_max_requests=1000,
    )


def plan_of(
    routes: tuple[RoutePlan, ...], services: Mapping[str, ServicePlan], admin: AdminPlan, *, metrics: bool = True
) -> Plan:
    """A plan; ``[server]`` is of no interest to the admin face and left out."""
    return Plan(
        digest="",
        server=None,  # type: ignore[arg-type]
        admin=admin,
        log=LogPlan("info", "json", "off", "json", "keys", 1.0),
        metrics=MetricsPlan(metrics, (0.01, 0.1, 1.0)),
        trace_sample_ratio=0.0,
        services=services,
        routes=routes,
    )


def written(spec: RouteSpec, service: str) -> dict[str, Any]:
    """What the effective configuration says of a route."""
    said: dict[str, Any] = {"path": spec.path, "priority": spec.priority, "service": service}
    if spec.methods is not None:
        said["methods"] = list(spec.methods)
    if spec.headers:
        said["headers"] = dict(spec.headers)
    return said
