"""The timer wheel on a clock that the test moves: never early, never lost, within one tick, idle without work."""

import pytest

from gatewayctl.state.timer_wheel import NEVER, TICK, TimerWheel
from tests.unit.state.wheels import Bench, Timed


def test_nothing_watched_needs_no_timer() -> None:
    assert Bench().timers == []


def test_a_deadline_is_called_once_it_has_passed() -> None:
    bench = Bench()
    timed = bench.watch(1.0)
    bench.run(0.99)
    assert timed.called == []
    bench.run(0.01 + 2 * TICK)
    assert len(timed.called) == 1


@pytest.mark.parametrize("phase", [0.0, 0.001, 0.02, 0.049, 0.0499])
@pytest.mark.parametrize("delay", [0.001, 0.04, 0.05, 0.051, 0.1, 0.999, 1.0, 7.77])
def test_a_deadline_is_kept_to_within_one_tick_and_never_early(phase: float, delay: float) -> None:
    bench = Bench(now=100.0 + phase)
    timed = bench.watch(delay)
    bench.run(delay + 3 * TICK, step=0.001)

    (called,) = timed.called
    lateness = called - (100.0 + phase + delay)
    assert 0 <= lateness <= TICK + 0.002


def test_a_deadline_of_never_is_not_watched() -> None:
    bench = Bench()
    bench.wheel.watch(Timed(bench))

    assert bench.timers == []


def test_a_deadline_moved_further_on_is_called_then() -> None:
    bench = Bench()
    timed = bench.watch(1.0)
    bench.run(0.5)
    timed.deadline = bench.now + 2.0
    bench.run(1.9)
    assert timed.called == []
    bench.run(0.1 + 2 * TICK)
    assert len(timed.called) == 1


def test_a_deadline_moved_nearer_is_called_then_once_it_is_watched_again() -> None:
    bench = Bench()
    timed = bench.watch(10.0)
    timed.deadline = bench.now + 1.0
    bench.wheel.watch(timed)
    bench.run(1.0 + 2 * TICK)
    assert len(timed.called) == 1
    bench.run(20)
    assert len(timed.called) == 1


def test_a_deadline_taken_back_is_not_called() -> None:
    bench = Bench()
    timed = bench.watch(1.0)
    timed.deadline = NEVER
    bench.run(5)

    assert timed.called == []


def test_a_deadline_taken_back_and_set_again_is_called_once() -> None:
    bench = Bench()
    timed = bench.watch(1.0)
    timed.deadline = NEVER
    bench.run(2)
    timed.deadline = bench.now + 1.0
    if timed.deadline < timed.due:
        bench.wheel.watch(timed)
    bench.run(1.0 + 2 * TICK)

    assert len(timed.called) == 1


def test_due_tells_when_watching_is_needed() -> None:
    bench = Bench()
    timed = bench.watch(1.0)

    assert bench.now + 1.0 <= timed.due <= bench.now + 1.0 + TICK + 1e-6
    bench.run(2)
    assert timed.due == NEVER


def test_a_deadline_that_has_passed_already_is_called_at_the_next_tick() -> None:
    bench = Bench()
    bench.watch(10.0)  # the wheel is turning
    bench.run(5.0)
    timed = bench.watch(-1.0)
    bench.run(2 * TICK)

    assert len(timed.called) == 1


def test_a_deadline_that_has_passed_already_is_called_by_a_wheel_that_stood_still() -> None:
    bench = Bench()
    timed = bench.watch(-1.0)
    bench.run(2 * TICK)

    assert len(timed.called) == 1
    assert bench.timers == []


def test_a_deadline_of_this_very_moment_is_called() -> None:
    bench = Bench(now=10.0)
    timed = bench.watch(0.0)
    bench.run(2 * TICK)

    assert len(timed.called) == 1


def test_a_callback_may_set_a_new_deadline_and_is_called_again() -> None:
    bench = Bench()
    timed = bench.watch(1.0, then=lambda t: setattr(t, "deadline", bench.now + 1.0))
    bench.run(3.5)

    assert len(timed.called) == 3


def test_a_callback_may_watch_again_itself() -> None:
    bench = Bench()

    def again(timed: Timed) -> None:
        timed.deadline = bench.now + 1.0
        bench.wheel.watch(timed)

    timed = bench.watch(1.0, then=again)
    bench.run(3.5)

    assert len(timed.called) == 3


def test_a_callback_that_sets_a_passed_deadline_is_called_again_but_does_not_spin() -> None:
    bench = Bench()
    timed = bench.watch(1.0, then=lambda t: setattr(t, "deadline", bench.now))
    bench.run(1.0 + 5 * TICK)

    assert 2 <= len(timed.called) <= 6


def test_a_callback_may_watch_others() -> None:
    bench = Bench()
    others: list[Timed] = []
    bench.watch(1.0, then=lambda t: others.append(bench.watch(0.5)))
    bench.run(1.6 + 2 * TICK)

    assert [len(other.called) for other in others] == [1]


def test_a_callback_may_take_back_the_deadline_of_another_that_is_due_now() -> None:
    bench = Bench()
    timed: list[Timed] = []

    def silence(one: Timed) -> None:
        for other in timed:
            if other is not one:
                other.deadline = NEVER

    timed += [bench.watch(1.0, then=silence), bench.watch(1.0, then=silence)]
    bench.run(2)

    assert sum(len(one.called) for one in timed) == 1


def test_many_deadlines_come_in_order() -> None:
    bench = Bench()
    order: list[float] = []
    for delay in (3.0, 1.0, 2.0, 0.5, 2.5):
        bench.watch(delay, then=lambda t, delay=delay: order.append(delay))
    bench.run(4)

    assert order == [0.5, 1.0, 2.0, 2.5, 3.0]


def test_a_clock_that_jumps_ahead_calls_all_that_it_passed_over() -> None:
    bench = Bench()
    timed = [bench.watch(delay) for delay in (0.5, 10.0, 1000.0, 5000.0)]
    bench.run(TICK)
    bench.now += 2000
    bench.run(3 * TICK)

    assert [len(one.called) for one in timed] == [1, 1, 1, 0]


def test_a_late_event_loop_loses_nothing() -> None:
    bench = Bench()
    timed = [bench.watch(0.05 * number) for number in range(1, 40)]
    for _ in range(10):
        bench.run(0.3, step=0.3)

    assert [len(one.called) for one in timed] == [1] * 39


def test_the_wheel_rests_when_all_is_done_and_turns_again_when_needed() -> None:
    bench = Bench()
    bench.watch(1.0)
    bench.run(2)
    assert bench.timers == []
    bench.run(100)
    timed = bench.watch(1.0)
    bench.run(1.0 + 2 * TICK)
    assert len(timed.called) == 1
    assert bench.timers == []


def test_at_most_one_timer_runs_however_much_is_watched() -> None:
    bench = Bench()
    for number in range(100):
        bench.watch(1.0 + number / 10)
        bench.run(0.01, step=0.01)
        assert len(bench.timers) == 1


def test_a_stopped_wheel_calls_nobody() -> None:
    bench = Bench()
    timed = bench.watch(1.0)
    bench.wheel.stop()
    late = bench.watch(0.5)
    bench.run(5)

    assert (timed.called, late.called) == ([], [])
    assert bench.timers == []


def test_a_callback_may_stop_the_wheel() -> None:
    bench = Bench()
    timed = [bench.watch(1.0, then=lambda t: bench.wheel.stop()) for _ in range(3)]
    later = bench.watch(1.06)
    bench.run(0.9)
    bench.run(1.0, step=1.0)

    assert [len(one.called) for one in timed] == [1, 0, 0]
    assert later.called == []


def test_the_fault_of_one_callback_does_not_cost_the_others_their_deadlines() -> None:
    bench = Bench()

    def fail(timed: Timed) -> None:
        raise ValueError("a fault")

    bench.watch(1.0, then=fail)
    others = [bench.watch(delay) for delay in (1.0, 1.0, 2.0)]
    bench.run(3, tolerate=ValueError)

    assert [len(one.called) for one in others] == [1, 1, 1]


def test_two_wheels_know_nothing_of_each_other() -> None:
    one, other = Bench(), Bench()
    timed = one.watch(1.0)
    other.run(5)

    assert timed.called == []
    assert isinstance(one.wheel, TimerWheel)


def test_memory_does_not_grow_with_deadlines_that_are_moved() -> None:
    bench = Bench()
    timed = bench.watch(60.0)
    for _ in range(5_000):  # a connection that serves a request every 10 ms: 4 s idle, then 15 s for an answer
        bench.run(0.01, step=0.01)
        timed.deadline = bench.now + 15.0
        if timed.deadline < timed.due:
            bench.wheel.watch(timed)
        timed.deadline = bench.now + 4.0
        if timed.deadline < timed.due:
            bench.wheel.watch(timed)

    assert bench.weight() < 100
