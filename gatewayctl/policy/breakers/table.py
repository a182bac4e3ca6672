"""A circuit breaker: its states and what each event does in each of them, as a table; the code is below it.

event       | closed                     | open                        | half-open
----------- | -------------------------- | --------------------------- | ------------------------------
asked       | let through                | refuse; once the time is up | let a trial through while there are
            |                            | let the first trial through | any left; relapse if they hang
succeeded   | counts; ends a row         | (began before it opened)    | the last of them closes it
failed      | counts; may open it        | (began before it opened)    | relapse
abandoned   | -                          | -                           | gives its trial back

An attempt gets a *permit* when it asks: 0, or the number of the half-open phase whose trial it is. What it tells later
is heard only where that is still true: a row or a rate is not changed by attempts of another time.
"""

from collections.abc import Callable
from enum import Enum
from typing import Final

from gatewayctl.core.frozen import frozen
from gatewayctl.policy.breakers.memory import SLOTS, Memory, State

SECOND: Final = 1_000_000
LONGEST_RECOVERY: Final = 120 * SECOND
"""Microseconds."""
ORDINARY: Final = 0
"""The permit of an attempt that is no trial."""
REFUSED: Final = -1
"""No permit."""


class Event(Enum):
    ASKED = "asked"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABANDONED = "abandoned"


@frozen
class Rules:
    """``[breakers.NAME]``; times are microseconds."""

    failure_threshold: int
    failure_rate: float
    min_requests: int
    window: int
    recovery: int
    half_open_requests: int

    def slot(self, now: int) -> int:
        """The part of the window that a moment is in."""
        return now * SLOTS // self.window


def _let_through(rules: Rules, memory: Memory, now: int) -> int:
    return ORDINARY


def _count_success(rules: Rules, memory: Memory, now: int) -> int:
    memory.in_a_row = 0
    memory.count(1, 0, rules.slot(now))
    return _open_if_bad(rules, memory, now)


def _count_failure(rules: Rules, memory: Memory, now: int) -> int:
    memory.in_a_row += 1
    memory.count(0, 1, rules.slot(now))
    return _open_if_bad(rules, memory, now)


def _open_if_bad(rules: Rules, memory: Memory, now: int) -> int:
    total = memory.total
    too_often = total >= rules.min_requests and memory.failures >= rules.failure_rate * total and memory.failures > 0
    if memory.in_a_row >= rules.failure_threshold or too_often:
        memory.recovery = rules.recovery
        _open(memory, now)
    return ORDINARY


def _open(memory: Memory, now: int) -> None:
    memory.state = State.OPEN
    memory.until = now + memory.recovery
    memory.trials = memory.succeeded = 0
    memory.forget_counts()


def _refuse_or_try(rules: Rules, memory: Memory, now: int) -> int:
    if now < memory.until and now >= memory.until - memory.recovery:  # else a clock was set back: do not wait for it
        return REFUSED
    memory.state = State.HALF_OPEN
    memory.epoch += 1
    memory.trials = memory.succeeded = 0
    memory.until = now + rules.recovery
    return _try(rules, memory, now)


def _try(rules: Rules, memory: Memory, now: int) -> int:
    if now >= memory.until:
        if memory.trials > memory.succeeded:
            _relapse(rules, memory, now)
            return REFUSED
        memory.until = now + rules.recovery  # all have ended well so far: there were only too few requests
    if memory.trials >= rules.half_open_requests:
        return REFUSED
    memory.trials += 1
    return memory.epoch


def _relapse(rules: Rules, memory: Memory, now: int) -> int:
    memory.recovery = min(2 * memory.recovery, max(LONGEST_RECOVERY, rules.recovery))
    _open(memory, now)
    return ORDINARY


def _count_trial(rules: Rules, memory: Memory, now: int) -> int:
    memory.succeeded += 1
    if memory.succeeded >= rules.half_open_requests:
        memory.state = State.CLOSED
        memory.until = memory.recovery = memory.trials = memory.succeeded = 0
        memory.forget_counts()
    return ORDINARY


def _give_trial_back(rules: Rules, memory: Memory, now: int) -> int:
    memory.trials -= 1
    return ORDINARY


def _ignore(rules: Rules, memory: Memory, now: int) -> int:
    return ORDINARY


TABLE: Final[dict[tuple[State, Event], Callable[[Rules, Memory, int], int]]] = {
    (State.CLOSED, Event.ASKED): _let_through,
    (State.CLOSED, Event.SUCCEEDED): _count_success,
    (State.CLOSED, Event.FAILED): _count_failure,
    (State.CLOSED, Event.ABANDONED): _ignore,
    (State.OPEN, Event.ASKED): _refuse_or_try,
    (State.OPEN, Event.SUCCEEDED): _ignore,
    (State.OPEN, Event.FAILED): _ignore,
    (State.OPEN, Event.ABANDONED): _ignore,
    (State.HALF_OPEN, Event.ASKED): _try,
    (State.HALF_OPEN, Event.SUCCEEDED): _count_trial,
    (State.HALF_OPEN, Event.FAILED): _relapse,
    (State.HALF_OPEN, Event.ABANDONED): _give_trial_back,
}


def step(rules: Rules, memory: Memory, event: Event, permit: int, now: int) -> int:
    """Changes ``memory`` as the table says. For ``ASKED`` it gives the permit or ``REFUSED``; ``permit`` is of the others."""
    if event is not Event.ASKED and permit != (memory.epoch if memory.state is State.HALF_OPEN else ORDINARY):
        return ORDINARY
    return TABLE[memory.state, event](rules, memory, now)
