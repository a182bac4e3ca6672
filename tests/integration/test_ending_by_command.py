"""Ending and being watched over from outside: ``gatewayctl drain``, and a service manager that wants to be notified."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Gateways
from tests.integration.serving import admin_request, answering, forwarding, status
from tests.support.cases import get
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.upstream import RawUpstream
from tests.support.waiting import wait_for

TOKEN = '[admin]\ntoken = "let me in please"\n'


def command(front: Gateway, *arguments: str) -> "subprocess.CompletedProcess[str]":
    (front.directory / "token").write_text("let me in please\n")
    return subprocess.run(
        [sys.executable, "-m", "gatewayctl", *arguments, "--admin", front.admin_url, "--token-file", "token"],
        cwd=front.directory,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_a_drain_ends_the_gateway_as_sigterm_does(gateway: Gateways, upstream: RawUpstream, workers: int) -> None:
    go_on = threading.Event()

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.wait(go_on)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")

    upstream.script = script
    front = gateway(forwarding(upstream, TOKEN, f'workers = {workers}\nshutdown_grace = "30s"'))
    with front.client() as client:
        client.send(get())
        wait_for(lambda: bool(upstream.requests))
        first = command(front, "drain")
        assert (first.returncode, "1 requests in flight" in first.stdout) == (0, True), first.stdout + first.stderr
        assert admin_request(front, "GET", "/readyz").status == 503
        again = command(front, "drain")
        assert "it is ending already" in again.stdout
        assert front.running, "asking twice does not cut"
        go_on.set()
        assert client.response().body == b"done"
    waited = command(front, "drain", "--wait")
    assert waited.returncode in (0, 2), "by then it may be gone already"
    wait_for(lambda: not front.running, "it ends")

    assert front.stop() == 0
    assert not any("cut" in line for line in front.lines)


def test_a_drain_can_be_waited_for(gateway: Gateways) -> None:
    front = gateway(answering("one", TOKEN))
    done = command(front, "drain", "--wait")

    assert (done.returncode, done.stdout) == (0, "the gateway has ended\n"), done.stderr
    wait_for(lambda: not front.running)


def test_without_a_token_no_drain_is_taken(gateway: Gateways) -> None:
    front = gateway(answering("one"))

    assert admin_request(front, "POST", "/drain").status == 403
    assert status(front)["ending"] is False


# ── a service manager ─────────────────────────────────────────────────


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[tuple[str, Callable[[str], str]]]:
    """The name of its socket, and what waits for a message with a word in it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(30)

        def hear(word: str) -> str:
            while word not in (said := sock.recv(4096).decode()):
                continue
            return said

        yield str(tmp_path / "notify"), hear


@pytest.mark.parametrize("workers", [1, 2])
def test_a_service_manager_hears_of_the_whole_life(
    gateway: Gateways, manager: tuple[str, Callable[[str], str]], workers: int
) -> None:
    name, hear = manager
    server = f"[server]\nworkers = {workers}\n"
    front = gateway(answering("one", server), environment={"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "400000"})

    assert "STATUS=serving 1 route, generation 1" in hear("READY=1")
    hear("WATCHDOG=1")
    front.write(answering("two", server))
    assert "MONOTONIC_USEC=" in hear("RELOADING=1")
    assert "generation 2" in hear("READY=1")
    front.write("nonsense")
    hear("RELOADING=1")
    assert "the last reload failed" in hear("READY=1")
    front.signal(signal.SIGTERM)
    hear("STOPPING=1")


def test_the_limit_of_open_files_is_raised_for_all(gateway: Gateways) -> None:
    front = gateway(answering("one", "[server]\nworkers = 2\n"))
    for pid in (front.pid, *(worker["pid"] for worker in status(front)["workers"])):
        line = next(
            li for li in Path(f"/proc/{pid}/limits").read_text().splitlines() if li.startswith("Max open files")
        )
        soft, hard = line.split()[3:5]
        assert soft == hard
