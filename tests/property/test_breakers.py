"""A breaker over any state and input: against a plain account of what its documentation says."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.policy.breakers.breaker import Breaker, HostBreaker
from gatewayctl.policy.breakers.memory import SLOTS, State
from gatewayctl.policy.breakers.table import REFUSED, Rules
from gatewayctl.state.records import LocalKeeper
from tests.support.sharing import HostKeepers

SECOND = 1_000_000
RULES = st.builds(
    Rules,
    failure_threshold=st.integers(1, 6),
    failure_rate=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    min_requests=st.integers(1, 12),
    window=st.sampled_from([2 * SECOND, 8 * SECOND]),
    recovery=st.sampled_from([SECOND, 3 * SECOND, 100 * SECOND]),
    half_open_requests=st.integers(1, 4),
)
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "good", "bad", "bad", "gone"]), st.integers(0, 3), st.integers(0, 8)
    ),
    max_size=120,
)
"""What happens, by which of the attempts under way (and by which process), after how many quarters of a second."""


@dataclass
class Account:
    """The same breaker, told with lists."""

    rules: Rules
    state: str = "closed"
    outcomes: list[tuple[int, bool]] = field(default_factory=list)
    until: int = 0
    recovery: int = 0
    phase: int = 0
    trials: int = 0
    passed: int = 0

    def ask(self, now: int) -> int | None:
        if self.state == "closed":
            return 0
        if self.state == "open":
            if now < self.until:
                return None
            self.state, self.phase, self.trials, self.passed = "half_open", self.phase + 1, 0, 0
            self.until = now + self.rules.recovery
        if now >= self.until:
            if self.trials > self.passed:
                self.relapse(now)
                return None
            self.until = now + self.rules.recovery
        if self.trials == self.rules.half_open_requests:
            return None
        self.trials += 1
        return self.phase

    def end(self, permit: int, good: bool | None, now: int) -> None:
        if self.state == "closed" and permit == 0 and good is not None:
            self.outcomes.append((now, good))
            slot = self.rules.slot(now)
            recent = [ok for at, ok in self.outcomes if slot - self.rules.slot(at) <= SLOTS]
            last = [ok for _, ok in self.outcomes[-self.rules.failure_threshold :]]
            row = len(last) == self.rules.failure_threshold and not any(last)
            bad = recent.count(False)
            if row or (len(recent) >= self.rules.min_requests and bad and bad >= self.rules.failure_rate * len(recent)):
                self.recovery = self.rules.recovery
                self.open(now)
        elif self.state == "half_open" and permit == self.phase:
            if good is None:
                self.trials -= 1
            elif not good:
                self.relapse(now)
            else:
                self.passed += 1
                if self.passed == self.rules.half_open_requests:
                    self.state, self.outcomes = "closed", []

    def relapse(self, now: int) -> None:
        self.recovery = min(2 * self.recovery, max(120 * SECOND, self.rules.recovery))
        self.open(now)

    def open(self, now: int) -> None:
        self.state, self.outcomes, self.until = "open", [], now + self.recovery


@settings(deadline=None, max_examples=300)
@given(RULES, ACTIONS)
def test_it_does_what_a_plain_account_of_it_does(rules: Rules, actions: list[tuple[str, int, int]]) -> None:
    breaker = Breaker("b", "s", rules, LocalKeeper(), lambda b: None)
    account = Account(rules)
    under_way: list[int] = []
    quarters = 4
    for action, which, gap in actions:
        quarters += gap
        now, moment = quarters / 4, quarters * SECOND // 4
        if action == "ask":
            permit = breaker.ask(now)
            expected = account.ask(moment)
            assert (None if permit == REFUSED else permit) == expected
            if expected is not None:
                under_way.append(expected)
        elif under_way:
            permit = under_way.pop(which % len(under_way))
            if action == "gone":
                breaker.abandoned(permit, now)
            else:
                (breaker.succeeded if action == "good" else breaker.failed)(permit, now)
            account.end(permit, {"good": True, "bad": False, "gone": None}[action], moment)
        assert breaker.state.word == account.state


@settings(deadline=None, max_examples=200)
@given(RULES, ACTIONS, st.lists(st.integers(0, 2), min_size=120, max_size=120))
def test_processes_of_a_host_that_share_it_do_together_what_a_plain_account_does(
    rules: Rules, actions: list[tuple[str, int, int]], turns: list[int]
) -> None:
    """Nobody tells the others anything but by the record; what a process that is killed had under way is as if abandoned."""
    with HostKeepers(3) as host:
        breakers = [HostBreaker("b", "s", rules, keeper, lambda b: None) for keeper in host.keepers]
        account = Account(rules)
        under_way: list[tuple[int, int]] = []
        quarters = 4
        for (action, which, gap), turn in zip(actions, turns, strict=False):
            quarters += gap + 1
            now, moment = quarters / 4, quarters * SECOND // 4
            if action == "ask":
                permit = breakers[turn].ask(now)
                expected = account.ask(moment)
                assert (None if permit == REFUSED else permit) == expected
                if expected is not None:
                    under_way.append((turn, expected))
            elif action == "gone" and which == 3:
                host.kill(turn)
                for _, permit in (lost for lost in under_way if lost[0] == turn):
                    account.end(permit, None, moment)
                under_way = [kept for kept in under_way if kept[0] != turn]
                breakers[turn] = HostBreaker("b", "s", rules, host.keepers[turn], lambda b: None)
            elif under_way:
                whose, permit = under_way.pop(which % len(under_way))
                if action == "gone":
                    breakers[whose].abandoned(permit, now)
                else:
                    (breakers[whose].succeeded if action == "good" else breakers[whose].failed)(permit, now)
                account.end(permit, {"good": True, "bad": False, "gone": None}[action], moment)
            breakers[turn].refresh()
            assert breakers[turn].state.word == account.state


@settings(deadline=None, max_examples=200)
@given(RULES, ACTIONS)
def test_of_many_processes_never_more_than_the_trials_are_under_way_in_half_open(
    rules: Rules, actions: list[tuple[str, int, int]]
) -> None:
    keeper = LocalKeeper()
    processes = [Breaker("b", "s", rules, keeper, lambda b: None) for _ in range(4)]
    under_way: dict[int, int] = {}
    now = 1.0
    for action, which, gap in actions:
        now += gap / 4
        breaker = processes[which]
        for other in processes:
            other.refresh()
        if action == "ask":
            permit = breaker.ask(now)
            if permit > 0:
                under_way[permit] = under_way.get(permit, 0) + 1
                assert under_way[permit] <= rules.half_open_requests
        elif under_way:
            permit = sorted(under_way)[which % len(under_way)]
            if action == "gone":
                breaker.abandoned(permit, now)
                under_way[permit] -= 1
                if not under_way[permit]:
                    del under_way[permit]
            elif action == "bad":
                breaker.failed(permit, now)
                del under_way[permit]
    for other in processes:
        other.refresh()
    assert len({other.state for other in processes}) == 1
    assert processes[0].state in State
