"""Availability: who is fit, what stands against the others, and what happens when nobody is left."""

import pytest

from gatewayctl.policy.health.availability import HEALTH, OUTLIER, Availability


@pytest.fixture
def three() -> Availability:
    made = Availability()
    made.replace(["a", "b", "c"])
    return made


def fit(state: Availability) -> set[str]:
    return {id for id in "abc" if state.usable is None or state.usable(id)}


def test_while_nothing_stands_against_anybody_nobody_needs_to_be_asked(three: Availability) -> None:
    assert three.usable is None
    assert not three.panic


def test_an_instance_is_out_while_any_reason_stands_against_it(three: Availability) -> None:
    three.mark("a", HEALTH, True)
    three.mark("a", OUTLIER, True)
    assert fit(three) == {"b", "c"}
    assert three.reasons("a") == (HEALTH, OUTLIER)

    three.mark("a", HEALTH, False)
    assert fit(three) == {"b", "c"}

    three.mark("a", OUTLIER, False)
    assert three.usable is None
    assert three.reasons("a") == ()


def test_a_mark_says_whether_it_changed_anything(three: Availability) -> None:
    assert three.mark("a", HEALTH, True)
    assert not three.mark("a", HEALTH, True)
    assert three.mark("a", HEALTH, False)
    assert not three.mark("a", HEALTH, False)
    assert not three.mark("stranger", HEALTH, True)


def test_when_all_are_out_all_are_taken_and_that_shows(three: Availability) -> None:
    for id in "abc":
        three.mark(id, HEALTH, True)
    assert three.usable is None
    assert three.panic

    three.mark("b", HEALTH, False)
    assert fit(three) == {"b"}
    assert not three.panic


def test_what_stands_against_an_instance_outlives_a_change_of_the_others(three: Availability) -> None:
    three.mark("a", HEALTH, True)
    three.replace(["a", "b"])
    assert fit(three) == {"b"}


def test_an_instance_that_comes_back_begins_anew(three: Availability) -> None:
    three.mark("a", HEALTH, True)
    three.replace(["b", "c"])
    three.replace(["a", "b", "c"])
    assert three.usable is None


def test_those_that_are_out_are_counted_by_reason(three: Availability) -> None:
    three.mark("a", HEALTH, True)
    three.mark("a", OUTLIER, True)
    three.mark("b", HEALTH, True)
    assert (three.out(), three.out(HEALTH), three.out(OUTLIER), three.members) == (2, 2, 1, 3)


def test_a_service_without_instances_is_in_no_panic() -> None:
    state = Availability()
    state.replace([])
    assert not state.panic


def test_others_than_the_best_priority_wait_until_none_of_that_is_fit(three: Availability) -> None:
    three.replace("abc", {"a": 10, "b": 10, "c": 20})
    assert fit(three) == {"a", "b"}

    three.mark("a", HEALTH, True)
    assert fit(three) == {"b"}

    three.mark("b", OUTLIER, True)
    assert fit(three) == {"c"}
    assert not three.panic

    three.mark("c", HEALTH, True)
    assert fit(three) == {"a", "b", "c"}
    assert three.panic

    three.mark("a", HEALTH, False)
    assert fit(three) == {"a"}
