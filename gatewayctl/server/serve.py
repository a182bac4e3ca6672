"""``gatewayctl serve``: from a configuration to a running gateway, and to its end.

The order of starting: compile → bind → open all listeners → admin → accept → say so. Of ending: readiness says no →
``shutdown_delay`` → no more accepts, ``Connection: close`` → ``shutdown_grace`` → cut. A second signal ends at once.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import uvloop

from gatewayctl import __version__
from gatewayctl.core.diagnostics import Diagnostic, Severity
from gatewayctl.core.snippet import render
from gatewayctl.core.units import format_duration
from gatewayctl.plan.model import Listen, Plan
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.admin_side import AdminSide
from gatewayctl.server.app import gateway_app
from gatewayctl.server.events import EventLog
from gatewayctl.server.logs import AccessLogs
from gatewayctl.server.pid_file import CannotStart, PidFile
from gatewayctl.server.reloading import Outcome, Reloader, sources_of
from gatewayctl.server.sockets import ListenFailed, SocketFile, open_listeners
from gatewayctl.server.status import status
from gatewayctl.server.uvicorn_server import GatewayServer
from gatewayctl.server.watching import Watcher
from gatewayctl.telemetry.log_writer import LogWriter


def run(files: Sequence[str], *, pid_file: str | None = None) -> int:
    """Serves ``files`` (layers of one configuration) until a signal ends it. Gives the exit code: 0, or 2 if it could not start."""
    _open_standard_descriptors()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serving(files, pid_file))


async def _serving(files: Sequence[str], pid_file: str | None) -> int:
    """One ``Serving`` that has the process for itself: its signals, and the faults nobody else reports."""
    serving = Serving(files, pid_file=pid_file)
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


def _open_standard_descriptors() -> None:
    """Whoever starts us may have closed some: the first sockets would then take their numbers, and get our log."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


class Serving:
    """One gateway from its start to its end. Made within the event loop; several can live on one loop."""

    def __init__(self, files: Sequence[str], *, pid_file: str | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._pid_file = None if pid_file is None else PidFile(pid_file)
        self._stderr = LogWriter.to_descriptor(2, loop.call_later)
        self._events = EventLog(self._stderr.write, form=_form_of_stderr())
        self._ends = asyncio.Event()
        self._ends_now = asyncio.Event()
        self._sockets: list[socket.socket] = []
        self._socket_files: dict[Listen, SocketFile] = {}
        self._serves = False
        self.gateway = gateway = Gateway(loop, self._events)
        self._logs = AccessLogs(gateway, self._stderr)
        self._watcher = Watcher(self._on_changed, lambda problem: self._events.event("warning", problem))
        self._reloader = Reloader(gateway, files, adopt=self._adopt, watch=self._watcher.watch)

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
                listeners = self._open()
                if self._pid_file is not None:
                    self._pid_file.write()
            except CannotStart as error:
                found = error.diagnostic
                self._say(render(found, sources_of([found])) + "\n")
                self._say("gatewayctl: not started")
                return 2
            return await self._serve(listeners)
        finally:
            await self._watcher.stop()
            await self._reloader.stop()
            for instance in self.gateway.instances.values():
                instance.abort_all()
            await self.gateway.surroundings.close()
            self.gateway.wheel.stop()
            for file in self._socket_files.values():
                file.remove()
            for sock in self._sockets:
                sock.close()
            if self._pid_file is not None:
                self._pid_file.remove()
            self._logs.close()
            self._stderr.close(5.0)

    async def _unless_ended(self, loading: Coroutine[Any, Any, Outcome]) -> Outcome | None:
        """What ``loading`` gives; None if the end is asked for before."""
        task, end = asyncio.ensure_future(loading), asyncio.ensure_future(self._ends.wait())
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

    def _cannot_start(self, outcome: Outcome) -> int:
        for text in outcome.rendered:
            self._say(text + "\n")
        self._say(f"gatewayctl: not started: the configuration was {outcome.summary}")
        return 2

    def _open(self) -> list[tuple[Listen, list[socket.socket]]]:
        plan = self.gateway.bound.plan
        opened = []
        wanted: list[tuple[Listen, str, int]] = [(listen, "server.listen", 0o666) for listen in plan.server.listen]
        if plan.admin.listen is not None:
            wanted.append((plan.admin.listen, "admin.listen", plan.admin.socket_mode))
        for listen, key, mode in wanted:
            try:
                sockets = open_listeners(listen, mode=mode)
            except ListenFailed as error:
                span = self._reloader.loads.places.get(key)
                raise CannotStart(Diagnostic(error.code, Severity.ERROR, str(error), span, "", error.help)) from None
            self._sockets += sockets
            if listen.path:
                self._socket_files[listen] = SocketFile(listen.path)
            opened.append((listen, sockets))
        return opened

    async def _serve(self, listeners: list[tuple[Listen, list[socket.socket]]]) -> int:
        gateway = self.gateway
        plan = gateway.bound.plan
        admin: AdminSide | None = None
        if plan.admin.listen is not None:
            _, admin_sockets = listeners.pop()
            admin = AdminSide(gateway, self._reloader, lambda: self._status(listeners), lambda: self._logs.dropped)
            for sock in admin_sockets:
                await admin.start(sock)
        server = GatewayServer(gateway_app(), gateway, [sock for _, socks in listeners for sock in socks])
        serving = asyncio.create_task(server.serve())
        serving.add_done_callback(lambda _: self._ends.set())  # it only ends before we do if it has failed
        self._serves = True
        self._watcher.start()
        self._banner(listeners, admin)
        if admin is not None:
            admin.control.ready = True
        try:
            await self._ends.wait()
            if admin is not None:
                admin.control.ready = False
            await self._drain(server, [listen for listen, _ in listeners])
        finally:
            self._serves = False
            server.leave()
            await serving
            if admin is not None:
                admin.close()
        return 0

    def _banner(self, listeners: list[tuple[Listen, list[socket.socket]]], admin: AdminSide | None) -> None:
        plan = self.gateway.bound.plan
        urls = [_url(sock, listen.tls) for listen, sockets in listeners for sock in sockets]
        lines = [
            f"gatewayctl {__version__} · {_count(len(plan.routes), 'route')} · {_count(len(plan.services), 'service')}"
        ]
        lines += [f"  listening on {url}" for url in urls]
        lines += [f"  admin on {url}" for url in ([] if admin is None else admin.urls)] or ["  admin is off"]
        sample = next((r.match.path for r in plan.routes if r.match.literal), None) or plan.server.health_path.decode()
        http = next((url for url in urls if url.startswith("http")), None)
        if http is not None:
            reachable = http.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")  # noqa: S104 - the other way round
            lines.append(f"  try:  curl -i {reachable}{sample or '/'}")
        self._say("\n".join(lines))

    def _adopt(self, plan: Plan) -> None:
        """A plan has come into force: what is not asked for with each request follows it here."""
        form = plan.log.format
        self._events.configure(level=plan.log.level, form=_form_of_stderr() if form == "auto" else form)
        self._logs.configure(plan.log)
        self.gateway.on_connection_closed()  # there may be room for more connections now
        listen = plan.admin.listen
        if listen in self._socket_files:
            Path(listen.path).chmod(plan.admin.socket_mode)

    def _on_changed(self) -> None:
        self._reloader.request(quiet=True)

    def _status(self, listeners: list[tuple[Listen, list[socket.socket]]]) -> dict[str, object]:
        urls = [_url(sock, listen.tls) for listen, sockets in listeners for sock in sockets if sock.fileno() >= 0]
        return status(self.gateway, self._reloader.loads, self._logs, urls, ending=self._ends.is_set())

    # ── ending ────────────────────────────────────────────────────────

    async def _drain(self, server: GatewayServer, listening: Sequence[Listen]) -> None:
        gateway = self.gateway
        plan = gateway.bound.plan.server
        gateway.leaving = True
        delay = (
            f"goes on for {format_duration(plan.shutdown_delay)} while readiness says no, then "
            if plan.shutdown_delay
            else ""
        )
        grace = format_duration(plan.shutdown_grace)
        self._events.event(
            "info",
            f"ending: {delay}takes no more connections; requests may finish within {grace}",
            in_flight=gateway.in_flight,
        )
        if plan.shutdown_delay:
            await self._unless_now(plan.shutdown_delay)
        gateway.draining = True
        for listen in listening:
            if listen in self._socket_files:
                self._socket_files[listen].remove()
        if server.acceptor is not None:
            server.acceptor.close()
        for connection in list(gateway.connections):
            connection.shutdown()
        end = gateway.clock() + plan.shutdown_grace
        while gateway.connections and not self._ends_now.is_set() and gateway.clock() < end:
            await self._unless_now(min(0.05, max(end - gateway.clock(), 0.001)))
        if gateway.connections:
            why = "a second signal came" if self._ends_now.is_set() else f"{grace} were over"
            self._events.event(
                "warning",
                f"cut {_count(len(gateway.connections), 'connection')} before its end: {why}",
                in_flight=gateway.in_flight,
            )
            for connection in list(gateway.connections):
                connection.drop()
        self._events.event("info", "ended")

    async def _unless_now(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._ends_now.wait()
        except TimeoutError:
            return


def _form_of_stderr() -> str:
    """For people on a terminal, JSON elsewhere. Python has no ``sys.stderr`` where the descriptor was closed."""
    return "console" if os.isatty(2) else "json"


def _url(sock: socket.socket, tls: bool = False) -> str:
    name = sock.getsockname()
    if isinstance(name, str):
        return f"unix:{name}"
    host, port, scheme = name[0], name[1], "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
