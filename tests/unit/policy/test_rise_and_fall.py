"""Rise and fall as a table of checks, and the rhythm of checking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewayctl.policy.health.rise_and_fall import RiseAndFall, next_check


@pytest.mark.parametrize(
    ("checks", "fit"),
    [
        ("", None),
        ("+", True),
        ("-", False),
        ("+--", True),
        ("+---", False),
        ("+--+--", True),
        ("-+", False),
        ("-++", True),
        ("-+-+", False),
        ("+---+", False),
        ("+---++", True),
    ],
)
def test_two_good_checks_in_a_row_to_rise_three_failed_ones_to_fall(checks: str, fit: bool | None) -> None:
    state = RiseAndFall(2, 3)
    for check in checks:
        state.note(check == "+")

    assert state.fit is fit


@given(st.lists(st.booleans()), st.integers(1, 5), st.integers(1, 5))
def test_a_check_says_whether_it_changed_the_verdict(checks: list[bool], rise: int, fall: int) -> None:
    state = RiseAndFall(rise, fall)
    for check in checks:
        before = state.fit
        changed = state.note(check)
        assert changed is (state.fit is not before)
        assert not changed or state.fit is check, "a check changes the verdict towards itself only"


@given(st.floats(0.01, 1000), st.floats(0, 1), st.floats(0, 1))
def test_the_rhythm_stays_within_its_jitter(interval: float, jitter: float, chance: float) -> None:
    wait = next_check(interval, jitter, chance)

    assert interval * (1 - jitter) - 1e-9 <= wait <= interval * (1 + jitter) + 1e-9
