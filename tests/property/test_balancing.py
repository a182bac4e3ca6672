"""Round robin against its definition: exact, spread, blind to the order of the configuration."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewayctl.policy.balancing.round_robin import RoundRobin, smooth_cycle

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine slow is not wrong."""

IDS = st.sampled_from(list("abcdef"))
WEIGHTS = st.dictionaries(IDS, st.integers(0, 12), max_size=6)
POSITIVE = st.dictionaries(IDS, st.integers(1, 12), min_size=1, max_size=6)


def balancer(weights: dict[str, int]) -> RoundRobin:
    made = RoundRobin()
    made.replace(weights)
    return made


@CALM
@given(POSITIVE)
def test_a_cycle_is_exact(weights: dict[str, int]) -> None:
    made = balancer(weights)
    total = sum(weights.values())

    assert Counter(made.pick() for _ in range(total)) == weights


@CALM
@given(POSITIVE, st.integers(0, 50))
def test_a_cycle_is_exact_wherever_it_begins(weights: dict[str, int], start: int) -> None:
    made = balancer(weights)
    for _ in range(start):
        made.pick()

    assert Counter(made.pick() for _ in range(sum(weights.values()))) == weights


@CALM
@given(POSITIVE)
def test_nobody_runs_far_ahead_of_its_share(weights: dict[str, int]) -> None:
    """After n picks an instance of share p has had n*p of them, give or take the number of instances."""
    made = balancer(weights)
    total, counts = sum(weights.values()), Counter[str | None]()
    for number in range(1, total + 1):
        counts[made.pick()] += 1
        for id, weight in weights.items():
            assert abs(counts[id] - number * weight / total) < len(weights)


@CALM
@given(POSITIVE)
def test_a_cycle_is_that_of_the_published_algorithm(weights: dict[str, int]) -> None:
    """Each turn: all gain their weight, the first of the richest is chosen and pays the total."""
    cycle = smooth_cycle(weights)
    wealth, total = dict.fromkeys(weights, 0), sum(weights.values())
    expected = []
    for _ in range(len(cycle)):
        wealth = {id: wealth[id] + weight for id, weight in weights.items()}
        chosen = max(wealth, key=lambda id: wealth[id])
        wealth[chosen] -= total
        expected.append(chosen)

    assert list(cycle) == expected


@CALM
@given(WEIGHTS, st.sets(IDS), st.integers(0, 20))
def test_only_what_is_usable_is_picked_and_something_is_if_anything_can(
    weights: dict[str, int], usable: set[str], start: int
) -> None:
    made = balancer(weights)
    for _ in range(start):
        made.pick()
    possible = {id for id, weight in weights.items() if weight and id in usable}
    picked = {made.pick(usable.__contains__) for _ in range(sum(weights.values()) + 1)}

    assert picked == (possible or {None})


@CALM
@given(POSITIVE, st.sets(IDS))
def test_what_the_unusable_would_have_got_is_shared_by_weight(weights: dict[str, int], usable: set[str]) -> None:
    left = {id: weight for id, weight in weights.items() if id in usable}
    made = balancer(weights)

    assert Counter(made.pick(usable.__contains__) for _ in range(sum(left.values()))) == left


@CALM
@given(st.lists(WEIGHTS, min_size=1, max_size=6))
def test_after_any_reloads_the_shares_are_those_of_the_last(history: list[dict[str, int]]) -> None:
    made = RoundRobin()
    for weights in history:
        made.replace(weights)
        made.pick()
    last = {id: weight for id, weight in history[-1].items() if weight}

    assert Counter(made.pick() for _ in range(sum(last.values()))) == last


@CALM
@given(POSITIVE, st.integers(0, 30), st.randoms(use_true_random=False))
def test_the_order_of_the_configuration_changes_nothing(weights: dict[str, int], start: int, random: object) -> None:
    made = balancer(weights)
    for _ in range(start):
        made.pick()
    other = balancer(weights)
    for _ in range(start):
        other.pick()
    shuffled = list(weights.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other.replace(dict(shuffled))

    assert [made.pick() for _ in range(20)] == [other.pick() for _ in range(20)]


@CALM
@given(POSITIVE, st.integers(0, 30), IDS)
def test_an_instance_less_leaves_the_turns_of_the_others_in_their_order(
    weights: dict[str, int], start: int, gone: str
) -> None:
    """With equal weights: whoever would have come next of those that stay does."""
    equal = dict.fromkeys(weights, 1)
    left = {id: 1 for id in equal if id != gone}
    if not left:
        return
    made, other = balancer(equal), balancer(equal)
    for _ in range(start):
        made.pick()
        other.pick()
    made.replace(left)
    expected = next(id for id in (other.pick() for _ in range(2)) if id != gone)

    assert made.pick() == expected


@settings(CALM, max_examples=25)
@given(st.dictionaries(IDS, st.integers(1, 10**9), min_size=1, max_size=6))
def test_any_weights_give_everybody_a_turn_in_a_cycle_of_bounded_length(weights: dict[str, int]) -> None:
    cycle = smooth_cycle(weights)

    assert set(cycle) == set(weights)
    assert len(cycle) <= 10_000 + len(weights)
