"""The routes in force, in matching order, with what they have counted.

How a route matches is shown from the effective configuration, whose secrets are masked, never from the plan.
"""

from collections.abc import Iterator
from heapq import merge
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gatewayctl.admin.control import AdminGeneration, Control, in_force
from gatewayctl.admin.documents import JSON, line
from gatewayctl.admin.problems import starting
from gatewayctl.admin.slices import joined
from gatewayctl.plan.model import RedirectPlan, RespondPlan, RoutePlan
from gatewayctl.plan.order import step_of
from gatewayctl.routing import HostPattern, Row, rank

_MATCHING: Final = ("path", "path_regex", "methods", "headers", "query", "priority")
_CHUNK: Final = 50
_NO_HOST: Final = HostPattern(b"", False)


async def routes(control: Control, request: Request) -> Response:
    """One entry for each route and host pattern."""
    await control.fresh()
    bound = in_force(control.gateway)
    if bound is None:
        return starting()
    written = control.config_data().get("routes", {})
    return Response(await joined(_document(bound, written)), media_type=JSON)


def _document(bound: AdminGeneration, written: dict[str, Any]) -> Iterator[bytes]:
    chunks = []
    for start in range(0, len(bound.plan.routes), _CHUNK):  # sorting ten thousand at once takes 70 ms
        chunks.append(_sorted_rows(bound.plan.routes, start))
        yield b""
    yield b'{"generation": %d,\n"routes": [' % bound.generation
    separator = b"\n"
    for row in merge(*chunks, key=_place):
        index, host, _ = row
        plan, series = bound.plan.routes[index], bound.routes[index].series
        settings = written.get(plan.name, {})
        yield separator + line(
            {
                "route": plan.name,
                "host": None if host is None else str(host),
                **{key: settings[key] for key in _MATCHING if settings.get(key)},
                **_target(plan),
                "steps": [step_of(step).name for step in plan.steps],
                "requests": sum(series.requests.values()),
            }
        )
        separator = b",\n"
    yield b"\n]}\n"


def _sorted_rows(plans: tuple[RoutePlan, ...], start: int) -> list[Row]:
    made = []
    for index, plan in enumerate(plans[start : start + _CHUNK], start):
        made += [Row(index, host, rank(plan.match, host)) for host in (plan.match.hosts or (None,))]
    return sorted(made, key=_place)


def _place(row: Row) -> Any:
    return row.rank, row.host or _NO_HOST


def _target(plan: RoutePlan) -> dict[str, Any]:
    for step in plan.steps:
        if isinstance(step, RespondPlan):
            return {"respond": step.status}
        if isinstance(step, RedirectPlan):
            return {"redirect": step.status}
    return {} if plan.forward is None else {"service": plan.forward.service}
