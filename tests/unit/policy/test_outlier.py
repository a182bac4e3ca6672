"""Outlier detection: who is ejected, for how long, and how many at most."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.policy.health.availability import Availability
from gatewayctl.policy.health.outlier import OutlierDetector, OutlierRules
from gatewayctl.state.records import LocalKeeper

RULES = OutlierRules(consecutive_failures=3, ejection_time=30_000_000, max_ejected=0.5)


class Scene:
    """A service with so many instances and its detector."""

    def __init__(self, count: int, rules: OutlierRules = RULES, keeper: LocalKeeper | None = None) -> None:
        self.ids = [f"i{number}" for number in range(count)]
        self.availability = Availability()
        self.availability.replace(self.ids)
        self.ejected: list[tuple[str, float]] = []
        self.detector = OutlierDetector(
            "users",
            rules,
            self.availability,
            keeper or LocalKeeper(),
            lambda service, id, seconds: self.ejected.append((id, round(seconds))),
        )
        self.detector.replace(self.ids, 0.0)

    def fail(self, id: str, times: int = 3, now: float = 100.0) -> None:
        for _ in range(times):
            self.detector.failed(id, now)

    @property
    def out(self) -> set[str]:
        return {id for id in self.ids if self.availability.reasons(id)}


def test_so_many_failures_in_a_row_eject_an_instance() -> None:
    s = Scene(4)
    s.fail("i0", 2)
    assert s.out == set()
    s.fail("i0", 1)

    assert s.out == {"i0"}
    assert s.availability.reasons("i0") == ("outlier",)
    assert s.ejected == [("i0", 30)]


def test_a_success_ends_the_row() -> None:
    s = Scene(4)
    s.fail("i0", 2)
    assert s.detector.troubled == {"i0"}
    s.detector.succeeded("i0")
    s.fail("i0", 2)

    assert s.out == set()


def test_an_ejected_instance_comes_back_when_its_time_is_over() -> None:
    s = Scene(4)
    s.fail("i0", now=100.0)
    assert s.detector.due() == pytest.approx(130.0)
    s.detector.refresh(129.9)
    assert s.out == {"i0"}
    s.detector.refresh(130.0)

    assert s.out == set()
    assert s.detector.due() == float("inf")


def test_a_clock_that_was_set_back_keeps_nobody_out_for_longer_than_may_be() -> None:
    s = Scene(4)
    s.fail("i0", now=100_000.0)
    s.detector.refresh(100.0)
    assert s.out == set()

    s.fail("i0", now=100.0)
    assert s.out == {"i0"}
    s.detector.refresh(100.0 + 60.0)
    assert s.out == set()


def test_each_ejection_is_longer_and_none_is_longer_than_five_minutes() -> None:
    s = Scene(4)
    now = 100.0
    for _ in range(12):
        s.fail("i0", now=now)
        now = s.detector.due()
        s.detector.refresh(now)

    assert [seconds for _, seconds in s.ejected] == [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]


def test_good_time_is_forgiven() -> None:
    s = Scene(4)
    s.fail("i0", now=100.0)
    s.detector.refresh(130.0)
    s.fail("i0", now=130.0)
    s.detector.refresh(190.0)
    s.fail("i0", now=190.0 + 2 * 30.0 + 1)

    assert [seconds for _, seconds in s.ejected] == [30, 60, 30]


@pytest.mark.parametrize(
    ("count", "share", "most"),
    [(1, 0.9, 0), (1, 1.0, 1), (2, 0.1, 1), (2, 0.5, 1), (3, 0.5, 1), (4, 0.5, 2), (10, 0.3, 3), (3, 1.0, 3)],
)
def test_never_more_than_the_share_are_out_but_one_of_two_may_be(count: int, share: float, most: int) -> None:
    s = Scene(count, OutlierRules(1, 30_000_000, share))
    for id in s.ids:
        s.fail(id)

    assert len(s.out) == most


def test_when_all_are_out_all_are_taken() -> None:
    s = Scene(3, OutlierRules(1, 30_000_000, 1.0))
    for id in s.ids:
        s.fail(id, 1)

    assert s.availability.panic
    assert s.availability.usable is None


def test_failures_of_an_instance_that_is_out_are_not_counted() -> None:
    s = Scene(4)
    s.fail("i0", 9, now=100.0)
    s.detector.refresh(130.0)
    s.fail("i0", 1, now=130.0)

    assert s.out == set()


def test_an_instance_that_is_not_known_is_not_minded() -> None:
    s = Scene(2)
    s.fail("gone")

    assert s.out == set()


def test_two_processes_judge_together() -> None:
    keeper = LocalKeeper()
    one, other = Scene(4, keeper=keeper), Scene(4, keeper=keeper)
    one.fail("i0", 1)
    other.fail("i0", 1)
    one.fail("i0", 1)
    other.detector.refresh(100.0)

    assert one.out == other.out == {"i0"}
    assert (one.ejected, other.ejected) == ([("i0", 30)], [])


def test_a_reload_lets_nobody_back_in() -> None:
    s = Scene(4)
    s.fail("i0", now=100.0)
    s.availability.replace(s.ids)
    s.detector.replace(s.ids, 101.0)

    assert s.out == {"i0"}


def test_who_is_due_when_a_reload_comes_is_let_back_in() -> None:
    s = Scene(4)
    s.fail("i0", now=100.0)
    s.availability.replace([*s.ids, "new"])
    s.detector.replace([*s.ids, "new"], 130.0)  # before the tick that would have taken it back

    assert s.out == set()
    assert s.detector.due() == float("inf")


def test_the_end_of_detection_takes_everybody_back() -> None:
    s = Scene(4)
    s.fail("i0")
    s.detector.end()

    assert s.out == set()


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(1, 4), st.floats(0, 1), st.integers(0, 10**6))
def test_whatever_happens_the_share_holds(count: int, threshold: int, share: float, seed: int) -> None:
    random = Random(seed)
    rules = OutlierRules(threshold, 10_000_000, share)
    s = Scene(count, rules)
    now = 1.0
    for _ in range(150):
        now += random.random() * 3
        id = random.choice(s.ids)
        s.detector.refresh(now)
        if random.random() < 0.7:
            s.detector.failed(id, now)
        else:
            s.detector.succeeded(id)
        assert len(s.out) <= rules.most(count)
