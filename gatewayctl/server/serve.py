"""``gatewayctl serve``: from a configuration to a running gateway, and to its end.

The order of starting: compile → bind → open all listeners → workers (where there are several) → admin → accept → say so.
Of ending: readiness says no → ``shutdown_delay`` → no more accepts, ``Connection: close`` → ``shutdown_grace`` → cut.
A second signal ends at once.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from gatewayctl.core.diagnostics import Diagnostic, Severity
from gatewayctl.core.snippet import render
from gatewayctl.core.units import format_duration
from gatewayctl.plan.model import Listen, Plan
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.admin_side import AdminSide, ServerControl
from gatewayctl.server.banner import banner, count, url_of
from gatewayctl.server.descriptors import open_standard, raise_limit
from gatewayctl.server.draining import unless
from gatewayctl.server.entrance import Address, address_of
from gatewayctl.server.events import EventLog
from gatewayctl.server.logs import AccessLogs, terminals, use_access_format
from gatewayctl.server.notify import Notifier
from gatewayctl.server.pid_file import CannotStart, PidFile
from gatewayctl.server.reloading import Followers, Outcome, Reloader, sources_of
from gatewayctl.server.sockets import ListenFailed, SocketFile, open_listeners
from gatewayctl.server.status import status
from gatewayctl.server.traffic import OneProcess, Traffic, TrafficFailed
from gatewayctl.server.watching import Watcher
from gatewayctl.server.workers.cpus import worker_count
from gatewayctl.telemetry.log_writer import LogWriter
from gatewayctl.upstream.discovery.base import Snapshot
from gatewayctl.upstream.discovery.plane import ControlPlane

T = TypeVar("T")


def run(files: Sequence[str], *, pid_file: str | None = None) -> int:
    """Serves ``files`` (layers of one configuration) until a signal ends it. Gives the exit code: 0, or 2 if it could not start."""
    open_standard()
    raise_limit()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serving(files, pid_file))


async def _serving(files: Sequence[str], pid_file: str | None) -> int:
    """One ``Serving`` that has the process for itself: its signals, and the faults nobody else reports."""
    serving = Serving(files, pid_file=pid_file, notifier=Notifier(os.environ))
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: serving.on_fault(context))
    for number, handle in (
        (signal.SIGTERM, serving.end),
        (signal.SIGINT, serving.end),
        (signal.SIGHUP, serving.reload),
        (signal.SIGUSR1, serving.reopen_logs),
    ):
        loop.add_signal_handler(number, handle)
    return await serving.run()


class Serving:
    """One gateway from its start to its end. Made within the event loop; several can live on one loop."""

    def __init__(self, files: Sequence[str], *, pid_file: str | None = None, notifier: Notifier | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._pid_file = None if pid_file is None else PidFile(pid_file)
        self._notifier = notifier or Notifier({})
        self._stderr = LogWriter.to_descriptor(2, loop.call_later)
        self._events = EventLog(self._stderr.write, form=_form_of_stderr())
        self._ends = asyncio.Event()
        self._ends_now = asyncio.Event()
        self._exit_code = 0
        self._sockets: list[socket.socket] = []
        self._socket_files: dict[Listen, SocketFile] = {}
        self._serves = False
        self.gateway = gateway = Gateway(loop, self._events)
        self._traffic: Traffic = OneProcess(gateway, self._ends.set)
        self._write_access: Callable[[bytes], None] | None = None
        self._logs = AccessLogs(gateway, self._stderr, self._use_access_log)
        self._watcher = Watcher(self._on_changed, lambda problem: self._events.event("warning", problem))
        self._reloader = Reloader(
            gateway,
            files,
            adopt=self._adopt,
            watch=self._watcher.watch,
            follow=self._follow,
            loading=self._on_loading,
        )
        self._plane = ControlPlane(self._on_snapshot, event=self._events.event, report=self.gateway.report)
        self._reloader.fleets.want = self._plane.follow

    def end(self) -> None:
        """Begins to end; asked for a second time, ends at once."""
        if self._ends.is_set():
            self._ends_now.set()
        self._ends.set()

    def reload(self) -> None:
        """Reads the configuration anew. While starting that is being done anyway."""
        if self._serves:
            self._reloader.request()

    def reopen_logs(self) -> None:
        """Opens the access log anew, after rotation."""
        if self._serves:
            self._logs.reopen()

    def on_fault(self, context: dict[str, Any]) -> None:
        """See ``loop.set_exception_handler``."""
        doing = str(context.get("message", "an unknown task"))
        error = context.get("exception")
        self.gateway.report(
            error if isinstance(error, Exception) else RuntimeError(doing), f"the event loop says: {doing}"
        )

    async def run(self) -> int:
        """Everything from start to end."""
        try:
            outcome = await self._unless_ended(self._reloader.load())
            if outcome is None:
                return 0
            if not outcome.ok:
                return self._cannot_start(outcome)
            for warning in outcome.rendered:
                self._say(warning + "\n")
            try:
                listening = self._open(self.gateway.bound.plan)
                if self._pid_file is not None:
                    self._pid_file.write()
                if await self._unless_ended(self._start_traffic(listening)) is None:
                    return 0
            except CannotStart as error:
                found = error.diagnostic
                self._say(render(found, sources_of([found])) + "\n")
                self._say("gatewayctl: not started")
                return 2
            return await self._serve(listening)
        finally:
            await self._watcher.stop()
            await self._traffic.close()
            self.gateway.wheel.stop()  # at once: what it looks at is shared by workers, and is gone with them
            await self._reloader.stop()
            await self._plane.stop()
            for instance in self.gateway.instances.values():
                instance.abort_all()
            await self.gateway.surroundings.close()
            for file in self._socket_files.values():
                file.remove()
            for sock in self._sockets:
                sock.close()
            if self._pid_file is not None:
                self._pid_file.remove()
            self._logs.close()
            self._stderr.close(5.0)

    async def _unless_ended(self, doing: Coroutine[Any, Any, T]) -> T | None:
        """What ``doing`` gives; None if the end is asked for before."""
        task, end = asyncio.ensure_future(doing), asyncio.ensure_future(self._ends.wait())
        try:
            await asyncio.wait((task, end), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            for each in (task, end):
                each.cancel()
            await asyncio.gather(task, end, return_exceptions=True)

    def _say(self, text: str) -> None:
        """Words for whoever started the gateway, in order with the events."""
        self._stderr.write(text.encode() + b"\n")

    # ── starting ──────────────────────────────────────────────────────

    def _follow(self, plan: Plan) -> Followers | None:
        """Who carries the traffic is decided with the first plan."""
        workers = worker_count(plan.server.workers)
        if workers == 1:
            return None
        from gatewayctl.server.workers.fleet import Fleet

        fleet = Fleet(self.gateway, workers, log=self._write_workers_lines, lost=self._on_lost)
        for snapshot in self._reloader.fleets.known:
            fleet.found(snapshot)
        self._traffic = fleet
        return fleet

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        """What was found is told to whoever carries the traffic, and known here for those that look."""
        self._reloader.fleets.on_snapshot(snapshot)
        self._traffic.found(snapshot)

    def _cannot_start(self, outcome: Outcome) -> int:
        for text in outcome.rendered:
            self._say(text + "\n")
        self._say(f"gatewayctl: not started: the configuration was {outcome.summary}")
        return 2

    def _open(self, plan: Plan) -> "Listening":
        """All listening sockets, those of the admin address apart."""
        opened = Listening()
        for listen in plan.server.listen:
            sockets = self._open_one(listen, "server.listen", 0o666)
            opened.public += sockets
            opened.urls += [url_of(sock, tls=listen.tls) for sock in sockets]
            if listen.tls:
                opened.secure += [address_of(sock) for sock in sockets]
        if plan.admin.listen is not None:
            opened.admin += self._open_one(plan.admin.listen, "admin.listen", plan.admin.socket_mode)
        return opened

    def _open_one(self, listen: Listen, key: str, mode: int) -> list[socket.socket]:
        try:
            sockets = open_listeners(listen, mode=mode)
        except ListenFailed as error:
            raise self._failure(error.code, str(error), key, error.help) from None
        self._sockets += sockets
        if listen.path:
            self._socket_files[listen] = SocketFile(listen.path)
        return sockets

    async def _start_traffic(self, listening: "Listening") -> bool:
        try:
            await self._traffic.start(listening.public, listening.secure)
        except TrafficFailed as error:
            help = "its log above may say more; with workers = 1 everything stays in one process"
            raise self._failure("E506", f"the workers do not start: {error}", "server.workers", help) from None
        return True

    def _failure(self, code: str, message: str, key: str, help: str) -> CannotStart:
        span = self._reloader.loads.places.get(key)
        return CannotStart(Diagnostic(code, Severity.ERROR, message, span, "", help))

    async def _serve(self, listening: "Listening") -> int:
        plan = self.gateway.bound.plan
        control = ServerControl(
            self._traffic, self._reloader, lambda: self._status(listening), self._dropped, self._drain_asked_for
        )
        admin = AdminSide(control)
        for sock in listening.admin:
            await admin.start(sock)
        self._serves = True
        self._watcher.start()
        self._say(banner(plan, listening.urls, admin.urls, len(self._traffic.workers())))
        control.ready = True
        self._notifier.ready(self._in_a_line())
        if self._notifier.problem:
            self._events.event("warning", f"the service manager cannot be notified: {self._notifier.problem}")
        watchdog = asyncio.create_task(self._notifier.watch())
        try:
            await self._ends.wait()
            control.ready = False
            await self._drain()
        finally:
            self._serves = False
            watchdog.cancel()
            admin.close()
        return self._exit_code

    def _adopt(self, plan: Plan) -> None:
        """A plan has come into force: what is not asked for with each request follows it here."""
        form = plan.log.format
        self._events.configure(level=plan.log.level, form=_form_of_stderr() if form == "auto" else form)
        use_access_format(self.gateway, plan.log, terminals())
        self._logs.configure(plan.log)
        self.gateway.on_connection_closed()  # there may be room for more connections now
        listen = plan.admin.listen
        if listen in self._socket_files:
            self._set_mode(listen.path, plan.admin.socket_mode)

    def _set_mode(self, path: str, mode: int) -> None:
        try:
            Path(path).chmod(mode)
        except OSError as error:
            why = error.strerror or str(error)
            self._events.event(
                "warning",
                f"the permissions of the admin socket {path} cannot be set: {why}",
                help="if it has been removed, only a restart brings it back",
            )

    # ── running ───────────────────────────────────────────────────────

    def _on_changed(self) -> None:
        self._reloader.request(quiet=True)

    def _on_loading(self, begins: bool) -> None:
        """For the service manager; the first load is part of starting."""
        if self._serves and begins:
            self._notifier.reloading()
        elif self._serves:
            self._notifier.ready(self._in_a_line())

    def _in_a_line(self) -> str:
        bound, last = self.gateway.bound, self._reloader.loads.last
        serving = f"serving {count(len(bound.routes), 'route')}, generation {bound.generation}"
        return serving if last.ok else f"{serving}; the last reload failed: {last.summary}"

    def _on_lost(self) -> None:
        """Nobody is left to carry the traffic."""
        self._exit_code = 2
        self._ends.set()

    def _use_access_log(self, write: Callable[[bytes], None] | None) -> None:
        self._write_access = self.gateway.write_log = write

    def _write_workers_lines(self, lines: bytes) -> None:
        if self._write_access is not None:
            self._write_access(lines)

    def _dropped(self) -> int:
        return self._logs.dropped + self._traffic.log_dropped

    def _status(self, listening: "Listening") -> dict[str, object]:
        urls = [] if self.gateway.draining else listening.urls
        return status(self._traffic, self._reloader.loads, self._logs, urls, ending=self._ends.is_set())

    # ── ending ────────────────────────────────────────────────────────

    def _drain_asked_for(self) -> dict[str, Any]:
        """Begins to end; asked again, nothing changes."""
        already = self._ends.is_set()
        plan = self.gateway.bound.plan.server
        self._ends.set()
        return {
            "summary": "it is ending already" if already else "it ends when its requests have finished",
            "in_flight": self._traffic.view.in_flight,
            "connections": len(self._traffic.view.connections),
            "shutdown_delay_seconds": plan.shutdown_delay,
            "shutdown_grace_seconds": plan.shutdown_grace,
        }

    async def _drain(self) -> None:
        gateway = self.gateway
        plan = gateway.bound.plan.server
        gateway.leaving = True
        self._traffic.leave()
        delay = (
            f"goes on for {format_duration(plan.shutdown_delay)} while readiness says no, then "
            if plan.shutdown_delay
            else ""
        )
        grace = format_duration(plan.shutdown_grace)
        await self._traffic.fresh()
        self._notifier.stopping(f"requests may finish within {grace}")
        self._events.event(
            "info",
            f"ending: {delay}takes no more connections; requests may finish within {grace}",
            in_flight=self._traffic.view.in_flight,
        )
        if plan.shutdown_delay:
            await unless(self._ends_now, plan.shutdown_delay)
        await self._reloader.cease()
        gateway.draining = True
        for listen, file in self._socket_files.items():
            if listen != gateway.bound.plan.admin.listen:
                file.remove()
        cut, in_flight = await self._traffic.drain(plan.shutdown_grace, self._ends_now)
        if cut:
            why = "a second signal came" if self._ends_now.is_set() else f"{grace} were over"
            self._events.event("warning", f"cut {count(cut, 'connection')} before its end: {why}", in_flight=in_flight)
        self._events.event("info", "ended")


class Listening:
    """What listens: ``public`` for traffic, found at ``urls``, with TLS at ``secure``, and ``admin``."""

    def __init__(self) -> None:
        self.public: list[socket.socket] = []
        self.admin: list[socket.socket] = []
        self.urls: list[str] = []
        self.secure: list[Address] = []


def _form_of_stderr() -> str:
    """For people on a terminal, JSON elsewhere. Python has no ``sys.stderr`` where the descriptor was closed."""
    return "console" if os.isatty(2) else "json"
