"""The timer wheel against a list of deadlines: whatever is watched, moved and taken back, everything is called once its
time is over, soon, never early, and never twice."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewayctl.state.timer_wheel import NEVER, TICK
from tests.unit.state.wheels import Bench, Timed

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine slow is not wrong."""

DELAYS = st.one_of(st.floats(0, 0.3), st.floats(0, 20), st.sampled_from([0.0, TICK, 2 * TICK, 1.0, 5.0, 60.0]))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 4), DELAYS),
        st.tuples(st.just("never"), st.integers(0, 4), st.just(0.0)),
        st.tuples(st.just("run"), st.just(0), st.floats(0, 10)),
    ),
    max_size=20,
)


def move(bench: Bench, timed: Timed, delay: float) -> None:
    """As connections do it: watched only when the new deadline is nearer than what is watched for."""
    timed.deadline = bench.now + delay
    if timed.deadline < timed.due:
        bench.wheel.watch(timed)


@CALM
@given(STEPS, st.floats(0, 1))
def test_everything_is_called_when_its_time_is_over(steps: list[tuple[str, int, float]], phase: float) -> None:
    bench = Bench(now=1000.0 + phase)
    timed = [Timed(bench) for _ in range(5)]
    for what, which, value in steps:
        if what == "set":
            move(bench, timed[which], value)
        elif what == "never":
            timed[which].deadline = NEVER
        else:
            bench.run(value, step=0.02)
            for one in timed:  # what is still waiting has not been waiting for long
                assert one.deadline == NEVER or one.deadline > bench.now - 3 * TICK
    bench.run(70, step=0.05)

    assert all(one.deadline == NEVER for one in timed)
    assert bench.timers == [], "and then it rests"


@CALM
@given(st.lists(st.tuples(DELAYS, st.integers(0, 3)), min_size=1, max_size=8))
def test_a_callback_that_sets_a_new_deadline_is_called_as_often_as_it_does(again: list[tuple[float, int]]) -> None:
    bench = Bench()
    all_timed = []
    for delay, times in again:
        left = [times]

        def then(timed: Timed, left: list[int] = left, delay: float = delay) -> None:
            if left[0]:
                left[0] -= 1
                timed.deadline = bench.now + delay + 0.001

        all_timed.append((bench.watch(delay, then), times))
    bench.run(250, step=0.05)

    for timed, times in all_timed:
        assert len(timed.called) == times + 1


@CALM
@given(st.lists(DELAYS, min_size=1, max_size=20), st.floats(0, 100))
def test_a_clock_that_jumps_loses_nothing(delays: list[float], jump: float) -> None:
    bench = Bench()
    timed = [bench.watch(delay) for delay in delays]
    bench.now += jump
    bench.run(61, step=0.5)

    assert [len(one.called) for one in timed] == [1] * len(timed)
