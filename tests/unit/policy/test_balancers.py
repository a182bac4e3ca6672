"""What every load balancer promises, whatever it is called in the configuration."""

from collections import Counter
from random import Random

import pytest

from gatewayctl.policy.balancing import BALANCERS
from gatewayctl.policy.balancing.base import Balancer

pytestmark = pytest.mark.parametrize("name", BALANCERS)


def balancer(name: str, **weights: int) -> Balancer:
    made = BALANCERS[name](Random(1).random)
    made.replace(weights)
    return made


def test_without_instances_there_is_nothing_to_pick(name: str) -> None:
    assert BALANCERS[name](Random(1).random).pick() is None
    assert balancer(name).pick() is None


def test_the_only_instance_is_always_picked(name: str) -> None:
    made = balancer(name, a=1)

    assert [made.pick() for _ in range(3)] == ["a", "a", "a"]


def test_an_instance_of_weight_0_gets_nothing(name: str) -> None:
    made = balancer(name, a=0, b=1)

    assert {made.pick() for _ in range(20)} == {"b"}
    assert balancer(name, a=0).pick() is None


def test_every_instance_gets_something(name: str) -> None:
    made = balancer(name, a=1, b=1, c=1)

    assert {made.pick() for _ in range(300)} == {"a", "b", "c"}


def test_an_instance_that_is_not_usable_is_not_picked(name: str) -> None:
    made = balancer(name, a=3, b=1, c=1)

    assert {made.pick(lambda id: id != "a") for _ in range(50)} == {"b", "c"}


def test_none_usable_is_none(name: str) -> None:
    made = balancer(name, a=1, b=1)

    assert made.pick(lambda id: False) is None
    assert made.pick() is not None


def test_a_removed_instance_is_not_picked_any_more(name: str) -> None:
    made = balancer(name, a=1, b=1)
    made.pick()
    made.replace({"b": 1})

    assert {made.pick() for _ in range(10)} == {"b"}


def test_an_added_instance_gets_its_share_and_no_more(name: str) -> None:
    made = balancer(name, a=1, b=1)
    for _ in range(101):
        made.pick()
    made.replace({"a": 1, "b": 1, "c": 1})

    counts = Counter(made.pick() for _ in range(300))
    assert 50 <= counts["c"] <= 150


def test_all_may_go_and_come_back(name: str) -> None:
    made = balancer(name, a=1)
    made.replace({})
    assert made.pick() is None
    made.replace({"b": 1})
    assert made.pick() == "b"


def test_two_balancers_share_nothing(name: str) -> None:
    one, other = balancer(name, a=1, b=1), balancer(name, c=1)

    assert {one.pick() for _ in range(20)} == {"a", "b"}
    assert {other.pick() for _ in range(20)} == {"c"}


def test_what_is_told_of_an_instance_that_is_gone_is_not_minded(name: str) -> None:
    made = balancer(name, a=1)
    made.observe("gone", 0.1, 5.0)

    assert made.pick() == "a"
