"""The gateway under a real ASGI server, each in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.support.client import Client
from tests.support.processes import bound_to_us
from tests.support.waiting import wait_for

DEFAULTS = """\
version = 1
[server]
shutdown_grace = "3s"
[log]
format = "console"
access = "access.jsonl"
access_format = "json"
query = "full"
"""


def command(kind: str, port: int, application: str) -> list[str]:
    """The command line of a server by its name; a test reads them, the documentation shows the same."""
    uvicorn = ["-m", "uvicorn", application, "--port", str(port), "--no-proxy-headers",
               "--no-date-header", "--no-server-header", "--timeout-graceful-shutdown", "3"]  # fmt: skip
    return {
        "uvicorn-httptools": [*uvicorn, "--no-access-log", "--http", "httptools", "--loop", "uvloop"],
        "uvicorn-logging": [*uvicorn, "--http", "httptools", "--loop", "asyncio"],
        "uvicorn-h11": [*uvicorn, "--no-access-log", "--http", "h11", "--loop", "asyncio"],
        "hypercorn": ["-m", "hypercorn", application, "--bind", f"127.0.0.1:{port}", "--graceful-timeout", "3"],
        "granian": ["-m", "granian", application, "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port),
                    "--workers-kill-timeout", "5"],
    }[kind]  # fmt: skip


SERVERS = ("uvicorn-httptools", "uvicorn-logging", "uvicorn-h11", "hypercorn", "granian")
"""The second has an access log of its own, so that it gets messages where the first is written to."""
HTTP2 = ("hypercorn", "granian")


class AsgiServer:
    """``kind`` (see ``command``) serving ``text`` as a layer over defaults; waits until it listens, unless it must not."""

    def __init__(
        self,
        kind: str,
        directory: Path,
        text: str,
        *,
        application: str = "gatewayctl.asgi:app",
        modules: dict[str, str] | None = None,
        starts: bool = True,
    ) -> None:
        self.directory = directory
        self.config = directory / "gateway.toml"
        self.config.write_text(text)
        (directory / "defaults.toml").write_text(DEFAULTS)
        for name, content in (modules or {}).items():
            (directory / f"{name}.py").write_text(content)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        self.address = ("127.0.0.1", port)
        self.url = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GATEWAYCTL_")}
        self.process = subprocess.Popen(
            bound_to_us([sys.executable, *command(kind, port, application)]),
            cwd=directory,
            env=inherited
            | {
                "PYTHONPATH": os.pathsep.join([str(directory), *(p for p in sys.path if p)]),
                "GATEWAYCTL_CONFIG": os.pathsep.join(["defaults.toml", "gateway.toml"]),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if starts:
            try:
                wait_for(self._listens, f"{kind} listens", timeout=30)
            except AssertionError as error:
                self.stop()
                raise AssertionError(f"{error}\n{self.output()}") from None

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def output(self) -> str:
        """All that it wrote."""
        return "\n".join(self.lines)

    def write(self, text: str) -> None:
        """Replaces the configuration, as an editor does."""
        fresh = self.config.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(self.config)

    def client(self, **options: Any) -> Client:
        """A new raw connection to it."""
        return Client(self.address, **options)

    def stop(self) -> int:
        """Ends it and gives its exit code."""
        if self.running:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
        code = self.process.wait(10)
        self._reader.join(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def _listens(self) -> bool:
        assert self.running, "it ended instead of listening"
        if not any("takes requests as an ASGI application" in line for line in self.lines):
            return False
        with socket.socket() as probe:
            return probe.connect_ex(self.address) == 0
