"""What ``/status`` and ``gatewayctl status`` say: the facts somebody needs at three in the morning."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime

from gatewayctl import __version__
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.logs import AccessLogs
from gatewayctl.server.reloading import Loads


def status(
    gateway: Gateway, loads: Loads, logs: AccessLogs, listeners: Sequence[str], *, ending: bool
) -> dict[str, object]:
    """The state of a running gateway as JSON-able data; ``docs/operations.md`` describes the members."""
    bound = gateway.bound
    last = loads.last
    return {
        "version": __version__,
        "pid": os.getpid(),
        "uptime_seconds": round(gateway.clock() - gateway.created, 3),
        "ending": ending,
        "generation": bound.generation,
        "config": {
            "hash": loads.hash,
            "files": list(loads.files),
            "loaded_at": _time(loads.loaded_at),
            "last_reload": {
                "successful": last.ok,
                "at": _time(last.at),
                "summary": last.summary,
                "diagnostics": list(last.rendered),
            },
            "reload_failures": loads.failures,
        },
        "listeners": list(listeners),
        "certificates": [{"name": name, "expires_at": _time(ends)} for name, ends in ends_of(gateway)],
        "routes": len(bound.routes),
        "services": [
            {
                "name": name,
                "instances": [
                    {
                        "id": i.id,
                        "address": f"{i.address[0]}:{i.address[1]}",
                        "status": i.plan.status,
                        "weight": i.plan.weight,
                        "in_flight": i.in_flight,
                        "connections": i.connections,
                        "idle": i.idle,
                        "failures": i.answers[0],
                        "connect_failures": i.connect_failures,
                    }
                    for i in service.instances
                ],
            }
            for name, service in bound.services.items()
        ],
        "in_flight": gateway.in_flight,
        "connections": len(gateway.connections),
        "max_connections": bound.plan.server.max_connections,
        "internal_errors": gateway.internal_errors,
        "log": {"dropped": logs.dropped, "error": logs.error},
    }


def ends_of(gateway: Gateway) -> tuple[tuple[str, float], ...]:
    """The certificates in force, and when they end, in seconds since the epoch."""
    certificates = gateway.bound.certificates
    return () if certificates is None else tuple((n, plan.ends) for n, (plan, _) in certificates.in_force.items())


def _time(seconds: float) -> str | None:
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
