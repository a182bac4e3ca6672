"""systemd's notify protocol, as a service manager hears it."""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewayctl.server.notify import Notifier


@pytest.fixture(params=["a path", "an abstract name"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    name = str(tmp_path / "notify") if request.param == "a path" else f"@gatewayctl-test-{tmp_path.name}-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("\0" + name[1:] if name.startswith("@") else name)
        sock.settimeout(10)
        yield name, sock


def heard(sock: socket.socket) -> dict[str, str]:
    return dict(line.split("=", 1) for line in sock.recv(4096).decode().split("\n"))  # type: ignore[misc]


def test_it_says_what_happens(manager: tuple[str, socket.socket]) -> None:
    name, sock = manager
    notifier = Notifier({"NOTIFY_SOCKET": name})

    notifier.ready("serving\n1 route")
    assert heard(sock) == {"READY": "1", "STATUS": "serving 1 route"}
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notifier.reloading()
    said = heard(sock)
    assert said.keys() == {"RELOADING", "MONOTONIC_USEC"}
    assert before <= int(said["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notifier.stopping("soon")
    assert heard(sock) == {"STOPPING": "1", "STATUS": "soon"}
    assert notifier.problem == ""


def test_without_a_service_manager_nothing_is_said() -> None:
    notifier = Notifier({"WATCHDOG_USEC": "1000"})
    notifier.ready("serving")

    assert (notifier.problem, notifier.watchdog_interval) == ("", 0.0)
    asyncio.run(notifier.watch())  # returns at once


def test_a_socket_that_is_gone_is_a_problem_to_be_said_and_no_more() -> None:
    notifier = Notifier({"NOTIFY_SOCKET": "/nowhere/notify"})
    notifier.ready("serving")

    assert notifier.problem == "No such file or directory"


@pytest.mark.parametrize(
    ("variables", "interval"),
    [
        ({"WATCHDOG_USEC": "3000000"}, 1.5),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}, 1.5),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_time(variables: dict[str, str], interval: float) -> None:
    assert Notifier({"NOTIFY_SOCKET": "@x", **variables}).watchdog_interval == interval


def test_signs_of_life_come_while_the_loop_turns(manager: tuple[str, socket.socket]) -> None:
    name, sock = manager

    async def run() -> None:
        watching = asyncio.create_task(Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "20000"}).watch())
        for _ in range(3):
            assert await asyncio.to_thread(heard, sock) == {"WATCHDOG": "1"}
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(run())
