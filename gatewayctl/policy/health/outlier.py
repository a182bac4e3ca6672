"""Outlier detection: an instance that keeps failing under real traffic gets none for a while.

So many failures in a row eject it, for the ejection time multiplied by how often that has happened lately, at most five
minutes; each ejection time without another takes one off. Never more than the configured share is out, but of two or
more instances one may always be. Judgement and ejections are records, one each instance, so that workers share them.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from gatewayctl.core.frozen import frozen
from gatewayctl.policy.health.availability import OUTLIER, Availability
from gatewayctl.policy.records import Keeper, Place, Record, Records

LONGEST_EJECTION: Final = 300_000_000
"""Microseconds."""
_MICRO: Final = 1_000_000


@frozen
class OutlierRules:
    """``[services.NAME.outlier]``; ``ejection_time`` in microseconds."""

    consecutive_failures: int
    ejection_time: int
    max_ejected: float

    def most(self, instances: int) -> int:
        """How many of so many instances may be out."""
        return max(int(self.max_ejected * instances + 1e-9), 1 if instances > 1 else 0)


class Judged(NamedTuple):
    """The record of an instance: failures in a row, ejections that still count, when the last one ended or ends."""

    in_a_row: float
    ejections: float
    until: float

    def out(self, now: int) -> bool:
        """Whether it is ejected; a clock that was set back ejects nobody for longer than may be."""
        return now < self.until <= now + LONGEST_EJECTION


def failed(rules: OutlierRules, records: Sequence[Record], now: int) -> tuple[list[Record], bool]:
    """The records of a service's instances after the first of them failed, and whether that has ejected it."""
    own, *others = (Judged(*record) for record in records)
    if own.out(now):
        return [own, *others], False
    in_a_row = own.in_a_row + 1
    already = sum(other.out(now) for other in others)
    if in_a_row < rules.consecutive_failures or already >= rules.most(len(records)):
        return [own._replace(in_a_row=in_a_row), *others], False
    served = int(max(now - own.until, 0) // rules.ejection_time) if own.ejections else 0
    ejections = max(own.ejections - served, 0) + 1
    until = now + min(rules.ejection_time * ejections, LONGEST_EJECTION)
    return [Judged(0, ejections, until), *others], True


def outlier_records(keeper: Keeper) -> Records:
    """The table of all instances that anything stands against."""
    return keeper.records("outliers", 3, 1_000_000, named=True)


class OutlierDetector:
    """The detector of one service. It tells ``availability``; times are seconds of the gateway's clock."""

    __slots__ = (
        "_availability",
        "_ids",
        "_keeper",
        "_out",
        "_prefix",
        "_records",
        "_seen",
        "_words",
        "ejections",
        "on_change",
        "rules",
        "service",
        "troubled",
    )

    def __init__(
        self,
        service: str,
        rules: OutlierRules,
        availability: Availability,
        keeper: Keeper,
        on_change: Callable[[str, str, float], None],
    ) -> None:
        self.service = service
        self.rules = rules
        self.on_change = on_change
        """Told the service, the instance and the seconds for which this process has ejected it."""
        self.ejections = 0
        """Ejections that this process has decided."""
        self.troubled: set[str] = set()
        """Instances whose last attempt failed: a success is news of these alone."""
        self._availability = availability
        self._keeper = keeper
        self._records: Records = outlier_records(keeper)
        self._prefix = service + "/"
        self._ids: tuple[str, ...] = ()
        self._words: tuple[int, ...] = ()
        self._seen: list[int] = []
        self._out: dict[str, float] = {}

    def replace(self, ids: Sequence[str], now: float) -> None:
        """The instances that may get traffic at all."""
        self._ids = tuple(ids)
        self._words = tuple(self._records.word(self._place(id)[1]) for id in self._ids)
        self.troubled &= set(ids)
        self._out = {id: until for id, until in self._out.items() if id in self._ids}  # refresh brings them back
        self.refresh(now)

    def succeeded(self, id: str) -> None:
        """A response of an instance in ``troubled`` was no failure: its row is over."""
        self.troubled.discard(id)
        self._keeper.change((self._place(id),), lambda records: [Judged(*records[0])._replace(in_a_row=0)])

    def failed(self, id: str, now: float) -> None:
        """An attempt at an instance failed."""
        if id not in self._ids:
            return
        moment, ejected = int(now * _MICRO), False
        until = 0.0

        def change(records: Sequence[Record]) -> Sequence[Record]:
            nonlocal ejected, until
            after, ejected = failed(self.rules, records, moment)
            until = after[0][2]
            return after

        self._keeper.change([self._place(id), *(self._place(other) for other in self._ids if other != id)], change)
        if not ejected:
            self.troubled.add(id)
            return
        self.troubled.discard(id)
        self.ejections += 1
        self._take_out(id, until / _MICRO)
        self.on_change(self.service, id, (until - moment) / _MICRO)

    def look(self, now: float) -> None:
        """As ``refresh``, where anything has changed or somebody's time is over."""
        words = self._records.words
        if self._seen != [words[word] for word in self._words] or self.due() <= now:
            self.refresh(now)

    def refresh(self, now: float) -> None:
        """Takes back whose time is over, and takes over what others have decided."""
        words = self._records.words
        self._seen = [words[word] for word in self._words]
        for id in self._ids:
            judged = Judged(*self._records.read(self._place(id)[1]))
            if judged.in_a_row:
                self.troubled.add(id)
            else:
                self.troubled.discard(id)
            if judged.out(int(now * _MICRO)):
                self._take_out(id, judged.until / _MICRO)
            elif self._out.pop(id, None) is not None:
                self._availability.mark(id, OUTLIER, False)

    def due(self) -> float:
        """When the first of those that are out comes back; infinity if none is."""
        return min(self._out.values(), default=float("inf"))

    def end(self) -> None:
        """Detection is over: nobody is out for its sake."""
        for id in self._out:
            self._availability.mark(id, OUTLIER, False)
        self._out = {}
        self._ids = self._words = ()

    @property
    def idle(self) -> bool:
        """There is no instance to judge."""
        return not self._ids

    def _take_out(self, id: str, until: float) -> None:
        self._out[id] = until
        self._availability.mark(id, OUTLIER, True)

    def _place(self, id: str) -> Place:
        return self._records, (self._prefix + id).encode()
