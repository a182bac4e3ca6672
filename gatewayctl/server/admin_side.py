"""The admin listener: the admin application on its own sockets, and what it may see and do of this server."""

import json
import socket
from collections.abc import Callable
from typing import Any

from gatewayctl.admin import Reloaded, admin_app
from gatewayctl.core.diagnostics import Diagnostic
from gatewayctl.plan.model import AdminPlan
from gatewayctl.server.reloading import Reloader
from gatewayctl.server.status import ends_of
from gatewayctl.server.traffic import Traffic
from gatewayctl.telemetry.counted import Facts
from gatewayctl.upstream.app_bounds import AppBounds
from gatewayctl.upstream.app_listener import AppListener


class ServerControl:
    """See ``admin.control.Control``."""

    def __init__(
        self,
        traffic: Traffic,
        reloader: Reloader,
        status: Callable[[], dict[str, Any]],
        dropped: Callable[[], int],
        drain: Callable[[], dict[str, Any]],
    ) -> None:
        self.gateway = traffic.view
        self.ready = False
        self._traffic = traffic
        self._drain = drain
        self._reloader = reloader
        self._status = status
        self._dropped = dropped

    @property
    def admin(self) -> AdminPlan:
        """The settings in force."""
        return self._reloader.plan.admin

    def status(self) -> dict[str, Any]:
        """The facts of ``/status``."""
        return self._status()

    def facts(self) -> Facts:
        """What ``/metrics`` shows beside the traffic."""
        loads = self._reloader.loads
        return Facts(
            config_hash=loads.hash,
            reload_successful=loads.last.ok,
            reloaded_at=loads.last.at,
            reloads=loads.count - loads.failures,
            reload_failures=loads.failures,
            log_dropped=self._dropped(),
            bad_proxy_headers=self.gateway.bad_proxy_headers,
            certificates=ends_of(self.gateway.bound.certificates),
        )

    def config_data(self) -> dict[str, Any]:
        """The effective configuration, secrets masked."""
        data: dict[str, Any] = json.loads(self._reloader.loads.effective).get("effective", {})
        return data

    def fingerprints(self) -> dict[str, str]:
        """The fingerprints of its secrets, keyed by the admin token."""
        known: dict[str, str] = json.loads(self._reloader.loads.effective).get("fingerprints", {})
        return known

    async def fresh(self) -> None:
        """Asks whoever counts."""
        await self._traffic.fresh()

    async def drain(self) -> dict[str, Any]:
        """Begins to end the gateway."""
        await self._traffic.fresh()
        return self._drain()

    async def reload(self) -> Reloaded:
        """Loads the configuration anew, as a changed file would."""
        outcome = await self._reloader.load()
        return Reloaded(
            ok=outcome.ok,
            summary=outcome.summary,
            generation=outcome.generation,
            diagnostics=[diagnostic_data(d) for d in outcome.diagnostics],
            rendered=list(outcome.rendered),
        )


class AdminSide:
    """The admin application listening; ``urls`` says where."""

    def __init__(self, control: ServerControl) -> None:
        self.control = control
        self.urls: list[str] = []
        self._app = admin_app(self.control)
        self._listeners: list[AppListener] = []

    async def start(self, sock: socket.socket) -> None:
        """Serves on a listening socket, which is taken over."""
        name = sock.getsockname()
        if isinstance(name, str):
            self.urls.append(f"unix:{name}")
        else:
            host = f"[{name[0]}]" if ":" in name[0] else name[0]
            self.urls.append(f"http://{host}:{name[1]}")
        listener = AppListener(self._app, sock, bounds=AppBounds())
        await listener.start()
        self._listeners.append(listener)

    def close(self) -> None:
        """Serves no more."""
        for listener in self._listeners:
            listener.close()


def diagnostic_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as JSON-able data."""
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "file": None if span is None else span.file,
        "line": None if span is None else span.line,
        "column": None if span is None else span.column,
        "help": diagnostic.help,
    }
