"""What is otherwise about one request between two configurations, in the classes of ``diff``."""

from typing import Final, NamedTuple

from gatewayctl.diff.classes import CLASSES, ChangeClass, Severity
from gatewayctl.diff.compare import route_differences
from gatewayctl.diff.difference import Difference
from gatewayctl.diff.handling import handling
from gatewayctl.diff.sending import target_text
from gatewayctl.diff.side import Side, aligned
from gatewayctl.replay.asking import Asker, Taken
from gatewayctl.replay.entry import Entry


class Kind(NamedTuple):
    """One kind of change. ``what`` is the setting or the routes that it is about."""

    code: str
    what: str
    before: str
    now: str

    @property
    def kind(self) -> ChangeClass:
        """Its class."""
        return CLASSES[self.code]


class Verdict(NamedTuple):
    """What became of a request and what becomes of it now; ``kinds`` is empty where it is handled alike."""

    before: str
    now: str
    kinds: tuple[Kind, ...]


ALIKE: Final[tuple[Kind, ...]] = ()


class Verdicts:
    """Asks both sides. What two routes do otherwise is worked out once for each pair of them."""

    def __init__(self, old: Side, new: Side, host: str) -> None:
        aligned(old.data, new.data)
        self.sides = (old, new)
        self._askers = tuple(Asker(side.routes, side.options, host) for side in self.sides)
        self._pairs: dict[tuple[int, int], Verdict] = {}
        self._words: tuple[dict[int, str], dict[int, str]] = ({}, {})

    def of(self, entry: Entry) -> tuple[Verdict, Taken]:
        """The verdict, and the request as the new side read it."""
        old, new = (asker.ask(entry) for asker in self._askers)
        if old.match is not None and new.match is not None:
            return self._pair(old.match.route, new.match.route), new
        before, now = self._told(0, old), self._told(1, new)
        if old.match is None and new.match is None:
            return Verdict(before, now, ALIKE), new
        if new.match is None:
            code = {"405": "D102", "400": "D107"}.get(now[:3], "D101")
            return Verdict(before, now, (Kind(code, self._name(0, old), before, now),)), new
        return Verdict(before, now, (Kind("D104", self._name(1, new), before, now),)), new

    def _told(self, side: int, taken: Taken) -> str:
        return taken.refused if taken.match is None else self._route_words(side, taken.match.route)

    def _name(self, side: int, taken: Taken) -> str:
        if taken.match is None:
            raise AssertionError("a route takes it on this side")
        return f"route {self.sides[side].routes[taken.match.route].name}"

    def _route_words(self, side: int, place: int) -> str:
        known = self._words[side]
        if place not in known:
            route = self.sides[side].routes[place]
            known[place] = f"route {route.name}, {target_text(handling(self.sides[side], route).settings)}"
        return known[place]

    def _pair(self, old: int, new: int) -> Verdict:
        key = old, new
        if key not in self._pairs:
            self._pairs[key] = self._compared(old, new)
        return self._pairs[key]

    def _compared(self, old: int, new: int) -> Verdict:
        first, second = self.sides[0].routes[old], self.sides[1].routes[new]
        found = list(route_differences(self.sides, handling(self.sides[0], first), handling(self.sides[1], second)))
        before, now = self._route_words(0, old), self._route_words(1, new)
        if first.name == second.name:
            return Verdict(before, now, tuple(dict.fromkeys(_kind(difference) for difference in found)))
        guarded_less = [_kind(d) for d in found if CLASSES[d.code].severity is Severity.SECURITY]
        code = "D103" if any(CLASSES[d.code].severity is not Severity.SAFE for d in found) else "D105"
        moved = Kind(code, f"{first.name} → {second.name}", before, now)
        return Verdict(before, now, tuple(dict.fromkeys([moved, *guarded_less])))


def _kind(difference: Difference) -> Kind:
    what = difference.detail or ".".join(map(str, difference.cause))
    cause = ".".join(map(str, difference.cause))
    return Kind(difference.code, what if what in cause else f"{what} ({cause})", difference.before, difference.now)
