"""One breaker as the data path asks it: what is kept stays with the keeper, what is asked at each attempt is here.

While it is closed and nothing has failed lately it is *calm*: an attempt costs one look at an attribute, and successes
are only added up; they are told to the keeper before anything else is, and at the end of each part of the window.
"""

from collections.abc import Callable, Sequence
from typing import Final

from gatewayctl.policy.breakers.memory import WIDTH, Memory, State
from gatewayctl.policy.breakers.table import ORDINARY, REFUSED, Event, Rules, step
from gatewayctl.policy.records import Keeper, Record, Records

_CLOSED: Final = State.CLOSED
_MICRO: Final = 1_000_000
_MOST: Final = 1_000_000
_TOLD_WITHIN: Final = 0.05
"""Seconds after which others know of successes, as long as there are more of them."""


class Breaker:
    """The breaker ``name`` of one service, instance or route (``of``). Times are seconds of the gateway's clock."""

    __slots__ = (
        "_calm",
        "_flush_at",
        "_keeper",
        "_pending",
        "_place",
        "_until",
        "asks",
        "name",
        "of",
        "on_change",
        "refused",
        "rules",
        "state",
        "turns",
    )

    def __init__(
        self, name: str, of: str, rules: Rules, keeper: Keeper, on_change: "Callable[[Breaker], None]"
    ) -> None:
        self.name = name
        self.of = of
        self.rules = rules
        self.on_change = on_change
        """Told after each change of state that this process made."""
        self.state = State.CLOSED
        self.refused = 0
        """Attempts that were refused."""
        self.turns = dict.fromkeys(State, 0)
        """How often this process has brought it into a state."""
        self._keeper = keeper
        self._place: tuple[Records, bytes] = (breaker_records(keeper), f"{name}/{of}".encode())
        self._pending = 0
        self._flush_at = 0.0
        self._calm = True
        self.asks = True
        """Whether it has to be asked at all; else every attempt is let through with ``ORDINARY``."""
        self._until = 0
        self.refresh()

    def ask(self, now: float) -> int:
        """A permit for an attempt, or ``REFUSED``. Each permit is given back by one of the three below, once."""
        if self.state is _CLOSED:
            return ORDINARY
        permit = self._tell(Event.ASKED, ORDINARY, now)
        if permit == REFUSED:
            self.refused += 1
        return permit

    def succeeded(self, permit: int, now: float) -> None:
        """The attempt got a response that is no failure."""
        if self._calm and permit == ORDINARY and now < self._flush_at:
            self._pending += 1
            return
        self._tell(Event.SUCCEEDED, permit, now)

    def failed(self, permit: int, now: float) -> None:
        """The attempt failed."""
        self._tell(Event.FAILED, permit, now)

    def abandoned(self, permit: int, now: float) -> None:
        """Nothing is known of the attempt: the client left, or the gateway is at fault."""
        if permit != ORDINARY:
            self._tell(Event.ABANDONED, permit, now)

    def wait(self, now: float) -> float:
        """Seconds until it may let something through again."""
        return max(self._until / _MICRO - now, 0.0)

    def reset(self) -> None:
        """Closes it and forgets what it has seen."""
        self._pending = 0
        self._keeper.change((self._place,), lambda records: [(0,) * 6 + records[0][6:7] + (0,) * (WIDTH - 7)])
        self.refresh()

    def refresh(self) -> None:
        """Looks at what others may have changed."""
        self._know(Memory(self._place[0].read(self._place[1])))

    def memory(self) -> Memory:
        """What is known of it now, for people."""
        return Memory(self._place[0].read(self._place[1]))

    def _tell(self, event: Event, permit: int, now: float) -> int:
        moment = int(now * _MICRO)
        rules, pending = self.rules, self._pending
        self._pending = 0
        self._flush_at = (rules.slot(moment) + 1) * rules.window / 8 / _MICRO
        before = self.state
        permitted = ORDINARY
        memory: Memory | None = None

        def change(records: Sequence[Record]) -> Sequence[Record]:
            nonlocal memory, permitted, before
            memory = Memory(records[0])
            before = memory.state
            if pending and before is State.CLOSED:
                memory.count(pending, 0, rules.slot(moment))
                memory.in_a_row = 0
            permitted = step(rules, memory, event, permit, moment)
            return [memory.record()]

        self._keeper.change((self._place,), change)
        if memory is not None:
            self._know(memory)
            if memory.state is not before:
                self.turns[memory.state] += 1
                self.on_change(self)
        return permitted

    def _know(self, memory: Memory) -> None:
        self.state = memory.state
        self.asks = memory.state is not _CLOSED or self._keeper.shared
        self._until = memory.until
        self._calm = memory.state is State.CLOSED and not memory.in_a_row and not memory.failures


class HostBreaker(Breaker):
    """A breaker whose record other processes change too: each decision looks first whether it has changed."""

    __slots__ = ("_seen", "_word", "_words")

    def __init__(
        self, name: str, of: str, rules: Rules, keeper: Keeper, on_change: "Callable[[Breaker], None]"
    ) -> None:
        records = breaker_records(keeper)
        self._words = records.words
        self._word = records.word(f"{name}/{of}".encode())
        self._seen = -1
        super().__init__(name, of, rules, keeper, on_change)

    def ask(self, now: float) -> int:
        if self._words[self._word] != self._seen:
            self.refresh()
        return super().ask(now)

    def succeeded(self, permit: int, now: float) -> None:
        if self._words[self._word] != self._seen:
            self.refresh()
        super().succeeded(permit, now)

    def refresh(self) -> None:
        self._seen = self._words[self._word]  # first: what changes meanwhile is seen the next time
        super().refresh()

    def _tell(self, event: Event, permit: int, now: float) -> int:
        permitted = super()._tell(event, permit, now)
        self._flush_at = min(self._flush_at, now + _TOLD_WITHIN)
        return permitted


def breaker_records(keeper: Keeper) -> Records:
    """The table that holds all breakers: it never pushes one out, for the configuration says how many there are."""
    return keeper.records("breakers", WIDTH, _MOST, owned=True, named=True)
