"""Ending: in order where there is time, at once where there is not, and nothing left behind."""

import signal
import threading
from pathlib import Path

import pytest

from tests.conftest import Gateways
from tests.integration.serving import answering, forwarding, serve, until_ended
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.connection import Connection
from tests.support.http1 import lines
from tests.support.upstream import RawUpstream
from tests.support.waiting import wait_for

LOCAL = '[server]\nlisten = "unix:gateway.sock"\n[admin]\nlisten = "off"\n[log]\naccess = "off"\n'


def test_readiness_and_health_say_no_while_requests_are_still_served(gateway: Gateways) -> None:
    front = gateway(answering("one", '[server]\nhealth_path = "/health"\nshutdown_delay = "10m"'))
    ready = lines(b"GET /readyz HTTP/1.0", b"Host: localhost")
    assert exchange(front.address, get(target=b"/health")).status == 200
    assert exchange(front.admin, ready).status == 200
    front.signal(signal.SIGTERM)
    front.wait_for_line("ending: goes on for 10m")

    assert exchange(front.admin, ready).status == 503
    assert exchange(front.address, get(target=b"/health")).status == 503
    assert exchange(front.address, get()).body == b"one"
    front.signal(signal.SIGTERM)
    wait_for(lambda: not front.running, "a second signal ends it at once")
    assert front.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_either_signal_ends_it_with_zero(gateway: Gateways, number: signal.Signals) -> None:
    front = gateway(answering("one"))
    front.signal(number)
    wait_for(lambda: not front.running)

    assert front.stop() == 0
    assert any(line.endswith("ended") for line in front.lines)


def test_a_stream_without_end_is_cut_after_the_grace(gateway: Gateways, upstream: RawUpstream) -> None:
    go_on = threading.Event()

    def stream(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n")
        connection.wait(go_on)

    upstream.script = stream
    front = gateway(forwarding(upstream, server='shutdown_grace = "300ms"'))
    with front.client() as client:
        client.send(get()).receive_until(b"data: one\n\n")
        front.signal(signal.SIGTERM)

        front.wait_for_line("cut 1 connection before its end: 300ms were over")
        wait_for(lambda: not front.running)
    go_on.set()


def test_a_signal_while_it_starts_ends_it_quietly(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(answering("x", LOCAL))
    process = serve(tmp_path, "-c", "gateway.toml")

    def act() -> None:
        def compiles() -> bool:
            return bool(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text())

        wait_for(compiles, "it has begun")
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGUSR1)
        process.terminate()
        _, said = process.communicate(timeout=20)
        assert "Traceback" not in said

    assert until_ended(process, act) == 0


def test_the_pid_file_lives_as_long_as_the_gateway(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(answering("x", LOCAL))
    pid_file = tmp_path / "gateway.pid"
    pid_file.write_text("99999999\n")
    process = serve(tmp_path, "-c", "gateway.toml", "--pid-file", "gateway.pid")

    def act() -> None:
        wait_for(lambda: pid_file.read_text() == f"{process.pid}\n", "the stale one is written over")
        wait_for((tmp_path / "gateway.sock").exists)
        process.terminate()

    assert until_ended(process, act) == 0
    assert not pid_file.exists()
    assert not (tmp_path / "gateway.sock").exists()
