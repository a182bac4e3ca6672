"""Limits in a real Redis: exact over gateways, and what happens while it is dead or hangs."""

import asyncio
import hashlib
import shutil
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gatewayctl.plan.policies import LimitPlan
from gatewayctl.policy.limits.limit import Decision, Limit, LimitCount
from gatewayctl.policy.limits.shared import Claim, StoreError
from gatewayctl.state.records import LocalKeeper
from gatewayctl.state.redis_store import TIMEOUT, RedisStore
from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.gateway import Gateway
from tests.support.http1 import Response
from tests.support.redis import RedisServer
from tests.support.waiting import wait_for

ALGORITHMS = ["fixed_window", "sliding_window", "token_bucket", "concurrency"]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("redis-server is not installed")
    server = RedisServer(tmp_path_factory.mktemp("redis"), binary)
    yield server
    server.stop()


class Events:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def event(self, level: str, message: str, **facts: object) -> None:
        self.said.append(message)


def limit(name: str, algorithm: str, much: int = 3, *, reports: bool = False, window: float = 60.0) -> Limit:
    window = 0.0 if algorithm == "concurrency" else window
    plan = LimitPlan(name, algorithm, much, window, much, ("global",), reports, "shared", "allow", 1, True, 1000)
    return Limit(plan, LocalKeeper(), LimitCount(name))


def with_store(redis: RedisServer, use: Callable[[RedisStore], Awaitable[Any]], *, timeout: float = 20.0) -> list[str]:
    """Runs ``use`` with a store; what the store said."""
    events = Events()

    async def run() -> None:
        store = RedisStore("shared", redis.url, time.monotonic, events, timeout=timeout)
        try:
            await use(store)
        finally:
            store.close()
            while tasks := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
                await asyncio.wait(tasks, timeout=5)

    asyncio.run(run())
    return events.said


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_it_decides_as_the_engine_does(redis: RedisServer, algorithm: str) -> None:
    used = limit(f"same-{algorithm}", algorithm)

    async def use(store: RedisStore) -> None:
        record: tuple[float, ...] = (0,) * used.algorithm.width
        for number in range(5):
            (said,) = await store.decide([Claim(used, b"k", b"lease-%d" % number)])
            after = used.algorithm.take(record, 1, 10**12)
            assert said.within == (after is not None)
            record = record if after is None else after
            remaining, reset = used.algorithm.left(record, 10**12)
            assert said.state.remaining == remaining
            assert (said.state.reset is None) == (reset is None)
            if reset is not None and said.state.reset is not None:
                assert abs(said.state.reset - reset) < 8 * 10**6, "the slot that is running differs"
            assert (said.wait == 0) == said.within
            assert said.wait <= 68 * 10**6

    assert with_store(redis, use) == []


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_of_200_at_once_exactly_so_many_are_within(redis: RedisServer, algorithm: str) -> None:
    used = limit(f"many-{algorithm}", algorithm, 100, window=3600.0)

    async def use(store: RedisStore) -> None:
        said = await asyncio.gather(*(store.decide([Claim(used, b"k", b"l%d" % n)]) for n in range(200)))
        assert sum(decision.within for (decision,) in said) == 100

    with_store(redis, use)


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_the_wait_that_it_names_is_true(redis: RedisServer, algorithm: str) -> None:
    used = limit(f"wait-{algorithm}", algorithm, 2, window=0.4)

    async def use(store: RedisStore) -> None:
        decision: Decision
        (decision,) = await store.decide([Claim(used, b"k", b"l")])
        while decision.within:
            (decision,) = await store.decide([Claim(used, b"k", b"l")])
        assert 0 < decision.wait <= 460_000
        over = time.monotonic() + decision.wait / 1e6
        while time.monotonic() < over:
            await asyncio.sleep(0.005)
        (decision,) = await store.decide([Claim(used, b"k", b"l")])
        assert decision.within

    with_store(redis, use)


def test_where_one_limit_refuses_nothing_is_taken_from_the_others(redis: RedisServer) -> None:
    few, many = limit("few", "fixed_window", 1), limit("many", "sliding_window", 3)

    async def use(store: RedisStore) -> None:
        left = []
        for _ in range(3):
            said = await store.decide([Claim(few, b"k", b""), Claim(many, b"k", b"")])
            left.append((said[0].within, said[1].state.remaining))
        assert left == [(True, 2), (False, 2), (False, 2)]

    with_store(redis, use)


def test_one_that_only_reports_stops_nobody(redis: RedisServer) -> None:
    few, many = limit("few-r", "fixed_window", 1, reports=True), limit("many-r", "fixed_window", 3)

    async def use(store: RedisStore) -> None:
        left = []
        for _ in range(2):
            said = await store.decide([Claim(few, b"k", b""), Claim(many, b"k", b"")])
            left.append((said[0].within, said[1].state.remaining))
        assert left == [(True, 2), (False, 1)]

    with_store(redis, use)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_is_given_back_can_be_taken_again(redis: RedisServer, algorithm: str) -> None:
    used = limit(f"back-{algorithm}", algorithm, 1)

    async def use(store: RedisStore) -> None:
        first = Claim(used, b"k", b"first")
        assert (await store.decide([first]))[0].within
        assert not (await store.decide([Claim(used, b"k", b"second")]))[0].within
        store.give_back([first])
        while not (await store.decide([Claim(used, b"k", b"third")]))[0].within:
            await asyncio.sleep(0)

    with_store(redis, use)


def test_counters_end_by_themselves(redis: RedisServer) -> None:
    used = limit("ends", "sliding_window", 3, window=0.2)

    async def use(store: RedisStore) -> None:
        await store.decide([Claim(used, b"k", b"")])

    with_store(redis, use)
    wait_for(lambda: redis.command("EXISTS", "gatewayctl:ends:sliding_window:k") == b":0\r\n", "the counter ends")


def test_while_it_is_down_it_is_not_asked_for_each_request(redis: RedisServer) -> None:
    used = limit("down", "fixed_window", 100)

    async def use(store: RedisStore) -> None:
        await store.decide([Claim(used, b"k", b"")])
        redis.hang()
        try:
            began = time.monotonic()
            for _ in range(50):
                with pytest.raises(StoreError):
                    await store.decide([Claim(used, b"k", b"")])
            assert store.down
            waited = time.monotonic() - began
        finally:
            redis.go_on()
        while store.down:
            try:
                await store.decide([Claim(used, b"k", b"")])
            except StoreError:
                await asyncio.sleep(0.01)
        assert waited < 50 * 0.25 / 2, "one wait each second at most, not one a request"

    assert with_store(redis, use, timeout=TIMEOUT) == ["store shared does not answer", "store shared answers again"]


CONFIG = """
version = 1
[stores.shared]
url = "{url}"
[limits.few]
algorithm = "{algorithm}"
limit = 100
{window}
key = "global"
store = "shared"
on_store_error = "{on_error}"
[routes.all]
path = "/*"
limits = ["few"]
respond = {{ status = 200, body = "hi" }}
"""


def config(redis: RedisServer, algorithm: str = "fixed_window", on_error: str = "allow") -> str:
    window = "" if algorithm == "concurrency" else 'window = "1h"'
    return CONFIG.format(url=redis.url, algorithm=algorithm, window=window, on_error=on_error)


def flood(fronts: list[Gateway], count: int) -> list[int]:
    """So many requests at once over those gateways; their statuses."""
    statuses: list[int] = []
    lock = threading.Lock()

    def ask(number: int) -> None:
        status = exchange(fronts[number % len(fronts)].address, get()).status
        with lock:
            statuses.append(status)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return statuses


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_two_gateways_admit_exactly_the_limit_together(redis: RedisServer, gateway: Gateways, algorithm: str) -> None:
    redis.command("FLUSHALL")
    fronts = [gateway(config(redis, algorithm, "deny")), gateway(config(redis, algorithm, "deny"))]
    statuses = flood(fronts, 200)

    late = statuses.count(503)  # on a machine that is held up a decision may come too late, and what it took is taken
    assert 100 - late <= statuses.count(200) <= 100
    assert len(statuses) == 200


@pytest.mark.parametrize(("on_error", "status"), [("allow", 200), ("deny", 503), ("local", 200)])
def test_a_redis_that_is_killed_and_restarted(
    redis: RedisServer, gateway: Gateways, on_error: str, status: int
) -> None:
    redis.command("FLUSHALL")
    front = gateway(config(redis, on_error=on_error))
    assert exchange(front.address, get()).status == 200
    redis.kill()
    try:
        during = [exchange(front.address, get()).status for _ in range(5)]
    finally:
        redis.restart()

    assert during == [status] * 5
    front.wait_for_line("store shared does not answer")

    def counts_again() -> bool:
        exchange(front.address, get())
        return redis.command("EXISTS", "gatewayctl:few:fixed_window:") == b":1\r\n"

    wait_for(counts_again, "it counts again")
    front.wait_for_line("store shared answers again")
    assert front.metric('gatewayctl_limit_store_errors_total{limit="few"}') >= 5
    assert exchange(front.address, get()).status == 200


def test_a_redis_that_hangs_holds_up_no_other_route(redis: RedisServer, gateway: Gateways) -> None:
    redis.command("FLUSHALL")
    front = gateway(
        config(redis) + '[routes.free]\npath = "/free"\nlimits = []\nrespond = { status = 200, body = "free" }\n'
    )
    assert exchange(front.address, get()).status == 200
    redis.hang()
    try:
        assert flood([front], 20) == [200] * 20
        assert exchange(front.address, get(target=b"/free")).status == 200
    finally:
        redis.go_on()
    front.wait_for_line("does not answer")
    assert sum("does not answer" in line for line in front.lines) == 1


def test_what_is_held_in_redis_comes_back(redis: RedisServer, gateway: Gateways, tmp_path: Path) -> None:
    redis.command("FLUSHALL")
    front = gateway(config(redis, "concurrency"))
    assert [exchange(front.address, get()).status for _ in range(3)] == [200] * 3

    wait_for(lambda: redis.command("ZCARD", "gatewayctl:few:concurrency:") == b":0\r\n", "nothing is held any more")


BEFORE_AND_AFTER = """
version = 1
[stores.shared]
url = "{url}"
[auth.keys]
type = "api_key"
header = "X-API-Key"
[consumers.ann]
api_keys = ["sha256:{ann}"]
[consumers.bob]
api_keys = ["sha256:{bob}"]
[limits.all]
algorithm = "{algorithm}"
limit = 10
window = "1h"
key = "global"
store = "{before}"
on_store_error = "deny"
[limits.own]
algorithm = "{algorithm}"
limit = 7
window = "1h"
key = "consumer"
store = "{after}"
on_store_error = "deny"
[routes.all]
path = "/*"
auth = "keys"
limits = ["all", "own"]
respond = {{ status = 200, body = "hi" }}
"""


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
@pytest.mark.parametrize(("before", "after"), [("shared", "memory"), ("shared", "shared"), ("memory", "shared")])
def test_what_a_limit_after_authentication_refuses_goes_back_to_the_one_before(
    redis: RedisServer, gateway: Gateways, algorithm: str, before: str, after: str
) -> None:
    """Of ten for all, the first may use seven; the three that are left are the other's, however often the first asks."""
    redis.command("FLUSHALL")
    hashes = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("ann", "bob")}
    text = BEFORE_AND_AFTER.format(url=redis.url, algorithm=algorithm, before=before, after=after, **hashes)
    front = gateway(text)

    def ask(name: bytes) -> Response:
        return exchange(front.address, get(b"X-API-Key: " + name))

    assert [ask(b"ann").status for _ in range(7)] == [200] * 7
    assert {ask(b"ann").status for _ in range(20)} == {429}
    let_in = 0

    def three_came_in() -> bool:
        nonlocal let_in
        let_in += ask(b"bob").status == 200
        return let_in == 3

    wait_for(three_came_in, "what was refused has gone back")  # to Redis it goes beside the answer
    assert {ask(b"bob").status for _ in range(5)} == {429}
