"""Wrong tokens cannot be tried in quantity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewayctl.admin.attempts import LIMIT, WINDOW, FailedAttempts, group_of


def test_an_address_may_fail_a_few_times_and_then_has_to_wait() -> None:
    attempts = FailedAttempts()
    for _ in range(LIMIT):
        assert attempts.wait("a", 100.0) == 0
        attempts.failed("a", 100.0)
    assert attempts.wait("a", 100.0) == WINDOW


def test_the_wait_ends_with_the_minute_that_the_first_failure_began() -> None:
    attempts = FailedAttempts()
    for second in range(LIMIT):
        attempts.failed("a", 100.0 + second)
    assert attempts.wait("a", 130.0) == 30.0
    assert attempts.wait("a", 160.0) == 0


def test_a_new_minute_begins_with_the_first_failure_after_the_old_one() -> None:
    attempts = FailedAttempts(limit=2)
    for second in (100.0, 101.0, 160.0):
        attempts.failed("a", second)
    assert attempts.wait("a", 160.5) == 0
    attempts.failed("a", 161.0)
    assert attempts.wait("a", 161.0) == 59.0


def test_one_address_does_not_pay_for_another() -> None:
    attempts = FailedAttempts()
    for _ in range(LIMIT):
        attempts.failed("a", 100.0)
    assert attempts.wait("b", 100.0) == 0


def test_no_more_addresses_are_remembered_than_there_is_room_for() -> None:
    attempts = FailedAttempts(max_addresses=3)
    for number in range(1000):
        attempts.failed(str(number), 100.0)
    assert list(attempts._seen) == ["997", "998", "999"]


def test_the_address_that_failed_least_recently_is_forgotten_first() -> None:
    attempts = FailedAttempts(limit=2, max_addresses=2)
    for address in ("a", "b", "a", "c"):
        attempts.failed(address, 100.0)
    assert attempts.wait("a", 100.0) == WINDOW
    assert "b" not in attempts._seen


@given(st.lists(st.floats(0.01, 30), max_size=200), st.integers(1, 5))
def test_however_it_is_timed_no_window_sees_more_than_twice_the_limit(gaps: list[float], limit: int) -> None:
    attempts = FailedAttempts(limit=limit)
    now, tries = 0.0, []
    for gap in gaps:
        now += gap
        if not attempts.wait("a", now):
            tries.append(now)
            attempts.failed("a", now)
    for start in tries:
        assert sum(start <= at < start + WINDOW for at in tries) <= 2 * limit


@given(st.lists(st.floats(0.01, 100), max_size=100))
def test_who_waits_as_told_may_try_again(gaps: list[float]) -> None:
    attempts = FailedAttempts(limit=3)
    now = 0.0
    for gap in gaps:
        now += gap
        attempts.failed("a", now)
        wait = attempts.wait("a", now)
        assert attempts.wait("a", now + wait) == 0


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unix"),
        ("testclient", "testclient"),
    ],
)
def test_addresses_are_grouped_as_limits_group_them(host: str | None, group: str) -> None:
    assert group_of(host) == group
