"""One gateway within somebody else's server: from its configuration to its end.

Listeners, TLS, signals and processes are the server's. What is left is the same as in ``server.serve``, made of the
same parts: compile → bind → admin, if it is asked for → watch; and at the end a moment for what is under way.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any, Final

from starlette.types import ASGIApp

from gatewayctl import __version__
from gatewayctl.core.diagnostics import Diagnostic, Severity
from gatewayctl.core.snippet import render
from gatewayctl.plan.model import Plan
from gatewayctl.proxy.asgi import AsgiGateway
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.admin_side import AdminSide, ServerControl
from gatewayctl.server.events import EventLog
from gatewayctl.server.logs import AccessLogs, terminals, use_access_format
from gatewayctl.server.reloading import ADMIN_LISTEN, STORES, Outcome, Reloader, sources_of
from gatewayctl.server.sockets import ListenFailed, SocketFile, open_listeners
from gatewayctl.server.status import status
from gatewayctl.server.traffic import OneProcess
from gatewayctl.server.watching import Watcher
from gatewayctl.telemetry.log_writer import LogWriter
from gatewayctl.upstream.discovery.plane import ControlPlane

_STDERR: Final = 2
_LOOK: Final = 0.05
"""Seconds between two looks at what is still under way."""


class NotStartedError(Exception):
    """There is no gateway; the text says why, with every diagnostic as people read them."""


class Running:
    """Made within the event loop that it serves. ``application`` takes its traffic once ``start`` has been awaited."""

    def __init__(self, files: Sequence[str], *, admin: bool, fallback: ASGIApp | None) -> None:
        self.loop = asyncio.get_running_loop()
        self._admin_wanted = admin
        self._stderr = LogWriter.to_descriptor(_STDERR, self.loop.call_later)
        self._form = "console" if os.isatty(_STDERR) else "json"
        self._events = EventLog(self._stderr.write, form=self._form)
        self.gateway = gateway = Gateway(self.loop, self._events)
        self.application = AsgiGateway(gateway, fallback)
        self._logs = AccessLogs(gateway, self._stderr, self._use_access_log)
        self._traffic = OneProcess(gateway, _nothing)  # it is looked at, not started: the server accepts
        self._watcher = Watcher(
            lambda: self._reloader.request(quiet=True), lambda problem: self._events.event("warning", problem)
        )
        self._reloader = Reloader(
            gateway,
            files,
            adopt=self._adopt,
            watch=self._watcher.watch,
            fixed=(ADMIN_LISTEN, STORES) if admin else (STORES,),
        )
        self._plane = ControlPlane(
            self._reloader.fleets.on_snapshot, event=self._events.event, report=self.gateway.report
        )
        self._reloader.fleets.want = self._plane.follow
        self._admin: AdminSide | None = None
        self._admin_file: SocketFile | None = None

    async def start(self) -> None:
        """Reads the configuration and puts it in force. Raises NotStartedError, and is of no use then."""
        try:
            outcome = await self._reloader.load()
            if not outcome.ok:
                raise NotStartedError(_refusal(outcome))
            for warning in outcome.rendered:
                self._stderr.write(warning.encode() + b"\n\n")
            if self._admin_wanted:
                await self._open_admin()
        except BaseException:
            await self.stop()
            raise
        self._watcher.start()
        plan = self.gateway.bound.plan
        self._events.event(
            "info",
            f"gatewayctl {__version__} takes requests as an ASGI application",
            routes=len(plan.routes),
            services=len(plan.services),
            admin=", ".join(self._admin.urls) if self._admin is not None else "off",
        )

    async def stop(self) -> None:
        """Lets requests finish that are still under way, within ``shutdown_grace``, and ends all there is."""
        gateway = self.gateway
        gateway.leaving = gateway.draining = True
        await self._watcher.stop()
        await self._reloader.stop()
        await self._plane.stop()
        if self._admin is not None:
            self._admin.control.ready = False
            self._admin.close()
        if self._admin_file is not None:
            self._admin_file.remove()
        if gateway.in_flight:
            await self._let_finish(gateway.bound.plan.server.shutdown_grace)
        for instance in gateway.instances.values():
            instance.abort_all()
        await gateway.surroundings.close()
        gateway.wheel.stop()
        self._logs.close()
        self._stderr.close(5.0)

    async def _let_finish(self, grace: float) -> None:
        gateway = self.gateway
        end = gateway.clock() + grace
        while gateway.in_flight and gateway.clock() < end:  # noqa: ASYNC110 - a counter of the request path tells nobody
            await asyncio.sleep(_LOOK)

    async def _open_admin(self) -> None:
        plan = self.gateway.bound.plan.admin
        if plan.listen is None:
            return
        try:
            sockets = open_listeners(plan.listen, mode=plan.socket_mode)
        except ListenFailed as error:
            span = self._reloader.loads.places.get("admin.listen")
            found = Diagnostic(error.code, Severity.ERROR, str(error), span, "", error.help)
            raise NotStartedError(f"{render(found, sources_of([found]))}\n\ngatewayctl: not started") from None
        if plan.listen.path:
            self._admin_file = SocketFile(plan.listen.path)
        self._admin = AdminSide(
            ServerControl(self._traffic, self._reloader, self._status, lambda: self._logs.dropped, self._leave)
        )
        for sock in sockets:
            await self._admin.start(sock)
        self._admin.control.ready = True

    def _adopt(self, plan: Plan) -> None:
        """A plan has come into force: what is not asked for with each request follows it here."""
        form = plan.log.format
        self._events.configure(level=plan.log.level, form=self._form if form == "auto" else form)
        use_access_format(self.gateway, plan.log, terminals())
        self._logs.configure(plan.log)

    def _use_access_log(self, write: Callable[[bytes], None] | None) -> None:
        self.gateway.write_log = write

    def _leave(self) -> dict[str, Any]:
        """``POST /drain``: readiness and health say no from now on; the process is the server's to end."""
        self.gateway.leaving = True
        plan = self.gateway.bound.plan.server
        return {
            "summary": "readiness says no; the server that runs this application ends it",
            "in_flight": self.gateway.in_flight,
            "connections": len(self.gateway.connections),
            "shutdown_delay_seconds": plan.shutdown_delay,
            "shutdown_grace_seconds": plan.shutdown_grace,
        }

    def _status(self) -> dict[str, object]:
        gateway = self.gateway
        return status(self._traffic, self._reloader.loads, self._logs, ["asgi"], ending=gateway.leaving)


def _nothing() -> None:
    """Nothing was started that could fail."""


def _refusal(outcome: Outcome) -> str:
    said = "\n\n".join(outcome.rendered)
    return f"{said}\n\ngatewayctl: not started: the configuration was {outcome.summary}".lstrip()
