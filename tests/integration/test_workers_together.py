"""What several workers share with the supervisor beside the configuration: certificates, what discovery finds, what is healthy."""

import json
import os
import signal

from tests.conftest import Gateways
from tests.integration.serving import status as facts
from tests.integration.test_discovery import found_in, lists, status
from tests.integration.test_health import Checked, config, pair, who
from tests.integration.test_tls import PROXY, Stage, stage
from tests.support.gateway import Gateway
from tests.support.upstream import RawUpstream, answer
from tests.support.waiting import wait_for

__all__ = ["pair", "stage"]  # fixtures

TWO = "workers = 2"
TRIES = 16
"""Connections; that one of two workers gets none of them happens once in thirty thousand runs."""


def pids(front: Gateway) -> list[int]:
    """The workers that serve, once both do."""

    def both() -> list[int]:
        found = [worker["pid"] for worker in facts(front)["workers"] if worker["state"] == "serving"]
        return found if len(found) == 2 else []

    return wait_for(both, "both workers serve")


def test_every_worker_speaks_tls_and_takes_up_a_changed_certificate(stage: Stage) -> None:
    stage.start(server=TWO)
    for _ in range(TRIES):
        with stage.connect() as tls:
            assert stage.ask(tls).status == 200
    stage.issue("main", "api.example.com", "new.example.com")
    wait_for(
        lambda: all("new.example.com" in stage.shown("api.example.com") for _ in range(TRIES)),
        "all serve the new certificate",
    )


def test_a_worker_that_is_replaced_speaks_tls_too(stage: Stage) -> None:
    front = stage.start(server=TWO)
    for pid in pids(front):
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda gone=pid: gone not in pids(front), "it is replaced")  # type: ignore[misc]
    for _ in range(TRIES):
        with stage.connect() as tls:
            assert stage.ask(tls).status == 200


def test_every_worker_reads_proxy_headers(stage: Stage) -> None:
    stage.start(server=f"{TWO}\n{PROXY}")
    for number in range(TRIES):
        with stage.connect(before=b"PROXY TCP4 192.0.2.%d 192.0.2.1 4711 443\r\n" % number) as tls:
            assert stage.ask(tls).status == 200
        assert stage.upstream.requests[-1].value(b"x-forwarded-for") == b"192.0.2.%d" % number


def test_what_discovery_finds_reaches_every_worker(gateway: Gateways, upstream: RawUpstream) -> None:
    with RawUpstream() as other:
        other.script = answer(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        text = found_in("up.json").replace("version = 1\n", f"version = 1\n[server]\n{TWO}\n")
        front = gateway(text, files={"up.json": json.dumps([upstream.url])})
        assert {status(front) for _ in range(TRIES)} == {200}
        lists(front, other.url)
        wait_for(lambda: {status(front) for _ in range(TRIES)} == {201}, "all send to the other one")
        os.kill(pids(front)[0], signal.SIGKILL)
        assert len(pids(front)) == 2
        assert {status(front) for _ in range(TRIES)} == {201}, "the new one knows it from the first"


def test_what_is_unhealthy_gets_nothing_from_any_worker(gateway: Gateways, pair: tuple[Checked, Checked]) -> None:
    one, two = pair
    front = gateway(config(one, two).replace("version = 1\n", f"version = 1\n[server]\n{TWO}\n"))
    wait_for(lambda: who(front, TRIES) == {b"one", b"two"}, "both get traffic")
    one.healthy.clear()
    wait_for(lambda: who(front, TRIES) == {b"two"}, "only the healthy one gets traffic")
    one.healthy.set()
    wait_for(lambda: who(front, TRIES) == {b"one", b"two"}, "it is back")
