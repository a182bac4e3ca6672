"""The services in force: their instances, what these are doing and have done.

Addresses are shown from the effective configuration, whose secrets are masked, never from the plan.
"""

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatewayctl.admin.control import AdminGeneration, AdminInstance, Control, in_force
from gatewayctl.admin.documents import JSON, line
from gatewayctl.admin.problems import starting
from gatewayctl.admin.slices import joined
from gatewayctl.plan.feeds import source_kind


async def services(control: Control, request: Request) -> Response:
    """One entry for each service, by name."""
    await control.fresh()
    bound = in_force(control.gateway)
    if bound is None:
        return starting()
    written = control.config_data().get("services", {})
    return Response(await joined(_document(bound, written)), media_type=JSON)


def _document(bound: AdminGeneration, written: dict[str, Any]) -> Iterator[bytes]:
    yield b'{"generation": %d,\n"services": [' % bound.generation
    separator = b"\n"
    for name, service in bound.services.items():
        urls = [item.get("url") for item in written.get(name, {}).get("instances", ())]
        instances = service.instances
        kind = source_kind(bound.plan.services[name])
        if kind is not None:
            urls = [instance.plan.url for instance in instances]
        elif len(urls) != len(instances):  # built in: the configuration names none
            urls = [None] * len(instances)
        yield separator + line(
            {
                "service": name,
                "load_balancer": bound.plan.services[name].load_balancer,
                "discovery": kind,
                "trouble": service.trouble or None,
                "panic": service.availability.panic,
                "instances": [
                    _shown(instance, url, service.availability.reasons(instance.id))
                    for instance, url in zip(instances, urls, strict=True)
                ],
            }
        )
        separator = b",\n"
    yield b"\n]}\n"


def _shown(instance: AdminInstance, url: str | None, against: tuple[str, ...]) -> dict[str, Any]:
    idle = instance.idle
    if url is None and instance.plan.builtin:
        url = f"http://{instance.where}"
    health = instance.health
    return {
        "id": instance.id,
        "url": url,
        "builtin": instance.plan.builtin,
        "status": instance.plan.status,
        "weight": instance.plan.weight,
        "available": not against,
        "against": list(against),
        "health": None if health is None else {"healthy": health.fit, "problem": health.problem or None},
        "in_flight": instance.in_flight,
        "connections": {"active": max(instance.connections - idle, 0), "idle": idle},
        "responses": {f"{status}xx": count for status, count in enumerate(instance.answers) if status and count},
        "failures": instance.answers[0],
        "connect_failures": instance.connect_failures,
    }
