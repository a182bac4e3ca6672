"""Did you mean."""

import pytest

from gatewayctl.core.suggest import closest, did_you_mean, distance

KNOWN = ["round_robin", "weighted", "random", "least_connections", "p2c", "ewma", "hash"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("round-robin", "round_robin"),
        ("RoundRobin", "round_robin"),
        ("wieghted", "weighted"),
        ("least_conections", "least_connections"),
        ("hsah", "hash"),
        ("p2", "p2c"),
        ("something else", None),
        ("", None),
        ("x", None),
    ],
)
def test_the_nearest_word_is_found_where_one_is_near(word: str, meant: str | None) -> None:
    assert closest(word, KNOWN) == meant


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("kitten", "sitting", 3)],
)
def test_a_swap_is_one_edit(one: str, other: str, edits: int) -> None:
    assert distance(one, other) == distance(other, one) == edits


def test_the_answer_does_not_depend_on_the_order_of_the_words() -> None:
    words = ["user-a", "user-b", "user-c"]
    assert {closest("user-x", order) for order in (words, words[::-1])} == {"user-a"}


def test_it_is_asked_as_a_question() -> None:
    assert did_you_mean("hsah", KNOWN) == 'did you mean "hash"?'
    assert did_you_mean("nothing near", KNOWN) == ""
