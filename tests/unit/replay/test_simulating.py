"""Limits over a log: shares, keys, the smallest limits, bounds of memory, what a log cannot tell, the picture."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from gatewayctl.config import load
from gatewayctl.plan import Plan, compile_plan
from gatewayctl.replay.entry import Entry
from gatewayctl.replay.picture import ASCII, DRAWN, picture
from gatewayctl.replay.simulated import found_limits
from gatewayctl.replay.simulating import Simulation
from gatewayctl.replay.timeline import MOST, SECOND, Timeline

KINDS = {
    "fixed_window": 'algorithm = "fixed_window"\nwindow = "2s"',
    "sliding_window": 'algorithm = "sliding_window"\nwindow = "2s"',
    "token_bucket": 'algorithm = "token_bucket"\nwindow = "2s"',
    "concurrency": 'algorithm = "concurrency"',
}


def plan_of(folder: Path, limits: str, names: str = '"l"') -> Plan:
    file = folder / "gateway.toml"
    file.write_text(f'version = 1\n{limits}\n[routes.a]\npath = "/a/*"\nlimits = [{names}]\nrespond = {{}}\n')
    loaded = load([file], environ={})
    plan, diagnostics = compile_plan(loaded)
    assert plan is not None, (loaded.diagnostics, diagnostics)
    return plan


def limit(kind: str, number: int, more: str = "", name: str = "l") -> str:
    return f"[limits.{name}]\n{KINDS[kind]}\nlimit = {number}\n{more}\n"


def asked(second: float, client: str = "192.0.2.1", took: int | None = 0, path: str = "/a/1") -> Entry:
    return Entry(int(second * SECOND), took, client, "GET", "a", path, "", None)


class Run(Protocol):
    def __call__(self, plan: Plan, entries: Iterable[Entry], **options: int) -> Simulation: ...


@pytest.fixture
def run() -> Iterator[Run]:
    """Simulates a log to its end; what is kept of it goes with the test."""
    all: list[Simulation] = []

    def call(plan: Plan, entries: Iterable[Entry], **options: int) -> Simulation:
        simulation = Simulation(plan, **options)  # type: ignore[arg-type]
        all.append(simulation)
        for number, entry in enumerate(entries, 1):
            simulation.take(number, entry)
        simulation.finish()
        return simulation

    yield call
    for simulation in all:
        simulation.close()


def traffic() -> list[Entry]:
    chance = random.Random(7)
    second = 1_700_000_000.0
    made = []
    for _ in range(2_000):
        second += chance.expovariate(50)
        client = f"192.0.2.{min(int(chance.expovariate(0.5)), 9)}"
        made.append(asked(second, client, chance.randrange(1_000_000)))
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_the_smallest_limit_is_one_that_the_next_smaller_one_is_not(kind: str, tmp_path: Path, run: Run) -> None:
    """Each suggestion, put into the configuration, refuses what it says and no more than its share; one less does not."""
    log = traffic()
    first = run(plan_of(tmp_path, limit(kind, 3)), log)
    (found,) = found_limits(first)

    assert found.seen.refused > 20
    assert [suggestion.share for suggestion in found.suggestions] == [0.0, 0.001, 0.01]
    for share, number, refused in found.suggestions:
        assert number is not None
        assert run(plan_of(tmp_path, limit(kind, number)), log).refused == refused <= share * len(log)
        assert run(plan_of(tmp_path, limit(kind, number - 1)), log).refused > share * len(log)


def test_a_burst_of_its_own_stays_and_may_be_too_small_for_any_limit(tmp_path: Path, run: Run) -> None:
    plan = plan_of(tmp_path, limit("token_bucket", 10, "burst = 2"))

    (found,) = found_limits(run(plan, [asked(1, took=None) for _ in range(5)]))

    assert found.seen.refused == 3
    assert {suggestion.limit for suggestion in found.suggestions} == {None}


def test_shares_keys_and_the_busiest_second(tmp_path: Path, run: Run) -> None:
    log = [asked(100 + 0.1 * n) for n in range(5)] + [asked(101.5, "192.0.2.2"), asked(101.6, path="/elsewhere")]
    simulation = run(plan_of(tmp_path, limit("fixed_window", 2)), log)
    (found,) = found_limits(simulation)

    assert (simulation.requests, simulation.refused, simulation.unlimited) == (7, 3, 1)
    assert found.top == [("192.0.2.1", 5, 3), ("192.0.2.2", 1, 0)]
    assert (found.seen.timeline.peak, found.seen.timeline.peak_at) == (5, 100)


def test_requests_are_counted_when_they_began_and_held_until_they_ended(tmp_path: Path, run: Run) -> None:
    """The log has the long one last, since it ended last; it was there while the others came."""
    log = [asked(11, took=100_000), asked(12, took=100_000), asked(10, took=5 * SECOND), asked(15.5, took=0)]

    assert run(plan_of(tmp_path, limit("concurrency", 1)), log).refused == 2


def test_what_comes_too_late_to_be_put_in_order_is_said(tmp_path: Path, run: Run) -> None:
    simulation = run(plan_of(tmp_path, limit("fixed_window", 9)), [asked(3), asked(2), asked(1)], held_back=1)

    assert (simulation.late, simulation.requests) == (1, 3)


def test_a_refused_request_takes_from_no_limit_and_one_that_reports_refuses_nothing(tmp_path: Path, run: Run) -> None:
    limits = limit("fixed_window", 1) + limit("fixed_window", 2, name="wide")
    log = [asked(1), asked(1.1), asked(1.2), asked(1.3)]
    simulation = run(plan_of(tmp_path, limits, '"l", "wide"'), log)
    assert [simulation.limits[name].refused for name in ("l", "wide")] == [3, 0]

    reporting = run(plan_of(tmp_path, limit("fixed_window", 1, 'mode = "report"')), log)
    assert (reporting.refused, reporting.limits["l"].refused) == (0, 3)


def test_a_key_that_no_log_tells_is_named_and_not_simulated(tmp_path: Path, run: Run) -> None:
    simulation = run(plan_of(tmp_path, limit("fixed_window", 1, 'key = ["client_ip", "header:x-tenant"]')), [asked(1)])

    assert simulation.untold == {"l": ["header:x-tenant"]}
    assert simulation.limits == {}


def test_concurrency_without_durations_is_counted_as_unknown(tmp_path: Path, run: Run) -> None:
    simulation = run(plan_of(tmp_path, limit("concurrency", 1)), [asked(1, took=None)] * 3)

    assert (simulation.without_duration, simulation.limits["l"].asked) == (3, 0)


def test_memory_is_bounded_in_requests_and_in_keys(tmp_path: Path) -> None:
    log = [asked(n, f"198.51.{n // 250}.{n % 250}", path=f"/a/{n}") for n in range(1_000)]
    most = 0
    simulation = Simulation(plan_of(tmp_path, limit("fixed_window", 1)), remembered=50, held_back=10, most_keys=20)
    for number, entry in enumerate(log):
        simulation.take(number, entry)
        most = max(most, simulation.remembered)
    simulation.finish()
    simulation.close()

    assert 40 <= most <= 50
    seen = simulation.limits["l"]
    assert (seen.keys, seen.further, seen.asked) == (20, 980, 1_000)


def test_a_timeline_of_any_length_has_a_bounded_number_of_buckets() -> None:
    timeline = Timeline()
    for second in range(0, 10_000_000, 997):
        timeline.count(second * SECOND, second % 2 == 0)
    seconds, buckets = timeline.buckets(100)

    assert len(timeline.buckets(10**9)[1]) <= MOST
    assert len(buckets) <= 100
    assert seconds * len(buckets) >= 10_000_000 - 997
    assert sum(bucket.requests for bucket in buckets) == len(range(0, 10_000_000, 997))


@pytest.mark.parametrize("width", [20, 40, 80, None])
def test_a_picture_fits_the_terminal_and_shows_even_one_that_was_refused(width: int | None) -> None:
    timeline = Timeline()
    for second in range(600):
        for number in range(50):
            timeline.count(second * SECOND, refused=(second, number) == (300, 49))

    drawn = picture(timeline, width, DRAWN)
    assert max(map(len, drawn)) <= (width or 80)
    assert sum(line.count("░") for line in drawn[1:]) == 1
    plain = picture(timeline, width, ASCII)
    assert "".join(plain).isascii()
    assert [len(line) for line in plain] == [len(line) for line in drawn]


def test_nothing_that_was_asked_is_no_picture() -> None:
    assert picture(Timeline(), 80, DRAWN) == []
