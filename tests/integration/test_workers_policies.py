"""Policies that decide once for the host: four workers, and what one of them learns or holds counts for all.

With four workers each new connection goes to one of them by chance: that of sixty none reaches a certain worker happens once
in thirty million runs.
"""

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.conftest import Gateways
from tests.integration.serving import admin_request
from tests.integration.serving import status as facts
from tests.support.cases import get
from tests.support.client import Client, exchange
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.http1 import Response
from tests.support.lateness import Lateness
from tests.support.upstream import RawUpstream, Script, answer
from tests.support.waiting import let_pass, wait_for

BAD = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 3\r\n\r\nbad"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
TRIES = 60

CONFIG = """
version = 1
[server]
workers = 4
[services.up]
instances = [{instances}]
{service}
[routes.all]
path = "/*"
service = "up"
{route}
{more}
"""


def start(
    gateway: Gateways, *ups: RawUpstream, service: str = "", route: str = "", more: str = "", **options: Any
) -> Gateway:
    front = gateway(config(*ups, service=service, route=route, more=more), **options)
    wait_for(lambda: len(pids(front)) == 4, "four workers serve")
    return front


def config(*ups: RawUpstream, service: str = "", route: str = "", more: str = "") -> str:
    instances = ", ".join(f'{{ id = "i{number}", url = "{up.url}" }}' for number, up in enumerate(ups))
    return CONFIG.format(instances=instances, service=service, route=route, more=more)


def pids(front: Gateway) -> list[int]:
    return [worker["pid"] for worker in facts(front)["workers"] if worker["state"] == "serving"]


def ask(front: Gateway) -> Response:
    return exchange(front.address, get(b"Connection: close"))


def statuses(front: Gateway, times: int = TRIES) -> Counter[int]:
    return Counter(ask(front).status for _ in range(times))


def admin(front: Gateway, path: str) -> Any:
    return json.loads(admin_request(front, "GET", path).body)


@contextmanager
def held(upstream: RawUpstream) -> Iterator[threading.Event]:
    """Each request at the upstream waits for the event."""
    let_go = threading.Event()

    def wait_and_answer(connection: Connection) -> None:
        connection.read_request()
        connection.wait(let_go)
        connection.send(GOOD)

    upstream.script = wait_and_answer
    try:
        yield let_go
    finally:
        let_go.set()


def sequence(*scripts: Script) -> Script:
    """One after the other, a request each; the last one for all that follow."""
    left, lock = list(scripts), threading.Lock()

    def play(connection: Connection) -> None:
        with lock:
            script = left.pop(0) if len(left) > 1 else left[0]
        script(connection)

    return play


# ── limits ────────────────────────────────────────────────────────────


def limited(algorithm: str, limit: int, window: str = "1h") -> str:
    timed = "" if algorithm == "concurrency" else f'window = "{window}"\n'
    return f'[limits.few]\nalgorithm = "{algorithm}"\nlimit = {limit}\n{timed}key = "global"\n'


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_retry_after_is_true_whichever_worker_says_it(gateway: Gateways, upstream: RawUpstream, algorithm: str) -> None:
    front = start(gateway, upstream, route='limits = ["few"]', more=limited(algorithm, 5, "2s"))
    for _ in range(3):
        refused = next(r for r in iter(lambda: ask(front), None) if r.status == 429)
        seconds = int(refused.value(b"retry-after") or b"")
        assert 1 <= seconds <= 3
        let_pass(seconds)
        assert ask(front).status == 200


def test_what_a_limit_has_counted_lives_on_over_a_reload_and_a_new_worker(
    gateway: Gateways, upstream: RawUpstream
) -> None:
    front = start(gateway, upstream, route='limits = ["few"]', more=limited("fixed_window", 10))
    assert statuses(front, 6) == {200: 6}
    for number, more in enumerate(("", "max_keys = 500"), 2):
        front.write(config(upstream, route='limits = ["few"]', more=limited("fixed_window", 10 + number) + more))
        front.wait_for_line(f"generation {number}")
    assert statuses(front, 3) == {200: 3}
    os.kill(pids(front)[0], signal.SIGKILL)
    front.wait_for_line("serves")

    assert statuses(front, TRIES) == {200: 4, 429: TRIES - 4}
    allowed, refused = (
        front.metric(f'gatewayctl_limit_requests_total{{limit="few",outcome="{outcome}"}}')
        for outcome in ("allowed", "refused")
    )
    assert allowed >= 4
    assert refused == TRIES - 4


def test_what_a_killed_worker_held_of_a_limit_comes_back(gateway: Gateways, upstream: RawUpstream) -> None:
    """All of eight are held by some worker; with the one that is killed its share of them is free again, and no more."""
    front = start(gateway, upstream, route='limits = ["few"]', more=limited("concurrency", 8))
    with held(upstream) as let_go, ExitStack() as stack:
        clients = [stack.enter_context(Client(front.address)) for _ in range(8)]
        for client in clients:
            client.send(get())
        wait_for(lambda: len(upstream.requests) == 8, "all eight are there")
        assert statuses(front, 10) == {429: 10}
        by_worker = {worker["pid"]: worker["in_flight"] for worker in facts(front)["workers"]}
        victim, its = max(by_worker.items(), key=lambda item: item[1])
        os.kill(victim, signal.SIGKILL)
        front.wait_for_line("it is replaced")
        more = [stack.enter_context(Client(front.address)) for _ in range(its + 5)]
        for client in more:
            client.send(get())
        refused = 'gatewayctl_limit_requests_total{limit="few",outcome="refused"}'
        wait_for(lambda: front.metric(refused) == 10 + 5, "all are decided")
        wait_for(lambda: len(upstream.requests) == 8 + its, "as many again are let through")
        let_go.set()
        later = Counter(client.response().status for client in more)

    assert later == {200: its, 429: 5}
    wait_for(lambda: ask(front).status == 200, "all has been given back")


# ── breakers ──────────────────────────────────────────────────────────

BREAKER = """[breakers.standard]
failure_threshold = 5
failure_rate = 1.0
min_requests = 1000
failure_statuses = ["503"]
recovery_timeout = "{recovery}"
half_open_requests = {trials}
"""


def broken(recovery: str = "1h", trials: int = 1) -> str:
    return BREAKER.format(recovery=recovery, trials=trials)


def recovery_is_over(front: Gateway) -> None:
    """The next who asks is let through for a trial."""
    wait_for(lambda: admin(front, "/breakers")["breakers"][0]["seconds"] == 0, "its recovery time is over")


def test_a_breaker_opens_once_and_for_all_workers(gateway: Gateways, upstream: RawUpstream) -> None:
    """Five failures in a row, wherever they were seen: a sixth request reaches nobody."""
    upstream.script = answer(BAD)
    token = '[admin]\ntoken = "a-token-of-some-length"'
    front = start(gateway, upstream, service='breaker = "standard"', more=f"{broken()}\n{token}")
    said = statuses(front)

    assert said == {503: TRIES}
    assert len(upstream.requests) == 5
    front.wait_for_line("breaker standard of up is open")
    assert sum("breaker standard of up is open" in line for line in front.lines) == 1
    (shown,) = admin(front, "/breakers")["breakers"]
    assert (shown["state"], shown["refused"]) == ("open", TRIES - 5)
    assert front.metric('gatewayctl_breaker_state{breaker="standard",of="",service="up"}') == 1
    assert front.metric('gatewayctl_breaker_refused_total{breaker="standard",of="",service="up"}') == TRIES - 5

    upstream.script = answer(GOOD)
    reset = admin_request(front, "POST", "/breakers/standard/up/reset", b"Authorization: Bearer a-token-of-some-length")
    assert json.loads(reset.body) == {"ok": True, "reset": 1}
    assert statuses(front) == {200: TRIES}, "a reset closes it for all at once"


def test_a_success_anywhere_ends_a_row_of_failures(gateway: Gateways, upstream: RawUpstream) -> None:
    upstream.script = sequence(*[answer(BAD)] * 4, answer(GOOD), *[answer(BAD)] * 4, answer(GOOD), answer(BAD))
    front = start(gateway, upstream, service='breaker = "standard"', more=broken())

    assert statuses(front, 10) == {503: 8, 200: 2}
    assert len(upstream.requests) == 10, "none was refused"


def test_the_trials_of_a_half_open_breaker_are_exact_over_all_workers(gateway: Gateways, upstream: RawUpstream) -> None:
    """Sixty ask at once as soon as it is half-open: three get through, and what becomes of them closes it."""
    upstream.script = answer(BAD)
    front = start(gateway, upstream, service='breaker = "standard"', more=broken("1s", trials=3))
    assert statuses(front) == {503: TRIES}
    before = len(upstream.requests)
    refusals = 'gatewayctl_breaker_refused_total{breaker="standard",of="",service="up"}'
    known = front.metric(refusals)
    recovery_is_over(front)
    with held(upstream) as let_go, ExitStack() as stack:
        clients = [stack.enter_context(Client(front.address)) for _ in range(TRIES)]
        for client in clients:
            client.send(get())
        wait_for(lambda: front.metric(refusals) == known + TRIES - 3, "all others are refused")
        wait_for(lambda: len(upstream.requests) == before + 3, "three are tried")
        (shown,) = admin(front, "/breakers")["breakers"]
        assert (shown["state"], shown["trials"]) == ("half_open", 3)
        let_go.set()
        said = Counter(client.response().status for client in clients)

    assert said[200] == 3
    assert len(upstream.requests) == before + 3
    assert statuses(front) == {200: TRIES}


def test_the_trial_of_a_killed_worker_comes_back(gateway: Gateways, upstream: RawUpstream) -> None:
    upstream.script = answer(BAD)
    front = start(gateway, upstream, service='breaker = "standard"', more=broken("1s"))
    assert statuses(front) == {503: TRIES}
    before = len(upstream.requests)
    recovery_is_over(front)
    with held(upstream) as let_go, Client(front.address) as client:
        client.send(get())
        wait_for(lambda: len(upstream.requests) == before + 1, "a trial is under way")
        by_worker = {worker["pid"]: worker["in_flight"] for worker in facts(front)["workers"]}
        os.kill(max(by_worker, key=lambda pid: by_worker[pid]), signal.SIGKILL)
        front.wait_for_line("it is replaced")
        let_go.set()
        wait_for(lambda: ask(front).status == 200, "another trial is let through, and closes it", timeout=5)

    assert sum("breaker standard of up is open" in line for line in front.lines) == 1, "it was no relapse"


def test_breakers_of_instances_are_shown_whichever_worker_needed_them(gateway: Gateways, upstream: RawUpstream) -> None:
    with RawUpstream() as other:
        other.script = answer(BAD)
        front = start(gateway, upstream, other, service='breaker = "standard"', more=f'{broken()}scope = "instance"\n')
        statuses(front)
        shown = {entry["instance"]: entry["state"] for entry in admin(front, "/breakers")["breakers"]}

        assert shown == {"i0": "closed", "i1": "open"}
        assert len(other.requests) == 5


def test_a_breaker_stays_open_over_a_reload_and_a_new_worker(gateway: Gateways, upstream: RawUpstream) -> None:
    upstream.script = answer(BAD)
    front = start(gateway, upstream, service='breaker = "standard"', more=broken())
    statuses(front, 20)
    front.write(config(upstream, service='breaker = "standard"\nmax_in_flight = 50', more=broken()))
    front.wait_for_line("reloaded")
    os.kill(pids(front)[0], signal.SIGKILL)
    front.wait_for_line("serves")
    upstream.script = answer(GOOD)

    assert statuses(front) == {503: TRIES}
    assert len(upstream.requests) == 5


# ── outlier detection ─────────────────────────────────────────────────


def test_an_ejected_instance_gets_nothing_from_any_worker_within_a_tenth_of_a_second(
    gateway: Gateways, upstream: RawUpstream
) -> None:
    fails = answer(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")
    with RawUpstream() as other:
        other.script = fails
        front = start(gateway, upstream, other, service='outlier = { consecutive_failures = 3, ejection_time = "1h" }')
        ejections = 'gatewayctl_outlier_ejections_total{service="up"}'
        wait_for(lambda: (ask(front), front.metric(ejections))[1] >= 1, "it is ejected")
        with Lateness() as lateness:
            let_pass(0.1)
            let_pass(lateness.seconds)
        asked = len(other.requests)

        assert statuses(front) == {200: TRIES}
        assert len(other.requests) == asked
        assert front.metric(ejections) == 1
        (service,) = admin(front, "/services")["services"]
        assert [i["against"] for i in service["instances"]] == [[], ["outlier"]]
        assert front.metric('gatewayctl_upstream_available{instance="i1",service="up"}') == 0
        assert sum("up/i1 is ejected" in line for line in front.lines) == 1


def test_an_instance_whose_time_is_over_gets_traffic_from_all(gateway: Gateways, upstream: RawUpstream) -> None:
    fails = answer(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")
    with RawUpstream() as other:
        other.script = fails
        front = start(
            gateway, upstream, other, service='outlier = { consecutive_failures = 3, ejection_time = "300ms" }'
        )
        wait_for(lambda: (ask(front), any("is ejected" in line for line in front.lines))[1], "it is ejected")
        other.script = answer(GOOD)
        asked = len(other.requests)
        wait_for(lambda: statuses(front, 8)[200] == 8 and len(other.requests) > asked + 8, "it takes part again")


# ── max_in_flight ─────────────────────────────────────────────────────


def test_an_instance_is_full_for_all_workers_together(gateway: Gateways, upstream: RawUpstream) -> None:
    front = start(gateway, upstream, service="max_in_flight = 7")
    with held(upstream) as let_go, ExitStack() as stack:
        clients = [stack.enter_context(Client(front.address)) for _ in range(TRIES)]
        for client in clients:
            client.send(get())
        refused = 'gatewayctl_refused_total{reason="no_healthy_instance",route="all"}'
        wait_for(lambda: front.metric(refused) == TRIES - 7, "all others are refused")
        wait_for(lambda: len(upstream.requests) == 7, "seven are there")
        let_go.set()
        said = Counter(client.response().status for client in clients)

    assert said == {200: 7, 503: TRIES - 7}
    assert statuses(front) == {200: TRIES}, "all rooms have been given back"


def test_the_room_of_a_killed_worker_is_free_again(gateway: Gateways, upstream: RawUpstream) -> None:
    front = start(gateway, upstream, service="max_in_flight = 1")
    with held(upstream) as let_go, Client(front.address) as client:
        client.send(get())
        wait_for(lambda: len(upstream.requests) == 1, "it is there")
        assert statuses(front, 10) == {503: 10}
        by_worker = {worker["pid"]: worker["in_flight"] for worker in facts(front)["workers"]}
        os.kill(max(by_worker, key=lambda pid: by_worker[pid]), signal.SIGKILL)
        front.wait_for_line("it is replaced")
        let_go.set()
        wait_for(lambda: ask(front).status == 200, "there is room again")


def test_room_is_given_back_however_an_attempt_ends(gateway: Gateways, upstream: RawUpstream) -> None:
    """Held back for a retry, cut off, answered with something no HTTP, left by its client: none of them keeps a room."""

    def cut(connection: Connection) -> None:
        connection.read_request()
        connection.reset()

    front = start(
        gateway,
        upstream,
        service="max_in_flight = 2",
        route='retry = "safe"',
        more='[retries.safe]\nattempts = 2\non = ["connect", "reset", "503"]\nmin_budget = 1000\nbackoff = "10ms"',
    )
    for script in (answer(BAD), cut, answer(b"HTTP/9.9 rubbish\r\n\r\n"), sequence(answer(BAD), answer(GOOD))):
        upstream.script = script
        for _ in range(10):
            assert b"as many requests as it takes" not in ask(front).body
    with held(upstream):
        for number in range(4):
            before = len(upstream.requests)
            with Client(front.address) as client:
                client.send(get())
                wait_for(lambda before=before: len(upstream.requests) > before, f"request {number} is there")  # type: ignore[misc]
                client.reset()
    upstream.script = answer(GOOD)
    front.come_to_rest()
    assert statuses(front) == {200: TRIES}
