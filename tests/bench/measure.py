"""CPU time of a process tree over a burst of load: the scheduler's own account, and wrk's count of what was served."""

import http.client
import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

HEADERS: Final = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    "Accept: application/json, text/plain, */*",
    "Accept-Encoding: gzip, deflate, br",
    "Accept-Language: en-GB,en;q=0.9",
    "Authorization: Bearer " + "a" * 300,
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark",
    "Referer: https://app.example.com/dashboard",
    "X-Client-Version: 4.2.1",
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)
"""Nine realistic request headers."""
READY_WITHIN: Final = 30.0
"""Seconds."""


class NotReady(Exception):  # noqa: N818
    """A gateway that did not come up."""


class Burst(NamedTuple):
    """``cpu`` in microseconds a request, ``rate`` in requests a second."""

    cpu: float
    rate: float
    failed: int


class Process:
    """A server of the comparison on one processor, ended by its process group."""

    def __init__(self, command: Sequence[str], processor: int | None, log: Path) -> None:
        pinned = [] if processor is None else ["taskset", "-c", str(processor)]
        self._log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [*pinned, *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=os.environ | {"GOMAXPROCS": "1"},
                start_new_session=True,
            )

    def wait_ready(self, port: int, path: str, size: int) -> None:
        """Until it answers with ``size`` bytes. Raises NotReady with the end of what it said."""
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end and self._process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
            try:
                connection.request("GET", path)
                if len(connection.getresponse().read()) == size:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)  # it is not there yet
            finally:
                connection.close()
        raise NotReady(self._log.read_text(errors="replace")[-800:])

    def cpu_seconds(self) -> float:
        """What the process and its descendants have used so far."""
        total = 0
        for pid in self._tree():
            try:
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    total += int((thread / "schedstat").read_text().split()[0])
            except OSError:
                continue  # it has ended meanwhile
        return total / 1e9

    def _tree(self) -> list[int]:
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                text = stat.read_text()
            except OSError:
                continue
            children.setdefault(int(text[text.rindex(")") + 2 :].split()[1]), []).append(int(stat.parent.name))
        tree, todo = [], [self._process.pid]
        while todo:
            tree.append(todo.pop())
            todo += children.get(tree[-1], [])
        return tree

    def stop(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()


def burst(
    process: Process, wrk: str, url: str, *, seconds: int, connections: int, headers: bool, processor: int | None
) -> Burst:
    """One burst of load on a gateway."""
    pinned = [] if processor is None else ["taskset", "-c", str(processor)]
    sent = [part for header in (HEADERS if headers else ()) for part in ("-H", header)]
    command = [*pinned, wrk, "-t1", f"-c{connections}", f"-d{seconds}s", *sent, url]
    before = process.cpu_seconds()
    said = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True).stdout
    used = process.cpu_seconds() - before
    served = re.search(r"(\d+) requests in", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    count = int(served[1]) if served else 0
    failed = (int(bad[1]) if bad else 0) + (sum(map(int, errors.groups())) if errors else 0)
    return Burst(used / count * 1e6 if count else float("inf"), float(rate[1]) if rate else 0.0, failed)
