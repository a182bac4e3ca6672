"""What every limit promises: it never grants too much, it is used to the full, and the wait that it names is true."""

from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gatewayctl.policy.limits import ALGORITHMS
from gatewayctl.policy.limits.base import SECOND, Algorithm
from gatewayctl.policy.limits.sliding_window import SLOTS
from gatewayctl.policy.records import Record

CALM = settings(deadline=None)
OVER_TIME = pytest.mark.parametrize("name", ["fixed_window", "sliding_window", "token_bucket"])
LIMITS = st.integers(1, 20)
WINDOWS = st.sampled_from([1000, 777_777, SECOND, 3 * SECOND, 60 * SECOND, 3600 * SECOND])
GAPS = st.lists(st.integers(0, 4000), min_size=1, max_size=80)
"""Between requests, in thousandths of the window."""
STARTS = st.integers(0, 10**13)
COSTS = st.integers(1, 3)


def granted(
    algorithm: Algorithm, window: int, start: int, gaps: list[int], cost: int = 1
) -> tuple[list[int], Record, int]:
    """The times at which requests were let through, the record then, and the time then."""
    record: Record = (0,) * algorithm.width
    now, times = start, []
    for gap in gaps:
        now += window * gap // 1000
        after = algorithm.take(record, cost, now)
        if after is not None:
            record = after
            times.append(now)
    return times, record, now


@CALM
@given(LIMITS, WINDOWS, STARTS, GAPS)
def test_a_sliding_window_grants_no_more_than_its_limit_in_any_window(
    limit: int, window: int, start: int, gaps: list[int]
) -> None:
    times, _, _ = granted(ALGORITHMS["sliding_window"](limit, window, 0), window, start, gaps)

    for time in times:
        assert sum(time <= other < time + window for other in times) <= limit


@CALM
@given(LIMITS, WINDOWS, STARTS, GAPS)
def test_a_fixed_window_grants_exactly_its_limit_in_each_of_its_windows(
    limit: int, window: int, start: int, gaps: list[int]
) -> None:
    times, _, _ = granted(ALGORITHMS["fixed_window"](limit, window, 0), window, start, gaps)
    expected, began, taken, now = [], -window, 0, start
    for gap in gaps:
        now += window * gap // 1000
        if now >= began + window or not expected:
            began, taken = now, 0
        if taken < limit:
            taken += 1
            expected.append(now)

    assert times == expected


@CALM
@given(LIMITS, WINDOWS, STARTS, GAPS, st.integers(1, 30))
def test_a_bucket_grants_no_more_than_burst_and_refill_in_any_time(
    limit: int, window: int, start: int, gaps: list[int], burst: int
) -> None:
    times, _, _ = granted(ALGORITHMS["token_bucket"](limit, window, burst), window, start, gaps)

    for first, time in enumerate(times):
        for last in range(first, len(times)):
            refill = Fraction(times[last] - time) * limit / window
            assert last - first + 1 <= burst + refill + Fraction(1, 100_000)


@CALM
@given(LIMITS, WINDOWS, STARTS, GAPS, st.integers(1, 30))
def test_a_bucket_grants_whatever_an_exact_one_grants(
    limit: int, window: int, start: int, gaps: list[int], burst: int
) -> None:
    """The same decisions, request by request, as GCRA in fractions, but where that is a hair from the other decision."""
    algorithm = ALGORITHMS["token_bucket"](limit, window, burst)
    record: Record = (0, 0)
    interval, now, arrival = Fraction(window, limit), start, Fraction(0)
    for gap in gaps:
        now += window * gap // 1000
        after = max(arrival, Fraction(now)) + interval
        spare = burst * interval - (after - now)
        got = algorithm.take(record, 1, now)
        if abs(spare) > interval / 10_000:
            assert (got is not None) == (spare > 0)
        if got is not None:
            record, arrival = got, after


@OVER_TIME
@CALM
@given(LIMITS, WINDOWS, STARTS, GAPS, COSTS, st.data())
def test_waiting_as_long_as_is_said_is_enough_and_nearly_as_long_is_not(
    name: str, limit: int, window: int, start: int, gaps: list[int], cost: int, data: st.DataObject
) -> None:
    cost = min(cost, limit)
    algorithm = ALGORITHMS[name](limit, window, limit)
    _, record, now = granted(algorithm, window, start, gaps, cost)
    wait = algorithm.wait(record, cost, now)

    assert (wait == 0) == (algorithm.take(record, cost, now) is not None)
    assert algorithm.take(record, cost, now + wait) is not None
    seconds = -(-wait // SECOND)
    assert algorithm.take(record, cost, now + seconds * SECOND) is not None, "in whole seconds, as Retry-After says it"
    if wait > 3:
        earlier = data.draw(st.integers(0, wait - 3))
        assert algorithm.take(record, cost, now + earlier) is None


@OVER_TIME
@CALM
@given(LIMITS, WINDOWS, STARTS, GAPS)
def test_what_is_said_to_remain_can_be_taken_and_no_more(
    name: str, limit: int, window: int, start: int, gaps: list[int]
) -> None:
    algorithm = ALGORITHMS[name](limit, window, limit)
    _, record, now = granted(algorithm, window, start, gaps)
    remaining, reset = algorithm.left(record, now)

    assert reset is not None
    assert algorithm.left(record, now + reset + 1)[0] == limit
    taken = 0
    while (after := algorithm.take(record, 1, now)) is not None:
        record, taken = after, taken + 1
    assert taken == remaining


@OVER_TIME
@CALM
@given(LIMITS, WINDOWS, STARTS, GAPS, st.integers(1, 10**13))
@example(limit=1, window=777_777, start=0, gaps=[0], back=875_000)
def test_a_clock_that_is_set_back_grants_nothing_and_locks_nobody_out(
    name: str, limit: int, window: int, start: int, gaps: list[int], back: int
) -> None:
    algorithm = ALGORITHMS[name](limit, window, limit)
    _, record, now = granted(algorithm, window, start + back, gaps)
    before = algorithm.left(record, now)[0]
    now -= back
    taken = 0
    while (after := algorithm.take(record, 1, now)) is not None:
        record, taken = after, taken + 1

    assert taken <= before
    locked = window + window // SLOTS + 1
    if name == "sliding_window":
        locked += window + 2 * SLOTS  # its slots are rounded up to whole microseconds
    assert algorithm.wait(record, 1, now) <= locked


@CALM
@given(LIMITS, WINDOWS, STARTS, GAPS, st.integers(1, 125))
def test_a_process_that_is_a_little_behind_another_gets_no_more_out_of_a_bucket(
    limit: int, window: int, start: int, gaps: list[int], behind: int
) -> None:
    """Every other request was stamped a little earlier than the one before it."""
    bucket = ALGORITHMS["token_bucket"](limit, window, limit)
    late = min(window * behind // 1000, SECOND)

    def passed(late: int) -> int:
        record: Record = (0, 0)
        now, times = start + window, 0
        for turn, gap in enumerate(gaps):
            now += window * min(gap, 100) // 1000
            after = bucket.take(record, 1, now - late * (turn % 2))
            if after is not None:
                record, times = after, times + 1
        return times

    assert passed(late) <= passed(0)


@CALM
@given(LIMITS, st.lists(st.booleans(), max_size=80))
def test_no_more_than_so_many_are_held_at_once(limit: int, comings: list[bool]) -> None:
    algorithm = ALGORITHMS["concurrency"](limit, 0, 0)
    record: Record = (0,)
    held = 0
    for comes in comings:
        if comes:
            after = algorithm.take(record, 1, 0)
            assert (after is not None) == (held < limit)
            if after is not None:
                record, held = after, held + 1
        elif held:
            record, held = algorithm.give_back(record, 1, 0, 0), held - 1
        assert record == (held,)
        assert algorithm.left(record, 0)[0] == limit - held


@CALM
@given(
    st.sampled_from(["sliding_window", "token_bucket"]),
    LIMITS,
    WINDOWS,
    STARTS,
    GAPS,
    st.integers(0, 79),
    st.integers(0, 4000),
)
def test_what_was_given_back_grants_no_more_than_if_it_had_never_been_taken(
    name: str, limit: int, window: int, start: int, gaps: list[int], turn: int, later: int
) -> None:
    algorithm = ALGORITHMS[name](limit, window, limit)
    first = algorithm.take((0,) * algorithm.width, 1, start)
    assert first is not None
    with_it, without, now = first, (0,) * algorithm.width, start
    for at, gap in enumerate(gaps):
        now += window * gap // 1000
        if at == turn % len(gaps):
            with_it = algorithm.give_back(with_it, 1, start, now)
        after, other = algorithm.take(with_it, 1, now), algorithm.take(without, 1, now)
        if after is not None:
            assert other is not None
            with_it, without = after, other
    now += window * later // 1000

    assert algorithm.left(with_it, now)[0] <= algorithm.left(without, now)[0]


@OVER_TIME
def test_what_is_given_back_at_once_can_be_taken_again(name: str) -> None:
    algorithm = ALGORITHMS[name](1, SECOND, 1)
    taken = algorithm.take((0,) * algorithm.width, 1, 5 * SECOND)
    assert taken is not None
    assert algorithm.take(taken, 1, 5 * SECOND + 1) is None

    assert algorithm.take(algorithm.give_back(taken, 1, 5 * SECOND, 5 * SECOND + 1), 1, 5 * SECOND + 1) is not None


def test_what_was_taken_in_a_window_that_is_over_is_not_given_back_out_of_the_next() -> None:
    algorithm = ALGORITHMS["fixed_window"](2, SECOND, 2)
    record: Record | None = algorithm.take((0, 0), 1, 5 * SECOND)
    for _ in range(2):
        assert record is not None
        record = algorithm.take(record, 1, 7 * SECOND)
    assert record is not None

    assert algorithm.take(algorithm.give_back(record, 1, 5 * SECOND, 7 * SECOND), 1, 7 * SECOND) is None
