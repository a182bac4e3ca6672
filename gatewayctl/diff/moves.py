"""Which requests another route takes now, or none: decided exactly, each with a request that both tables confirm.

A request goes to another route only if the route that takes it, before or after, was added, removed, or changed in what
it matches: among the others the order is what it was. So only pairs with such a side are asked about, and of those only
pairs that can meet. Avoided are the better boxes of *both* tables, found as the two matchers name them.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence, Set
from typing import NamedTuple, TypeAlias

from gatewayctl.routing import CompiledRoute, RoutingOptions, Witness
from gatewayctl.routing.compiled import NEVER_IMPLIED
from gatewayctl.routing.exact import Bound, Box, Exact, Meetings, without_method
from gatewayctl.routing.exact import Side as Table

Impact: TypeAlias = Callable[[int, int], Hashable]
"""What it means for a request if one route takes it instead of another: pairs that mean the same give the same."""


class Move(NamedTuple):
    """Requests that ``old`` took (an index; None: no route) and ``new`` takes. ``witness`` is one of them; a Bound
    instead: undecided."""

    old: int | None
    new: int | None
    witness: Witness | Bound


class Tables:
    """Both tables under one engine, whose domain are the paths that are canonical on both sides."""

    def __init__(
        self,
        routes: tuple[Sequence[CompiledRoute], Sequence[CompiledRoute]],
        options: tuple[RoutingOptions, RoutingOptions],
    ) -> None:
        keep = all(one.encoded_slashes == "keep" for one in options)
        common = RoutingOptions("keep" if keep else "reject", any(one.merge_slashes for one in options))
        self.exact = Exact(common)
        self.old, self.new = (Table(r, self.exact, o) for r, o in zip(routes, options, strict=True))
        self._names = [{route.name: place for place, route in enumerate(side)} for side in routes]
        self.edited = self._find_edited()
        """The places of the edited routes on both sides."""
        self.left_out = 0
        """Pairs that were not looked for, since enough others say the same."""

    def kept(self) -> list[tuple[int, int]]:
        """The routes that both sides have, by name."""
        return [(place, self._names[1][name]) for name, place in self._names[0].items() if name in self._names[1]]

    def moves(self, impact: Impact | None = None, most: int = 0) -> Iterator[Move]:
        """Every pair of different routes between which requests moved. With ``impact`` (what a pair would mean, as
        something to be counted by) at most ``most`` pairs of one edited route and one impact are looked for: hundreds
        more would say the same. ``left_out`` counts the others."""
        edited = self.edited
        same = dict(self.kept())
        back = {new: old for old, new in same.items()}
        meetings = Meetings(self.old.routes), Meetings(self.new.routes)
        told: set[tuple[int, int]] = set()
        seen: Counter[object] = Counter()

        def looked_for(side: int, old: int, new: int) -> Iterator[Move]:
            key = None if impact is None else (side, (old, new)[side], impact(old, new))
            if key is not None and seen[key] >= most:
                self.left_out += 1
                return
            for move in self._between(old, new):
                seen[key] += 1
                yield move

        for old in edited[0]:
            for new in meetings[1].of(self.old.routes[old]):
                if same.get(old) != new and (new in edited[1] or not self._before(self.old, back[new], old)):
                    told.add((old, new))
                    yield from looked_for(0, old, new)
            yield from self._lost(old, meetings[1])
        for new in edited[1]:
            for old in meetings[0].of(self.new.routes[new]):
                if (old, new) in told or same.get(old) == new:
                    continue
                if old in edited[0] or not self._before(self.new, same[old], new):
                    yield from looked_for(1, old, new)
            yield from self._gained(new)

    def stays(self, old: int, new: int) -> Witness | Bound | None:
        """A request that the one route took and the other takes; None: there is none."""
        return next((move.witness for move in self._between(old, new)), None)

    def _find_edited(self) -> tuple[Set[int], Set[int]]:
        """The routes that were added, removed or changed in what they match, on either side."""
        kept = dict(self.kept())
        same = {old for old, new in kept.items() if _matching(self.old.routes[old]) == _matching(self.new.routes[new])}
        also = {kept[old] for old in same}
        return (
            dict.fromkeys(place for place in range(len(self.old.routes)) if place not in same).keys(),
            dict.fromkeys(place for place in range(len(self.new.routes)) if place not in also).keys(),
        )

    def _before(self, side: Table, one: int, other: int) -> bool:
        """Whether ``one`` takes whatever both match."""
        first, second = side.routes[one], side.routes[other]
        last, best = side.boxes.of(one)[-1], side.boxes.of(other)[0]
        return first.priority > second.priority or (
            first.priority == second.priority and not first.hosts and not second.hosts and last.strength < best.strength
        )

    def _between(self, old: int, new: int) -> Iterator[Move]:
        """At most one move: a request that ``old`` took and ``new`` takes."""
        bound: Bound | None = None
        for one in self.old.boxes.of(old):
            for other in self.new.boxes.of(new):
                answer = self._confirmed([one, other], [], old, new)
                if isinstance(answer, Witness):
                    yield Move(old, new, answer)
                    return
                bound = bound or answer
        if bound is not None:
            yield Move(old, new, bound)

    def _lost(self, old: int, meetings: Meetings) -> Iterator[Move]:
        """Requests of a route that no route takes now: with another method one would (405), and with none (404)."""
        found: list[Move] = []
        near = [self.new.boxes.of(new) for new in meetings.of(self.old.routes[old]._replace(methods=None))]
        anywhere = [without_method(box) for boxes in near for box in boxes]
        for box in self.old.boxes.of(old):
            answer = self._confirmed([box], list(anywhere), old, None)
            if answer is not None:
                found.append(Move(old, None, answer))
                break
        for box in self.old.boxes.of(old):
            refused = (
                self._confirmed([box, without_method(other)], [], old, None)
                for boxes in near
                for other in boxes
                if _leaves_a_method(box, other)
            )
            answer = next((answer for answer in refused if answer is not None), None)
            if answer is not None:
                found.append(Move(old, None, answer))
                break
        yield from found

    def _gained(self, new: int) -> Iterator[Move]:
        """Requests of a route that no route took before."""
        for box in self.new.boxes.of(new):
            answer = self._confirmed([box], [], None, new)
            if answer is not None:
                yield Move(None, new, answer)
                return

    def _confirmed(
        self, musts: list[Box], avoids: list[Box], old: int | None, new: int | None
    ) -> Witness | Bound | None:
        """A request in ``musts`` that the real matchers give to these two routes (None: to no route)."""
        while True:
            answer = self.exact.find(musts, avoids)
            if not isinstance(answer, Witness):
                return answer
            wrong = [
                box
                for side, wanted in ((self.old, old), (self.new, new))
                if (box := side.winner(answer)) is not None and box.key[0] != wanted
            ]
            if not wrong:
                return answer
            if any(box is known for box in wrong for known in avoids):
                raise AssertionError(f"the matchers do not confirm {answer}")
            avoids += wrong


def _leaves_a_method(box: Box, other: Box) -> bool:
    """Whether ``box`` takes a method that ``other`` does not."""
    if other.methods is None:
        return box.methods is not None and not NEVER_IMPLIED.isdisjoint(box.methods)
    return box.methods is None or not box.methods <= other.methods


def _matching(route: CompiledRoute) -> tuple[object, ...]:
    """All of a route that decides which requests it takes, its name aside."""
    segments = tuple(tuple((piece.kind, piece.text) for piece in segment.pieces) for segment in route.segments)
    conditions = tuple((c.check, c.name, c.value) for c in (*route.headers, *route.query))
    hosts, headers = frozenset(route.hosts), len(route.headers)
    return route.priority, segments, route.regex, hosts, route.methods, headers, conditions
