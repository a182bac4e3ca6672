"""Slow start: one that joins others is spared the rush that it would draw by having nothing to do."""

from collections import Counter
from random import Random

import pytest

from gatewayctl.policy.balancing import BALANCERS
from gatewayctl.policy.balancing.base import Balancer

BY_LOAD = pytest.mark.parametrize("name", ["least_connections", "p2c", "ewma"])


def balancer(name: str) -> Balancer:
    return BALANCERS[name](Random(1).random)


@BY_LOAD
def test_one_that_joins_others_begins_slowly_and_ends_with_its_share(name: str) -> None:
    made = balancer(name)
    made.replace({"a": 1, "b": 1})
    made.replace({"a": 1, "b": 1, "c": 1}, {}, 100.0)

    at_once = Counter(made.pick(None, 100.0) for _ in range(600))
    later = Counter(made.pick(None, 105.0) for _ in range(600))
    at_last = Counter(made.pick(None, 110.0) for _ in range(600))

    assert 0 < at_once["c"] < 60
    assert at_once["c"] < later["c"] < at_last["c"]
    assert 130 < at_last["c"] < 270


@BY_LOAD
def test_those_that_are_there_from_the_first_are_in_full_use_at_once(name: str) -> None:
    made = balancer(name)
    made.replace({"a": 1, "b": 1}, {}, 100.0)

    assert 130 < Counter(made.pick(None, 100.0) for _ in range(400))["a"] < 270


@BY_LOAD
def test_one_that_begins_slowly_still_takes_all_when_nobody_else_can(name: str) -> None:
    made = balancer(name)
    made.replace({"a": 1})
    made.replace({"a": 1, "b": 1}, {}, 100.0)

    assert {made.pick(lambda id: id == "b", 100.0) for _ in range(20)} == {"b"}


@BY_LOAD
def test_a_reload_that_changes_nothing_does_not_slow_down_who_is_warming(name: str) -> None:
    made = balancer(name)
    made.replace({"a": 1})
    made.replace({"a": 1, "b": 1}, {}, 100.0)
    made.replace({"a": 1, "b": 1}, {}, 109.0)

    assert 130 < Counter(made.pick(None, 110.0) for _ in range(400))["b"] < 270


@pytest.mark.parametrize("name", ["round_robin", "random", "hash"])
def test_those_that_share_by_weight_give_it_its_share_at_once(name: str) -> None:
    made = balancer(name)
    made.replace({"a": 1})
    made.replace({"a": 1, "b": 1}, {}, 100.0)

    assert 130 < Counter(made.pick(None, 100.0, b"%d" % n) for n in range(400))["b"] < 270
