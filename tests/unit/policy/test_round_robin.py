"""Smooth weighted round robin: exact over a cycle, spread out, and in its place after a reload."""

from collections import Counter

import pytest

from gatewayctl.policy.balancing.round_robin import RoundRobin, smooth_cycle


def round_robin(weights: dict[str, int]) -> RoundRobin:
    made = RoundRobin()
    made.replace(weights)
    return made


def test_equal_weights_take_turns() -> None:
    made = round_robin({"a": 1, "b": 1, "c": 1})

    assert [made.pick() for _ in range(6)] == ["a", "b", "c", "a", "b", "c"]


def test_weights_with_a_common_factor_take_turns_as_if_without() -> None:
    assert smooth_cycle({"a": 100, "b": 100}) == ("a", "b")
    assert len(smooth_cycle({"a": 50, "b": 100})) == 3


def test_the_example_of_the_algorithm_comes_out_as_published() -> None:
    """Weights 5, 1, 1 give a a b a c a a in nginx."""
    assert "".join(smooth_cycle({"a": 5, "b": 1, "c": 1})) == "aabacaa"


@pytest.mark.parametrize("weights", [{"a": 3, "b": 1}, {"a": 7, "b": 5, "c": 2}, {"a": 1, "b": 99}])
def test_a_cycle_has_exactly_its_weights_wherever_it_begins(weights: dict[str, int]) -> None:
    made = round_robin(weights)
    total = sum(weights.values())
    picks = [made.pick() for _ in range(3 * total)]

    for start in range(2 * total):
        assert Counter(picks[start : start + total]) == weights


def test_a_heavy_instance_is_spread_out() -> None:
    cycle = smooth_cycle({"a": 2, "b": 1, "c": 1})

    assert cycle in {("a", "b", "c", "a"), ("a", "b", "a", "c")}


def test_very_uneven_weights_keep_a_turn_for_everybody() -> None:
    cycle = smooth_cycle({"a": 1, "b": 999_999})

    assert set(cycle) == {"a", "b"}
    assert len(cycle) <= 10_001


def test_the_same_weights_again_change_nothing() -> None:
    made = round_robin({"a": 1, "b": 1, "c": 1})
    made.pick()
    made.replace({"c": 1, "b": 1, "a": 1})

    assert [made.pick() for _ in range(3)] == ["b", "c", "a"]


def test_an_instance_more_does_not_start_the_turns_afresh() -> None:
    made = round_robin({"a": 1, "b": 1})
    made.pick()
    made.replace({"a": 1, "b": 1, "c": 1})

    assert made.pick() == "b"


def test_an_instance_less_does_not_start_the_turns_afresh() -> None:
    made = round_robin({"a": 1, "b": 1, "c": 1})
    made.pick()
    made.pick()
    made.replace({"b": 1, "c": 1})

    assert made.pick() == "c"


def test_the_loss_of_the_one_that_had_the_last_turn_does_not_start_the_turns_afresh() -> None:
    made = round_robin({"a": 1, "b": 1, "c": 1, "d": 1})
    for _ in range(3):
        made.pick()
    made.replace({"a": 1, "b": 1, "d": 1})

    assert made.pick() == "d"


def test_many_reloads_starve_nobody() -> None:
    """Each reload toggles an instance; between two of them one request comes."""
    made = round_robin({"a": 3, "b": 1, "c": 1})
    counts: Counter[str | None] = Counter()
    for number in range(400):
        made.replace({"a": 3, "b": 1, "c": 1, **({"d": 1} if number % 2 else {})})
        counts[made.pick()] += 1

    assert counts["b"] > 20
    assert counts["c"] > 20


def test_what_an_unusable_instance_would_have_got_is_spread_by_weight() -> None:
    made = round_robin({"a": 4, "b": 2, "c": 1})
    counts = Counter(made.pick(lambda id: id != "a") for _ in range(300))

    assert counts == {"b": 200, "c": 100}


def test_an_instance_that_is_usable_again_takes_its_turns_and_no_more() -> None:
    made = round_robin({"a": 1, "b": 1, "c": 1})
    for _ in range(100):
        made.pick(lambda id: id != "a")

    assert Counter(made.pick() for _ in range(30)) == {"a": 10, "b": 10, "c": 10}
