"""A fleet in trouble, on real sockets: three instances of which one is killed, hangs or answers 500.

200 requests a second go through the gateway all the while. No client sees a failure, the faulty instance gets no traffic
from one second on, and some again within two seconds of recovering. On a busy machine a second of the clock is less than a
second of anybody's work: how long this process itself was kept waiting is added to what is allowed.
"""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.conftest import Gateways
from tests.support.client import LINGER_RESET
from tests.support.lateness import Lateness
from tests.support.waiting import let_pass, wait_for

PAUSE = 1 / 200
"""Seconds between two requests."""

CONFIG = """
version = 1
[server]
workers = {workers}
[services.api]
instances = [{instances}]
first_byte_timeout = "200ms"
outlier = {{ consecutive_failures = 3, ejection_time = "500ms" }}
health = {{ path = "/healthz", interval = "250ms", timeout = "200ms", healthy_after = 2, unhealthy_after = 2 }}
[retries.safe]
on = ["connect", "reset", "first_byte_timeout", "500-504"]
[routes.all]
path = "/*"
service = "api"
retry = "safe"
"""


class Instance:
    """A server that answers each request with 200, hangs, or answers 500; ``killed`` its port is closed.

    ``asked`` is when each request of the traffic came; the gateway's checks are not in it.
    """

    def __init__(self) -> None:
        self.mode = "good"
        self.asked: list[float] = []
        self._links: set[socket.socket] = set()
        self._ended = False
        self._listener: socket.socket | None = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._run(self._accept, self._listener)

    def _run(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            self._links.add(link)
            self._run(self._serve, link)

    def _serve(self, link: socket.socket) -> None:
        kept = b""
        try:
            while data := link.recv(65536):
                kept += data
                while b"\r\n\r\n" in kept:
                    head, _, kept = kept.partition(b"\r\n\r\n")
                    if not head.startswith(b"GET /healthz "):
                        self.asked.append(time.monotonic())
                    if self.mode == "hung":
                        continue
                    status = b"200 OK" if self.mode == "good" else b"500 Internal Server Error"
                    link.sendall(b"HTTP/1.1 %b\r\nContent-Length: 2\r\n\r\nhi" % status)
        except OSError:
            pass  # the gateway has closed it, or it was killed: that is what the test is about
        finally:
            link.close()
            self._links.discard(link)

    def kill(self) -> None:
        """Its port is closed and its connections are reset."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for link in list(self._links):
            try:
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended meanwhile

    def revive(self) -> None:
        """It is there again."""
        self.mode = "good"
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._run(self._accept, self._listener)

    def stop(self) -> None:
        self.kill()
        for thread in self._threads:
            thread.join(5)


class Load:
    """Steady requests on one connection each; ``failures`` are those that were not answered with 200."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.sent = 0
        self.failures: list[str] = []
        self._address = address
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(8)]
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        turn = number
        while not self._stop.wait(max(self._began + turn * PAUSE - time.monotonic(), 0)):
            turn += len(self._threads)
            try:
                with socket.create_connection(self._address, timeout=10) as link:
                    link.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    answer = b""
                    while data := link.recv(65536):
                        answer += data
                if not answer.startswith(b"HTTP/1.1 200"):
                    self.failures.append(answer[:200].decode("latin-1"))
            except OSError as error:
                self.failures.append(repr(error))
            self.sent += 1

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(15)


@pytest.fixture
def fleet() -> Iterator[list[Instance]]:
    made = [Instance() for _ in range(3)]
    yield made
    for one in made:
        one.stop()


@pytest.fixture
def lateness() -> Iterator[Lateness]:
    with Lateness() as made:
        yield made


@pytest.mark.parametrize(("fault", "workers"), [("killed", 1), ("hung", 1), ("500", 1), ("500", 4), ("hung", 4)])
def test_an_instance_in_trouble_fails_no_request_and_comes_back(
    fleet: list[Instance], lateness: Lateness, gateway: Gateways, fault: str, workers: int
) -> None:
    instances = ", ".join(
        f'{{ id = "i{number}", url = "http://127.0.0.1:{one.port}" }}' for number, one in enumerate(fleet)
    )
    front = gateway(CONFIG.format(instances=instances, workers=workers))
    load = Load(front.address)
    victim = fleet[1]
    try:
        wait_for(lambda: min(len(one.asked) for one in fleet) > 100, "all three take part")
        late, began = lateness.seconds, time.monotonic()
        victim.mode = fault
        if fault == "killed":
            victim.kill()
        let_pass(1.0)
        allowed = time.monotonic() + lateness.seconds - late
        sent = load.sent
        wait_for(lambda: time.monotonic() > allowed and load.sent > sent + 200, "traffic goes on for a while")

        late, recovered = lateness.seconds, time.monotonic()
        victim.revive()
        wait_for(lambda: victim.asked and victim.asked[-1] > recovered, "it gets traffic again")
        back = next(when for when in victim.asked if when > recovered) - recovered
        on_time = 2.0 + lateness.seconds - late
        asked = len(victim.asked)
        wait_for(lambda: len(victim.asked) > asked + 50, "it takes part again")
    finally:
        load.stop()

    assert load.failures == []
    assert [when - began for when in victim.asked if allowed < when < recovered] == [], "none after a second"
    assert back <= on_time
