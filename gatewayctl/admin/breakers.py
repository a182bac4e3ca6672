"""The circuit breakers that there are, and closing one by hand."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatewayctl.admin.control import AdminBreaker, AdminShelf, Control
from gatewayctl.admin.documents import document
from gatewayctl.admin.problems import problem


async def breakers(control: Control, request: Request) -> Response:
    """One entry for each breaker of each service; those of instances and routes are there once they were needed."""
    await control.fresh()
    now = control.gateway.clock()
    shelves = sorted(control.gateway.breakers.values(), key=lambda shelf: (shelf.name, shelf.service))
    return document(
        {"breakers": [_shown(shelf, of, shelf.made[of], now) for shelf in shelves for of in sorted(shelf.made)]}
    )


def _shown(shelf: AdminShelf, of: str, breaker: AdminBreaker, now: float) -> dict[str, Any]:
    breaker.refresh()
    memory = breaker.memory()
    shown: dict[str, Any] = {"breaker": shelf.name, "service": shelf.service}
    if shelf.scope != "service":
        shown[shelf.scope] = of
    return shown | {
        "state": breaker.state.word,
        "seconds": round(breaker.wait(now), 3),
        "failures_in_a_row": memory.in_a_row,
        "window": {"attempts": memory.total, "failures": memory.failures},
        "trials": memory.trials,
        "refused": breaker.refused,
    }


async def reset(control: Control, request: Request) -> Response:
    """Closes a breaker of a service, each of them where instances or routes have their own; what it counted is forgotten."""
    await control.fresh()
    name, service = request.path_params["name"], request.path_params["service"]
    shelves = [s for s in control.gateway.breakers.values() if (s.name, s.service) == (name, service)]
    if not shelves:
        there = sorted(f"{shelf.name}/{shelf.service}" for shelf in control.gateway.breakers.values())
        detail = f"no service {service[:100]} has a breaker {name[:100]}"
        return problem(404, "not_found", detail, available=there)
    closed = [breaker for shelf in shelves for breaker in shelf.made.values()]
    for breaker in closed:
        breaker.reset()
    return document({"ok": True, "reset": len(closed)})
