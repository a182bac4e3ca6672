"""``compare``: from two sides to all changes, each with its requests; what one cause does to many routes is one change."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.masking import MASK
from gatewayctl.diff.change import Change, Diff, Request
from gatewayctl.diff.classes import CLASSES, Severity
from gatewayctl.diff.difference import Difference, by_rules
from gatewayctl.diff.guarding import access_differences, auth_differences, cors_differences, require_differences
from gatewayctl.diff.handling import HEALTH_AT, Part, handling
from gatewayctl.diff.limiting import limit_differences
from gatewayctl.diff.moves import Move, Tables
from gatewayctl.diff.outcome import outcome
from gatewayctl.diff.rules import FOR_PEOPLE, ROUTE, ROUTE_MATCH
from gatewayctl.diff.sending import (
    cache_differences,
    retry_differences,
    target_differences,
    target_text,
)
from gatewayctl.diff.side import HEALTH, Side, aligned
from gatewayctl.diff.transforming import transform_differences
from gatewayctl.diff.whole import whole_differences
from gatewayctl.plan.findings import secret_parts
from gatewayctl.routing import Witness
from gatewayctl.routing.exact import Bound

MOST: Final = 20
"""Pairs of routes with one impact that are looked for, for each route that was edited."""


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
    if HEALTH_AT in (old.at, new.at):
        return  # the gateway answers by itself, before any policy
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
        self.secret = secret_parts(old.loaded, new.loaded)
        self.impacts: dict[tuple[str, str], tuple[str, ...]] = {}
        self.known: dict[tuple[int, int], str] = {}

    def diff(self) -> Diff:
        """Runs the comparison."""
        aligned(self.sides[0].data, self.sides[1].data)
        self.found += [_Shown(difference, None) for difference in whole_differences(self.sides)]
        for move in self.tables.moves(self._impact, MOST):
            self._moved(move)
        for old, new in self.tables.kept():
            self._kept(old, new)
        old_side, new_side = self.sides
        unseen = {str(value).partition(" ")[2] for side in self.sides for value in side.unseen_secrets()}
        return Diff(
            old_side.label,
            new_side.label,
            tuple(self._changes()),
            tuple(self.bounds),
            tuple(sorted(unseen)),
            self.tables.left_out,
        )

    def _handled(self, side: int, place: int) -> Part:
        return handling(self.sides[side], self.sides[side].routes[place])

    def _differences(self, old: int, new: int) -> list[Difference]:
        return list(route_differences(self.sides, self._handled(0, old), self._handled(1, new)))

    def _impact(self, old: int, new: int) -> tuple[str, ...]:
        """The codes of what is handled otherwise where ``new`` takes what ``old`` took."""
        key = self._signature(0, old), self._signature(1, new)
        if key not in self.impacts:
            self.impacts[key] = tuple(sorted({difference.code for difference in self._differences(old, new)}))
        return self.impacts[key]

    def _signature(self, side: int, place: int) -> str:
        """All that ``route_differences`` looks at in a route itself."""
        key = side, place
        if key not in self.known:
            part = self._handled(side, place)
            silent = (*ROUTE_MATCH, *FOR_PEOPLE)
            settings = {name: value for name, value in part.settings.items() if name not in silent}
            self.known[key] = json.dumps([part.at == HEALTH_AT, settings], sort_keys=True, default=str)
        return self.known[key]

    def _kept(self, old: int, new: int) -> None:
        """A route that both sides have: what differs in how it handles what it still takes."""
        if not self._impact(old, new):
            return
        witness = self.tables.stays(old, new)
        if witness is None:
            return  # it takes nothing that it took: nobody sees a difference
        if isinstance(witness, Bound):
            self.bounds[witness.reason] = None
        request = self._request(old, new, witness)
        self.found += [_Shown(difference, request) for difference in self._differences(old, new)]

    def _moved(self, move: Move) -> None:
        """Requests that another route takes, or none. What is otherwise about how they are handled is said beside
        them; where it is less guarded, it is a change of its own."""
        old, new, witness = move
        also: tuple[str, ...] = ()
        if isinstance(witness, Bound):
            self.bounds[witness.reason] = None
            code = "D110"
        elif old is None or new is None:
            code = "D104" if old is None else "D102" if outcome(self.tables.new, witness)[:3] == "405" else "D101"
        else:
            also = self._impact(old, new)
            code = "D103" if any(CLASSES[other].severity is not Severity.SAFE for other in also) else "D105"
        request = self._request(old, new, witness, also)
        placed = self._placed(code, old, new)
        self.found.append(_Shown(placed, request))
        for other in also:
            if CLASSES[other].severity is Severity.SECURITY:
                self.found.append(_Shown(placed._replace(code=other), request))

    def _placed(self, code: str, old: int | None, new: int | None) -> Difference:
        """The difference that says where requests go, at the route that was edited."""
        names = [
            None if place is None else side.routes[place].name
            for side, place in zip(self.sides, (old, new), strict=True)
        ]
        edited = self.tables.edited
        by_new = new is not None and new in edited[1]
        at = names[1] if by_new else names[0]
        cause: KeyPath = HEALTH_AT if at == HEALTH else ("routes", at or "")
        gone = at not in self.sides[1].data.get("routes", {}) and at != HEALTH
        return Difference(code, cause, "", "", "", gone)

    def _request(
        self, old: int | None, new: int | None, witness: Witness | Bound, also: tuple[str, ...] = ()
    ) -> Request:
        places = ((0, old), (1, new))
        name = next(self.sides[s].routes[place].name for s, place in reversed(places) if place is not None)
        moved = None if old is None or new is None or self.sides[0].routes[old].name == name else name
        origin = name if moved is None or old is None else self.sides[0].routes[old].name
        names = tuple(CLASSES[code].name for code in also)
        if isinstance(witness, Bound):
            return Request(origin, moved, None, "undecided", "undecided", "", names)
        words = [self._outcome(side, place, witness) for side, place in places]
        return Request(origin, moved, witness, words[0], words[1], witness.shown(self.secret, MASK.encode()), names)

    def _outcome(self, side: int, place: int | None, witness: Witness) -> str:
        table = self.tables.new if side else self.tables.old
        said = outcome(table, witness)
        if place is None or said:
            return said
        route = self.sides[side].routes[place]
        return f"route {route.name}, {target_text(self._handled(side, place).settings)}"

    def _changes(self) -> Iterator[Change]:
        """The same difference by one cause is one change, however many routes it concerns."""
        groups: dict[Difference, dict[tuple[str, str | None], Request]] = defaultdict(dict)
        for difference, request in self.found:
            known = groups[difference]
            if request is not None:
                known.setdefault((request.route, request.moved), request)
        made = [self._change(difference, tuple(known.values())) for difference, known in groups.items()]
        return iter(sorted(made, key=lambda c: (c.kind.severity.rank, c.code, tuple(map(str, c.cause)), c.detail)))

    def _change(self, difference: Difference, requests: tuple[Request, ...]) -> Change:
        side = self.sides[0 if difference.gone else 1]
        if not difference.detail:
            difference = difference._replace(
                detail=".".join(map(str, difference.cause)),
                before=_one_or_count([request.before for request in requests]),
                now=_one_or_count([request.now for request in requests]),
            )
        return Change(
            difference.code,
            difference.cause,
            difference.detail,
            difference.before,
            difference.now,
            tuple(sorted(requests, key=lambda request: (request.route, request.moved or ""))),
            side.loaded.span(*difference.cause),
            "old" if difference.gone else "new",
        )


def _one_or_count(words: list[str]) -> str:
    several = list(dict.fromkeys(words))
    return several[0] if len(several) == 1 else f"{several[0]} and {len(several) - 1} more"
