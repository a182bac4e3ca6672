"""A gateway in a process of its own, on ports of its own, with its output kept for the failure report.

The configuration under test is the second of two layers; the first puts both listeners on free loopback ports, writes
the access log as JSON to a file and keeps the shutdown short, so that a test says only what it is about.
"""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.client import Client, exchange
from tests.support.processes import bound_to_us
from tests.support.waiting import wait_for

DEFAULTS = """\
version = 1
[server]
listen = "127.0.0.1:0"
shutdown_grace = "3s"
[admin]
listen = "127.0.0.1:0"
[log]
format = "console"
access = "access.jsonl"
access_format = "json"
query = "full"
"""

_LISTENING = re.compile(r"listening on (?:(https?)://(\[[^]]+\]|[^:\s]+):(\d+)|unix:(\S+))")
_ADMIN = re.compile(r"admin on http://(\[[^]]+\]|[^:\s]+):(\d+)")


class GatewayError(AssertionError):
    """It did not start, did not end, or wrote a traceback; the message carries its output."""


class Gateway:
    """A running ``gatewayctl serve``.

    ``address`` and ``admin`` are (host, port) pairs, ``unix`` the paths of its unix sockets, ``lines`` what it has
    written to standard error so far.
    """

    def __init__(
        self,
        directory: Path,
        text: str,
        *,
        environment: dict[str, str] | None = None,
        admin: bool = True,
        descriptor_limit: int = 0,
    ) -> None:
        self.directory = directory
        self.config = directory / "gateway.toml"
        self.config.write_text(text)
        defaults = directory / "defaults.toml"
        defaults.write_text(DEFAULTS)
        self.lines: list[str] = []
        self.addresses: list[tuple[str, int]] = []
        self.unix: list[str] = []
        self.admin: tuple[str, int] = ("", 0)
        self._expected_admin = admin
        self._left_behind = (0.0, 0.0)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GATEWAYCTL_")}
        self.process = subprocess.Popen(
            bound_to_us([sys.executable, "-m", "gatewayctl", "serve", "-c", str(defaults), "-c", str(self.config)]),
            cwd=directory,
            env=inherited | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)} | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        if descriptor_limit:
            resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (descriptor_limit, descriptor_limit))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            wait_for(self._started, "the gateway says where it listens", timeout=30)
        except AssertionError as error:
            self._kill()
            raise GatewayError(f"{error}\n{self.output()}") from None

    @property
    def address(self) -> tuple[str, int]:
        """The first TCP listener."""
        return self.addresses[0]

    @property
    def url(self) -> str:
        host, port = self.address
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def admin_url(self) -> str:
        return f"http://{self.admin[0]}:{self.admin[1]}"

    @property
    def running(self) -> bool:
        """Whether the process lives. It is not reaped by asking, so that its id stays ours until all is over."""
        if self.process.returncode is not None:
            return False
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    @property
    def pid(self) -> int:
        return self.process.pid

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            for match in _LISTENING.finditer(line):
                if match[4]:
                    self.unix.append(match[4])
                else:
                    self.addresses.append((match[2].strip("[]"), int(match[3])))
            if found := _ADMIN.search(line):
                self.admin = (found[1].strip("[]"), int(found[2]))
            self.lines.append(line.rstrip("\n"))
        self.process.stderr.close()

    def _started(self) -> bool:
        if not self.running:
            self._reader.join(5)
            raise AssertionError("the gateway ended instead of listening")
        return bool(self.addresses or self.unix) and (bool(self.admin[1]) or not self._expected_admin)

    def output(self, last: int = 80) -> str:
        """The end of what it wrote to standard error."""
        return "\n".join(self.lines[-last:])

    def client(self, **options: Any) -> Client:
        """A new raw connection to it."""
        return Client(self.address, **options)

    def write(self, text: str) -> None:
        """Replaces the configuration under test, as an editor does: a new file, renamed over the old one."""
        fresh = self.config.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(self.config)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait_for_line(self, part: str, after: int = 0) -> str:
        """The first line of its output, from index ``after`` on, that contains ``part``."""
        return wait_for(
            lambda: next((line for line in self.lines[after:] if part in line), ""), f"a line with {part!r}"
        )

    def access(self) -> list[dict[str, Any]]:
        """The access log so far, a dict a line (a line still being written is left out)."""
        path = self.directory / "access.jsonl"
        text = path.read_text() if path.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def wait_for_access(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first access-log line for which ``condition`` holds."""
        found = wait_for(lambda: [line for line in self.access() if condition(line)], "a line in the access log")
        return found[0]

    def metric(self, series: str) -> float:
        """One number of ``/metrics``, by its name with labels as they stand there; 0 where it is not there."""
        sent = b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n"
        lines = exchange(self.admin, sent).body.decode().splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(series + " ")), 0.0)

    def come_to_rest(self) -> None:
        """Waits until every request that was begun has been settled, and checks that none failed inside the gateway.

        What an earlier call has complained of is not held against a later one.
        """
        in_flight, errors = "gatewayctl_in_flight_requests", "gatewayctl_internal_errors_total"
        before = self._left_behind
        try:
            wait_for(lambda: self.metric(in_flight) <= before[0], "no request is in flight any more", timeout=5)
        finally:
            self._left_behind = (self.metric(in_flight), self.metric(errors))
        assert self._left_behind[1] == before[1], f"an internal error\n{self.output(30)}"

    def stop(self) -> int:
        """Ends it as an operator does (SIGTERM) and gives its exit code.

        Raises GatewayError where it does not end, or has written a traceback: no input may make it do either.
        """
        if self.running:
            self.process.send_signal(signal.SIGTERM)
        try:
            wait_for(lambda: not self.running, "the gateway ends on SIGTERM", timeout=20)
        except AssertionError as error:
            self._kill()
            raise GatewayError(f"{error}\n{self.output()}") from None
        code = self._kill()
        if any("Traceback (most recent call last)" in line for line in self.lines):
            raise GatewayError(f"the gateway wrote a traceback\n{self.output(200)}")
        return code

    def _kill(self) -> int:
        """Ends what is left of its process group, which is ours alone (start_new_session), and gives the exit code."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait(10)
        self._reader.join(10)
        return code
