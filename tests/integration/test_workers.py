"""Several workers: one gateway to whoever looks at it, whatever happens to one of its processes."""

import os
import re
import select
import signal
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Gateways
from tests.integration.serving import (
    Load,
    admin_request,
    answering,
    forwarding,
    generation,
    refused,
    says,
    status,
    unix_request,
    wait_until_it_says,
)
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.http1 import IncompleteError
from tests.support.upstream import RawUpstream
from tests.support.waiting import wait_for

REQUESTS = 'gatewayctl_requests_total{method="GET",route="all",service="",status_class="2xx"}'


def several(body: str, workers: int = 3, more: str = "", server: str = "") -> str:
    return answering(body, f"[server]\nworkers = {workers}\n{server}\n{more}")


def workers(front: Gateway) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = status(front)["workers"]
    return found


def serving(front: Gateway) -> list[int]:
    return [worker["pid"] for worker in workers(front) if worker["state"] == "serving"]


def replaced(front: Gateway, pid: int, count: int) -> bool:
    """Whether that worker is gone and as many serve as should."""
    now = serving(front)
    return pid not in now and len(now) == count


def worker_of(front: Gateway, client: Any) -> dict[str, Any]:
    """The worker that has this client's connection, the only one there is."""
    return wait_for(
        lambda: next((worker for worker in workers(front) if worker["connections"]), None),
        "a worker has the connection",
    )


# ── one gateway ───────────────────────────────────────────────────────


def test_connections_are_spread_and_all_is_counted_together(gateway: Gateways) -> None:
    front = gateway(several("one", server='listen = ["127.0.0.1:0", "unix:gateway.sock"]'))
    clients = [front.client() for _ in range(60)]
    for client in clients:
        assert client.send(get()).response().body == b"one"
    assert unix_request(front.directory / "gateway.sock", get()).body == b"one"

    assert front.metric(REQUESTS) == 61
    assert front.metric("gatewayctl_client_connections") == 60
    found = workers(front)
    assert sum(worker["connections"] for worker in found) == status(front)["connections"] == 60
    assert len({worker["pid"] for worker in found} | {front.pid}) == 4
    assert all(worker["connections"] for worker in found), found
    wait_for(lambda: len(front.access()) == 61, "each request has its line, in one file")
    for client in clients:
        client.socket.close()


def test_with_one_worker_all_is_one_process(gateway: Gateways) -> None:
    front = gateway(answering("one"))

    (worker,) = workers(front)
    assert (worker["pid"], worker["generation"], worker["restarts"]) == (front.pid, 1, 0)
    assert not Path(f"/proc/{front.pid}/task/{front.pid}/children").read_text()


def test_auto_takes_what_the_machine_allows(gateway: Gateways) -> None:
    front = gateway(several("one").replace("workers = 3", 'workers = "auto"'))

    assert 1 <= len(workers(front)) <= len(os.sched_getaffinity(0))
    assert says(front) == b"one"


def test_the_echo_has_one_address_for_all(gateway: Gateways) -> None:
    text = """
version = 1
[server]
workers = 2
[services.demo]
builtin = "echo"
builtin_instances = 1
[routes.all]
path = "/*"
service = "demo"
"""
    front = gateway(text)
    hosts = {re.search(rb'"host":"([^"]+)"', says(front)) for _ in range(20)}

    (address,) = {host[1].decode() for host in hosts if host}
    assert status(front)["services"][0]["instances"][0]["address"] == address
    requests = 'gatewayctl_upstream_responses_total{instance="demo-1",service="demo",status_class="2xx"}'
    assert front.metric(requests) == 20


@pytest.mark.parametrize("number", [1, 2])
def test_a_second_gateway_on_the_same_address_is_refused(gateway: Gateways, tmp_path: Path, number: int) -> None:
    front = gateway(several("one"))
    port = front.address[1]
    said = refused(
        tmp_path,
        several("two", number, '[admin]\nlisten = "off"\n[log]\naccess = "off"', f'listen = "127.0.0.1:{port}"'),
    )

    assert f"error[E501]: 127.0.0.1:{port} is in use by another process" in said
    assert {says(front) for _ in range(20)} == {b"one"}


def test_max_connections_is_for_the_host(gateway: Gateways) -> None:
    front = gateway(several("one", 2, server="max_connections = 4"))
    clients = [front.client() for _ in range(12)]
    for client in clients:
        client.send(get())
    wait_for(lambda: status(front)["connections"] >= 4, "as many as may are accepted")
    assert status(front)["connections"] <= 5, "at most one more for each worker beside the first"
    waiting = {client.socket: client for client in clients}
    while waiting:  # each that leaves makes room, whichever worker had it
        answered, _, _ = select.select(list(waiting), [], [], 20)
        assert answered, f"{len(waiting)} clients wait for ever"
        for sock in answered:
            with waiting.pop(sock) as client:
                assert client.response().body == b"one"


# ── reload ────────────────────────────────────────────────────────────


def test_reloads_under_load_fail_no_request_and_reach_all(gateway: Gateways) -> None:
    front = gateway(several("one"))
    with Load(front.address) as load:
        for number in range(2, 7):
            front.write(several(f"body {number}"))
            wait_for(lambda n=number: generation(front) == n, "the edit is in force")  # type: ignore[misc]
            assert {worker["generation"] for worker in workers(front)} == {number}
    assert load.failures == []
    assert {says(front) for _ in range(20)} == {b"body 6"}


def test_a_bad_edit_and_another_number_of_workers_change_nothing(gateway: Gateways) -> None:
    front = gateway(several("one"))
    front.write(several("two", 4))
    front.wait_for_line("error[E510]: server.workers cannot change while the gateway runs")
    front.write("nonsense")
    front.wait_for_line("error[E")

    assert {says(front) for _ in range(20)} == {b"one"}
    assert {worker["generation"] for worker in workers(front)} == {1}


def test_a_reload_is_one_line_and_a_new_worker_is_another(gateway: Gateways) -> None:
    front = gateway(several("one", workers=2))
    front.write(several("two", workers=2))
    wait_until_it_says(front, b"two")
    os.kill(workers(front)[0]["pid"], signal.SIGKILL)
    front.wait_for_line("worker 1 (pid")
    front.wait_for_line("serves")

    said = [line for line in front.lines if " info " in line]
    assert [line.split("info")[1].split()[0] for line in said] == ["reloaded:", "worker"]


def test_a_worker_that_cannot_take_it_over_fails_the_reload_for_all(gateway: Gateways) -> None:
    front = gateway(several("one"))
    victim = serving(front)[1]
    os.kill(victim, signal.SIGSTOP)
    front.write(several("two"))

    line = front.wait_for_line("reload failed: not put in force: worker 2")
    assert "generation 1 goes on serving" in line
    wait_until_it_says(front, b"two")  # it is tried again, with the worker that has replaced it
    wait_for(lambda: {worker["generation"] for worker in workers(front)} == {2}, "all have the same again")
    assert len(serving(front)) == 3


# ── workers that end ──────────────────────────────────────────────────


def test_a_killed_worker_is_replaced_and_others_lose_nothing(gateway: Gateways) -> None:
    front = gateway(several("one"))
    clients = [front.client() for _ in range(30)]
    for client in clients:
        client.send(get()).response()
    victim = serving(front)[0]
    held = next(worker["connections"] for worker in workers(front) if worker["pid"] == victim)
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: replaced(front, victim, 3), "it is replaced")
    lost = 0
    for client in clients:
        with client:
            try:
                assert client.send(get()).response().body == b"one"
            except (OSError, IncompleteError):
                lost += 1

    assert lost == held
    assert front.metric(REQUESTS) >= 30 + len(clients) - lost, "what it had counted is kept"
    assert "was ended by signal 9" in front.wait_for_line("it is replaced")
    assert sum(worker["restarts"] for worker in workers(front)) == 1
    assert {says(front) for _ in range(20)} == {b"one"}


def test_counters_never_go_back(gateway: Gateways) -> None:
    front = gateway(several("one", 2))
    for _ in range(20):
        says(front)
    wait_for(lambda: front.metric(REQUESTS) == 20, "all are counted")
    before = front.metric(REQUESTS)
    for victim in serving(front):
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda pid=victim: replaced(front, pid, 2), "it is replaced")  # type: ignore[misc]
        assert front.metric(REQUESTS) == before
    says(front)

    assert front.metric(REQUESTS) == before + 1
    assert front.metric('gatewayctl_request_duration_seconds_count{route="all"}') == before + 1
    assert front.metric("gatewayctl_client_connections") == 0


def test_a_worker_that_hangs_is_ended_and_replaced(gateway: Gateways) -> None:
    front = gateway(several("one", 2))
    victim = serving(front)[0]
    os.kill(victim, signal.SIGSTOP)

    assert "did not answer for" in front.wait_for_line("was killed; it is replaced")
    wait_for(lambda: replaced(front, victim, 2), "it is replaced")
    assert {says(front) for _ in range(20)} == {b"one"}


def test_workers_end_with_a_supervisor_that_was_killed(gateway: Gateways) -> None:
    front = gateway(several("one", 2))
    pids = serving(front)
    front.signal(signal.SIGKILL)

    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "no worker is left behind")
    assert front.stop() == -signal.SIGKILL


SPOILED = """
import os, sys
if "gatewayctl.server.workers.worker" in sys.orig_argv and os.path.exists({flag!r}):
    sys.stderr.write("no luck today\\n")
    os._exit(3)
"""


def spoiled(directory: Path) -> tuple[Path, dict[str, str]]:
    """While the file is there, workers end at start."""
    flag = directory / "spoiled"
    (directory / "sitecustomize.py").write_text(SPOILED.format(flag=str(flag)))
    import sys

    path = os.pathsep.join([str(directory), *(p for p in sys.path if p)])
    return flag, {"PYTHONPATH": path}


def test_workers_that_do_not_start_are_given_up_with_a_clear_message(tmp_path: Path) -> None:
    flag, environment = spoiled(tmp_path)
    flag.touch()
    text = several("x", 2, '[admin]\nlisten = "off"\n[log]\naccess = "off"', 'listen = "127.0.0.1:0"')
    said = refused(tmp_path, text, environment=environment)

    assert "error[E506]: the workers do not start" in said
    assert "ended by itself with status 3 before it served, the 5th time in a row" in said
    assert "no luck today" in said
    assert "gateway.toml:4:" in said


def test_a_worker_that_does_not_start_again_leaves_its_place_to_the_others(gateway: Gateways, tmp_path: Path) -> None:
    flag, environment = spoiled(tmp_path)
    front = gateway(several("one", 2), environment=environment)
    victim = serving(front)[1]
    flag.touch()
    os.kill(victim, signal.SIGKILL)
    front.wait_for_line("the 5th time in a row: the others go on without it")

    assert [worker["state"] for worker in workers(front)] == ["serving", "failed"]
    assert {says(front) for _ in range(20)} == {b"one"}, "the one that is left accepts for both"
    flag.unlink()
    front.write(several("two", 2))  # a new configuration may have mended it
    wait_for(lambda: len(serving(front)) == 2, "both serve again")
    wait_until_it_says(front, b"two")
    assert {says(front) for _ in range(20)} == {b"two"}


def test_without_any_worker_the_gateway_ends_and_says_why(gateway: Gateways, tmp_path: Path) -> None:
    flag, environment = spoiled(tmp_path)
    front = gateway(several("one", 2), environment=environment)
    flag.touch()
    for pid in serving(front):
        os.kill(pid, signal.SIGKILL)
    front.wait_for_line("and no worker is left")
    wait_for(lambda: not front.running, "it ends")

    assert front.stop() == 2


# ── the end ───────────────────────────────────────────────────────────


def test_a_drain_lets_requests_finish_in_every_worker(gateway: Gateways, upstream: RawUpstream) -> None:
    go_on = threading.Event()

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.wait(go_on)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")

    upstream.script = script
    front = gateway(forwarding(upstream, server='workers = 3\nshutdown_grace = "20s"'))
    clients = [front.client() for _ in range(12)]
    for client in clients:
        client.send(get())
    wait_for(lambda: len(upstream.requests) == 12, "all are in flight")
    front.signal(signal.SIGTERM)
    front.wait_for_line("takes no more connections")
    wait_for(lambda: _refuses(front.address), "nothing is accepted any more")
    go_on.set()
    for client in clients:
        response = client.response()
        assert (response.status, response.body) == (200, b"done")
        client.socket.close()
    wait_for(lambda: not front.running, "it ends")

    assert front.stop() == 0
    assert not any("cut" in line for line in front.lines)
    assert len(front.access()) == 12


def _refuses(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return True
    return False


def test_a_second_signal_cuts_in_every_worker(gateway: Gateways, upstream: RawUpstream) -> None:
    go_on = threading.Event()

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.wait(go_on)

    upstream.script = script
    front = gateway(forwarding(upstream, server='workers = 2\nhealth_path = "/health"\nshutdown_grace = "10m"'))
    clients = [front.client() for _ in range(6)]
    for client in clients:
        client.send(get())
    wait_for(lambda: len(upstream.requests) == 6, "all are in flight")
    front.signal(signal.SIGTERM)
    front.wait_for_line("ending")
    front.signal(signal.SIGTERM)
    front.wait_for_line("cut 6 connections before its end: a second signal came")
    wait_for(lambda: not front.running)
    go_on.set()

    assert front.stop() == 0
    for client in clients:
        client.socket.close()


def test_health_says_no_in_every_worker_while_it_goes_on(gateway: Gateways) -> None:
    front = gateway(several("one", 2, server='health_path = "/health"\nshutdown_delay = "10m"'))
    front.signal(signal.SIGTERM)
    front.wait_for_line("ending: goes on for 10m")

    def all_say_no() -> bool:
        return {exchange(front.address, get(target=b"/health")).status for _ in range(20)} == {503}

    wait_for(all_say_no, "no worker is healthy any more")
    assert says(front) == b"one"
    assert admin_request(front, "GET", "/readyz").status == 503
    front.signal(signal.SIGTERM)


def test_the_access_log_is_one_file_and_can_be_rotated(gateway: Gateways) -> None:
    front = gateway(several("one"))
    log = front.directory / "access.jsonl"
    with Load(front.address) as load:
        wait_for(lambda: len(front.access()) > 50)
        log.rename(log.with_suffix(".1"))
        front.signal(signal.SIGUSR1)
        front.wait_for_line("access log reopened")
        wait_for(lambda: log.exists() and len(front.access()) > 50, "the new file is written")
    wait_for(lambda: _lines(log) + _lines(log.with_suffix(".1")) == load.answered, "no line is lost or torn")


def _lines(path: Path) -> int:
    return sum(line.startswith('{"time":') and line.endswith("}") for line in path.read_text().splitlines())


def test_a_signal_to_the_whole_group_is_the_supervisors_alone(gateway: Gateways) -> None:
    front = gateway(several("one", 2, server='shutdown_delay = "10m"'))
    pids = serving(front)
    os.killpg(front.pid, signal.SIGTERM)  # as a service manager and Ctrl-C do
    front.wait_for_line("ending")

    assert {says(front) for _ in range(20)} == {b"one"}
    assert serving(front) == pids
    front.signal(signal.SIGTERM)
