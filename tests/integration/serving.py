"""What the tests of serving share: small configurations, edits of all kinds, steady load, and starts that must fail."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.cases import get
from tests.support.client import Address, Client, exchange
from tests.support.gateway import Gateway
from tests.support.http1 import IncompleteError, Response, lines
from tests.support.upstream import RawUpstream
from tests.support.waiting import wait_for

RELOADS = 'gatewayctl_config_reloads_total{result="success"}'
FAILED_RELOADS = 'gatewayctl_config_reloads_total{result="failure"}'
LAST_OK = "gatewayctl_config_last_reload_successful"


def answering(body: str, more: str = "") -> str:
    """A configuration whose every request is answered with ``body`` by the gateway itself."""
    return f"""
version = 1
{more}
[routes.all]
path = "/*"
respond = {{ status = 200, body = "{body}" }}
"""


def forwarding(upstream: RawUpstream, more: str = "", server: str = "") -> str:
    """A configuration that sends every request to ``upstream``."""
    return f"""
version = 1
[server]
{server}
[services.up]
instances = [{{ id = "one", url = "{upstream.url}" }}]
[routes.all]
path = "/*"
service = "up"
{more}
"""


def says(front: Gateway, target: bytes = b"/") -> bytes:
    """The body of its answer now."""
    return exchange(front.address, get(target=target)).body


def wait_until_it_says(front: Gateway, body: bytes) -> None:
    """Waits until an edit has come into force."""
    wait_for(lambda: says(front) == body, f"the gateway says {body!r}")


def admin_request(front: Gateway, method: str, path: str, *fields: bytes) -> Response:
    """One request to its admin address."""
    return exchange(
        front.admin, lines(f"{method} {path} HTTP/1.0".encode(), b"Host: localhost", *fields), method=method.encode()
    )


def status(front: Gateway) -> dict[str, Any]:
    """The document of ``/status``."""
    found: dict[str, Any] = json.loads(admin_request(front, "GET", "/status").body)
    return found


def generation(front: Gateway) -> int:
    """The generation in force."""
    return int(status(front)["generation"])


def unix_request(path: Path, sent: bytes) -> Response:
    """One request over a unix socket."""
    return exchange(str(path), sent)


class Load:
    """Clients that ask without a pause on kept connections while the block runs; ``failures`` says what went wrong."""

    def __init__(self, address: Address, clients: int = 4) -> None:
        self.answered = 0
        self.failures: list[str] = []
        self._address = address
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        wait_for(lambda: self.answered > 20, "the load runs")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        try:
            with Client(self._address) as client:
                while not self._stop.is_set():
                    status = client.send(get()).response().status
                    with self._lock:
                        self.answered += 1
                        if status != 200:
                            self.failures.append(f"status {status}")
                    self._stop.wait(0.002)
        except (OSError, IncompleteError) as error:
            self.failures.append(repr(error))


def serve(directory: Path, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
    """``gatewayctl serve`` as a bare process, for what the ordinary harness cannot start. ``environment`` is added to ours."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GATEWAYCTL_")}
    environment = options.pop("environment", {})
    settings: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.PIPE,
        "text": True,
        "errors": "replace",
    } | options
    return subprocess.Popen(
        [sys.executable, "-m", "gatewayctl", "serve", *arguments],
        cwd=directory,
        env=inherited | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)} | environment,
        start_new_session=True,
        **settings,
    )


def refused(directory: Path, text: str | bytes | None, *arguments: str, **options: Any) -> str:
    """What ``serve`` says when it must not start; checks that it ends with 2 and without a traceback."""
    if text is not None:
        path = directory / "gateway.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    process = serve(directory, "-c", "gateway.toml", *arguments, **options)
    try:
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 2, said
    assert "Traceback" not in said
    assert "gatewayctl: not started" in said
    return said


def until_ended(process: "subprocess.Popen[str]", act: Callable[[], None] = lambda: None) -> int:
    """Runs ``act``, and gives the exit code; the process is ended in any case."""
    try:
        act()
        return process.wait(20)
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
