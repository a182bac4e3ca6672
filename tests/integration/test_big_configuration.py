"""Ten thousand routes: they start, a reload of all of them fails no request, and the old ones are given back."""

import socket
import threading
import time

import pytest

from tests.conftest import Gateways
from tests.integration.serving import generation, says
from tests.support.cases import get
from tests.support.gateway import Gateway
from tests.support.memory import children, resident
from tests.support.waiting import wait_for

ROUTES = 10_000


def _routes(body: str, count: int = ROUTES) -> str:
    made = ["version = 1"]
    for number in range(count):
        path = f"/v{number % 50}/things-{number}/{{id:int}}"
        made.append(f'[routes.r{number}]\npath = "{path}"\nrespond = {{ status = 200, body = "{body} {number}" }}')
    return "\n".join(made)


class Paced:
    """One client that asks every millisecond and notes how long each answer took, in seconds."""

    def __init__(self, front: Gateway, target: bytes) -> None:
        self._front = front
        self._sent = get(target=target)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.took: list[float] = []
        self.failures: list[bytes] = []

    def __enter__(self) -> "Paced":
        self._thread.start()
        wait_for(lambda: len(self.took) > 100)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        with socket.create_connection(self._front.address) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not self._stop.wait(0.001):
                before = time.perf_counter()
                sock.sendall(self._sent)
                answer = sock.recv(65536)
                self.took.append(time.perf_counter() - before)
                if not answer.startswith(b"HTTP/1.1 200 "):
                    self.failures.append(answer)
                    return


def test_ten_thousand_routes_are_replaced_under_load(gateway: Gateways, capsys: pytest.CaptureFixture[str]) -> None:
    front = gateway(_routes("one"))
    assert says(front, b"/v7/things-7/1") == b"one 7"
    with Paced(front, b"/v7/things-7/1") as client:
        calm = len(client.took)
        front.write(_routes("two"))
        wait_for(lambda: generation(front) == 2, "the edit is in force", timeout=60)
    wait_for(lambda: len(children(front.pid)) == 1, "the compiling process has ended")
    assert client.failures == []
    assert says(front, b"/v49/things-9999/1") == b"two 9999"
    took = sorted(client.took[calm:])
    with capsys.disabled():
        print(
            f" [{len(took)} answers, 99 % in {took[int(len(took) * 0.99)] * 1000:.1f} ms, worst {took[-1] * 1000:.1f} ms]"
        )


def test_generations_that_were_replaced_are_given_back(gateway: Gateways) -> None:
    front = gateway(_routes("0", 2000))
    for number in range(1, 3):
        front.write(_routes(str(number), 2000))
        wait_for(lambda n=number: generation(front) == n + 1, "the edit is in force")  # type: ignore[misc]
    second = resident(front.pid)
    for number in range(3, 7):
        front.write(_routes(str(number), 2000))
        wait_for(lambda n=number: generation(front) == n + 1, "the edit is in force")  # type: ignore[misc]

    wait_for(lambda: resident(front.pid) < second * 1.25, "the memory of earlier generations is used again")
