"""One breaker over its life: what opens it, what closes it, who is let through meanwhile."""

import pytest

from gatewayctl.policy.breakers.breaker import Breaker
from gatewayctl.policy.breakers.memory import Memory, State
from gatewayctl.policy.breakers.table import ORDINARY, REFUSED, TABLE, Event, Rules, step
from gatewayctl.state.records import LocalKeeper

SECOND = 1_000_000
RULES = Rules(
    failure_threshold=3,
    failure_rate=0.5,
    min_requests=10,
    window=8 * SECOND,
    recovery=10 * SECOND,
    half_open_requests=2,
)


def breaker(rules: Rules = RULES, keeper: LocalKeeper | None = None) -> tuple[Breaker, list[State]]:
    changes: list[State] = []
    made = Breaker("standard", "users", rules, keeper or LocalKeeper(), lambda b: changes.append(b.state))
    return made, changes


def attempt(b: Breaker, good: bool, now: float) -> bool:
    """One attempt that ends at once; whether it was let through."""
    permit = b.ask(now)
    if permit == REFUSED:
        return False
    (b.succeeded if good else b.failed)(permit, now)
    return True


def opened(now: float = 100.0) -> Breaker:
    b, _ = breaker()
    for _ in range(3):
        attempt(b, False, now)
    assert b.state is State.OPEN
    return b


def test_the_table_knows_every_state_and_event() -> None:
    assert set(TABLE) == {(state, event) for state in State for event in Event}


def test_so_many_failures_in_a_row_open_it() -> None:
    b, changes = breaker()
    for good in (False, False, True, False, False):
        attempt(b, good, 1.0)
    assert changes == []
    attempt(b, False, 1.0)

    assert changes == [State.OPEN]
    assert not attempt(b, True, 1.0)
    assert b.refused == 1


def test_successes_of_a_calm_time_count_for_the_rate() -> None:
    b, changes = breaker()
    for good in (True, True, True, True, True, False, True, False, True, False, True, False, False, True, False):
        attempt(b, good, 1.0)
    assert changes == [], "six of fifteen"
    assert (b.memory().total, b.memory().failures) == (15, 6)
    for good in (False, True, False):
        attempt(b, good, 1.0)
    assert changes == [], "eight of eighteen"
    attempt(b, False, 1.0)
    assert changes == [], "nine of nineteen"
    attempt(b, True, 1.0)
    attempt(b, False, 1.0)
    attempt(b, False, 1.0)

    assert changes == [State.OPEN], "eleven of twenty-two"


def test_a_rate_of_too_few_attempts_says_nothing() -> None:
    b, changes = breaker()
    for good in (False, False, True, False, False, True, False, False, True):
        attempt(b, good, 1.0)

    assert changes == []
    attempt(b, True, 1.0)
    assert changes == [State.OPEN], "the tenth, a good one, completes the number"


def test_what_is_older_than_the_window_does_not_count() -> None:
    b, changes = breaker()
    for good in (False, False, True, False, False, True):
        attempt(b, good, 1.0)
    for _ in range(10):
        attempt(b, True, 20.0)
    attempt(b, False, 20.0)

    assert changes == []
    assert b.memory().failures == 1


def test_it_says_how_long_it_stays_open() -> None:
    b = opened(100.0)

    assert b.wait(100.0) == pytest.approx(10.0)
    assert b.wait(104.5) == pytest.approx(5.5)
    assert b.wait(200.0) == 0.0


def test_once_its_time_is_up_exactly_so_many_trials_are_let_through() -> None:
    b = opened(100.0)
    assert b.ask(109.9) == REFUSED
    first, second = b.ask(110.0), b.ask(110.0)

    assert first == second != ORDINARY
    assert b.ask(110.0) == REFUSED
    assert b.state is State.HALF_OPEN
    b.succeeded(first, 110.1)
    assert b.state is State.HALF_OPEN
    assert b.ask(110.1) == REFUSED, "one that ended well makes no room for another"
    b.succeeded(second, 110.2)
    assert b.state is State.CLOSED
    assert b.ask(110.2) == ORDINARY


def test_a_trial_that_fails_opens_it_for_twice_as_long_and_at_most_two_minutes() -> None:
    b = opened(100.0)
    now, waits = 100.0, []
    for _ in range(6):
        now += b.wait(now)
        permit = b.ask(now)
        b.failed(permit, now)
        waits.append(round(b.wait(now)))

    assert waits == [20, 40, 80, 120, 120, 120]


def test_after_it_has_closed_it_opens_for_its_first_time_again() -> None:
    b = opened(100.0)
    b.failed(b.ask(110.0), 110.0)
    for permit in (b.ask(130.0), b.ask(130.0)):
        b.succeeded(permit, 130.0)
    for _ in range(3):
        attempt(b, False, 131.0)

    assert b.wait(131.0) == pytest.approx(10.0)


def test_trials_that_hang_are_a_relapse() -> None:
    b = opened(100.0)
    hanging = b.ask(110.0)
    assert b.ask(120.0) == REFUSED

    assert b.state is State.OPEN
    assert b.wait(120.0) == pytest.approx(20.0)
    b.succeeded(hanging, 121.0)
    assert b.state is State.OPEN, "a trial of an earlier time says nothing"


def test_where_there_are_too_few_requests_for_all_trials_it_goes_on_waiting_for_them() -> None:
    b = opened(100.0)
    b.succeeded(b.ask(110.0), 110.0)
    permit = b.ask(150.0)

    assert permit not in (REFUSED, ORDINARY)
    b.succeeded(permit, 150.0)
    assert b.state is State.CLOSED


def test_a_trial_that_its_client_gave_up_is_given_to_another() -> None:
    b = opened(100.0)
    first, second = b.ask(110.0), b.ask(110.0)
    b.abandoned(first, 110.5)
    third = b.ask(110.6)

    assert third == second
    assert b.ask(110.6) == REFUSED


def test_attempts_that_began_before_it_opened_change_nothing() -> None:
    b, _ = breaker()
    late = [b.ask(100.0) for _ in range(4)]
    for _ in range(3):
        attempt(b, False, 100.0)
    b.succeeded(late[0], 100.0)
    b.failed(late[1], 105.0)
    assert b.wait(105.0) == pytest.approx(5.0)
    trial = b.ask(110.0)
    b.failed(late[2], 110.0)
    assert b.state is State.HALF_OPEN
    b.succeeded(late[3], 110.0)
    b.succeeded(trial, 110.0)
    assert b.memory().succeeded == 1


def test_a_reset_closes_it_and_forgets() -> None:
    b = opened(100.0)
    b.reset()

    assert b.state is State.CLOSED
    attempt(b, False, 101.0)
    attempt(b, False, 101.0)
    assert b.state is State.CLOSED


def test_a_trial_from_before_a_reset_says_nothing_after_it() -> None:
    b = opened(100.0)
    trial = b.ask(110.0)
    b.reset()
    b.failed(trial, 110.0)
    assert b.memory().in_a_row == 0


def test_two_processes_see_one_breaker() -> None:
    keeper = LocalKeeper()
    (one, _), (other, _) = breaker(keeper=keeper), breaker(keeper=keeper)
    attempt(one, False, 1.0)
    attempt(other, False, 1.0)
    attempt(one, False, 1.0)
    assert one.state is State.OPEN
    other.refresh()

    assert not attempt(other, True, 1.0)
    trials = [one.ask(11.0), other.ask(11.0), one.ask(11.0), other.ask(11.0)]
    assert trials.count(REFUSED) == 2
    one.succeeded(trials[0], 11.0)
    other.succeeded(trials[1], 11.0)
    one.refresh()
    assert one.state is other.state is State.CLOSED


def test_a_new_breaker_of_the_same_name_goes_on_where_the_old_one_was() -> None:
    keeper = LocalKeeper()
    before, _ = breaker(keeper=keeper)
    for _ in range(3):
        attempt(before, False, 1.0)
    after, _ = breaker(keeper=keeper)

    assert after.state is State.OPEN


def test_a_clock_that_is_set_back_does_not_keep_it_open() -> None:
    b = opened(100_000.0)

    assert b.ask(1.0) not in (REFUSED, ORDINARY)


def test_a_record_says_all_that_there_is_to_know() -> None:
    memory = Memory((0,) * 26)
    for now in range(9):
        step(RULES, memory, Event.FAILED if now % 3 else Event.SUCCEEDED, ORDINARY, now * SECOND)

    again = Memory(memory.record())
    assert again.record() == memory.record()
    assert (again.total, again.failures) == (memory.total, memory.failures)
