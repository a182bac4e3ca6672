"""``compare``: from two sides to all changes, each with its requests; what one cause does to many routes is one change."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from gatewayctl.diff.change import Change, Diff, Request
from gatewayctl.diff.classes import CLASSES
from gatewayctl.diff.difference import Difference, by_rules
from gatewayctl.diff.guarding import access_differences, auth_differences, cors_differences, require_differences
from gatewayctl.diff.handling import Part, handling
from gatewayctl.diff.limiting import limit_differences
from gatewayctl.diff.moves import Move, Tables
from gatewayctl.diff.outcome import outcome
from gatewayctl.diff.rules import ROUTE
from gatewayctl.diff.sending import (
    cache_differences,
    retry_differences,
    target_differences,
    target_text,
    transform_differences,
)
from gatewayctl.diff.showing import shown_request
from gatewayctl.diff.side import Side, aligned
from gatewayctl.diff.whole import whole_differences
from gatewayctl.routing import Witness
from gatewayctl.routing.exact import Bound


class _Shown(NamedTuple):
    """A difference with the request that shows it."""

    difference: Difference
    request: Request | None


def compare(old: Side, new: Side) -> Diff:
    """All that differs for requests."""
    return _Comparison(old, new).diff()


def route_differences(sides: tuple[Side, Side], old: Part, new: Part) -> Iterator[Difference]:
    """The differences of how two routes handle the same request."""
    yield from target_differences(sides, old, new)
    yield from by_rules(old, new, ROUTE)
    for compared in (auth_differences, require_differences, access_differences, cors_differences):
        yield from compared(sides, old, new)
    yield from limit_differences(sides, old, new)
    yield from retry_differences(sides, old, new)
    yield from cache_differences(sides, old, new)
    yield from transform_differences(sides, old, new)


class _Comparison:
    def __init__(self, old: Side, new: Side) -> None:
        self.sides = (old, new)
        self.tables = Tables((old.routes, new.routes), (old.options, new.options))
        self.found: list[_Shown] = []
        self.bounds: dict[str, None] = {}

    def diff(self) -> Diff:
        """Runs the comparison."""
        aligned(self.sides[0].data, self.sides[1].data)
        self.found += [_Shown(difference, None) for difference in whole_differences(self.sides)]
        for move in self.tables.moves():
            self._moved(move)
        for old, new in self.tables.kept():
            self._kept(old, new)
        old_side, new_side = self.sides
        unseen = sorted({str(value).partition(" ")[2] for side in self.sides for value in side.unseen_secrets()})
        return Diff(old_side.label, new_side.label, tuple(self._changes()), tuple(self.bounds), tuple(unseen))

    def _handled(self, side: int, place: int) -> Part:
        return handling(self.sides[side], self.sides[side].routes[place])

    def _kept(self, old: int, new: int) -> None:
        """A route that both sides have: what differs in how it handles what it still takes."""
        differences = list(route_differences(self.sides, self._handled(0, old), self._handled(1, new)))
        if not differences:
            return
        witness = self.tables.stays(old, new)
        if witness is None:
            return  # it takes nothing that it took: nobody sees a difference
        if isinstance(witness, Bound):
            self.bounds[witness.reason] = None
        for difference in differences:
            self._tell(difference, old, new, witness)

    def _moved(self, move: Move) -> None:
        """Requests that another route takes, or none."""
        old, new = move.old, move.new
        if isinstance(move.witness, Bound):
            self.bounds[move.witness.reason] = None
            self._tell(self._placed("D110", old, new), old, new, move.witness)
        elif old is None or new is None:
            code = "D104" if old is None else "D102" if self._is_405(move.witness) else "D101"
            self._tell(self._placed(code, old, new), old, new, move.witness)
        else:
            differences = list(route_differences(self.sides, self._handled(0, old), self._handled(1, new)))
            code = "D103" if any(CLASSES[d.code].severity != "safe" for d in differences) else "D105"
            self._tell(self._placed(code, old, new), old, new, move.witness)
            for difference in differences:
                self._tell(difference, old, new, move.witness)

    def _is_405(self, witness: Witness) -> bool:
        return outcome(self.tables.new, witness).startswith("405")

    def _placed(self, code: str, old: int | None, new: int | None) -> Difference:
        """The difference that says where requests go, at the route that made it."""
        names = [
            None if place is None else side.routes[place].name
            for side, place in zip(self.sides, (old, new), strict=True)
        ]
        known = [side.data["routes"] for side in self.sides]
        at = names[1] if names[1] is not None and known[0].get(names[1]) != known[1].get(names[1]) else names[0]
        at = at or names[1] or ""
        gone = at not in known[1]
        words = ["no route" if name is None else f"route {name}" for name in names]
        return Difference(code, ("routes", at), "route", words[0], words[1], gone)

    def _tell(self, difference: Difference, old: int | None, new: int | None, witness: Witness | Bound) -> None:
        name = next(
            side.routes[place].name
            for side, place in zip(reversed(self.sides), (new, old), strict=True)
            if place is not None
        )
        if isinstance(witness, Bound):
            self.found.append(_Shown(difference, Request(name, None, "undecided", "undecided", "")))
            return
        words = [self._outcome(side, place, witness) for side, place in ((0, old), (1, new))]
        shown = shown_request(witness, self.sides)
        self.found.append(_Shown(difference, Request(name, witness, words[0], words[1], shown)))

    def _outcome(self, side: int, place: int | None, witness: Witness) -> str:
        table = self.tables.new if side else self.tables.old
        said = outcome(table, witness)
        if place is None or said:
            return said
        route = self.sides[side].routes[place]
        return f"route {route.name}, {target_text(self._handled(side, place).settings)}"

    def _changes(self) -> Iterator[Change]:
        """The same difference by one cause is one change, however many routes it concerns."""
        groups: dict[Difference, list[Request]] = defaultdict(list)
        for difference, request in self.found:
            known = groups[difference]
            if request is not None and all(other.route != request.route for other in known):
                known.append(request)
        made = []
        for difference, requests in groups.items():
            side = self.sides[0 if difference.gone else 1]
            made.append(
                Change(
                    difference.code,
                    difference.cause,
                    difference.detail,
                    difference.before,
                    difference.now,
                    tuple(sorted(requests, key=lambda request: request.route)),
                    side.loaded.span(*difference.cause),
                    "old" if difference.gone else "new",
                )
            )
        return iter(sorted(made, key=lambda c: (c.kind.severity.rank, c.code, tuple(map(str, c.cause)), c.detail)))
