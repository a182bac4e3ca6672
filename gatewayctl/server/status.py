"""What ``/status`` and ``gatewayctl status`` say: the facts somebody needs at three in the morning."""

import os
from collections.abc import Sequence

from gatewayctl import __version__
from gatewayctl.server.logs import AccessLogs
from gatewayctl.server.moments import moment
from gatewayctl.server.reloading import Loads
from gatewayctl.server.traffic import Traffic
from gatewayctl.state.certificates import Certificates


def status(
    traffic: Traffic, loads: Loads, logs: AccessLogs, listeners: Sequence[str], *, ending: bool
) -> dict[str, object]:
    """The state of a running gateway as JSON-able data; ``docs/operations.md`` describes the members."""
    gateway = traffic.view
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
            "loaded_at": moment(loads.loaded_at),
            "last_reload": {
                "successful": last.ok,
                "at": moment(last.at),
                "summary": last.summary,
                "diagnostics": list(last.rendered),
            },
            "reload_failures": loads.failures,
        },
        "listeners": list(listeners),
        "certificates": [{"name": name, "expires_at": moment(ends)} for name, ends in ends_of(bound.certificates)],
        "routes": len(bound.routes),
        "services": [
            {
                "name": name,
                "trouble": service.trouble or None,
                "panic": service.availability.panic,
                "instances": [
                    {
                        "id": i.id,
                        "address": i.where,
                        "status": i.plan.status,
                        "weight": i.plan.weight,
                        "against": list(service.availability.reasons(i.id)),
                        "problem": "" if i.health is None else i.health.problem,
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
        "workers": traffic.workers(),
        "in_flight": gateway.in_flight,
        "connections": len(gateway.connections),
        "max_connections": bound.plan.server.max_connections,
        "internal_errors": gateway.internal_errors,
        "log": {"dropped": logs.dropped + traffic.log_dropped, "error": logs.error},
    }


def ends_of(certificates: Certificates | None) -> tuple[tuple[str, float], ...]:
    """The certificates in force, and when they end, in seconds since the epoch."""
    return () if certificates is None else tuple((n, plan.ends) for n, (plan, _) in certificates.in_force.items())
