"""Whether a route is ever reached, and if not, which routes together take all of it.

It begins with no avoiders; whoever takes the witness instead is added, until the route itself takes one or there is
none. What was added then covers the route; it is shrunk, one route after the other, to what is needed.
"""

from collections.abc import Iterable
from typing import NamedTuple

from gatewayctl.routing.exact.box import Box
from gatewayctl.routing.exact.engine import Answer, Exact, Side
from gatewayctl.routing.exact.work import Bound
from gatewayctl.routing.witness import Witness


class Reached(NamedTuple):
    """The route takes this request."""

    witness: Witness


class Covered(NamedTuple):
    """Proved: the routes ``by`` (indexes; a least set) together take every request of the route. ``witness`` is one
    that it would take alone; None: no request can match it at all."""

    by: tuple[int, ...]
    witness: Witness | None


def reach(exact: Exact, side: Side, index: int) -> Reached | Covered | Bound:
    """Whether some request goes to the route."""
    boxes = side.boxes.of(index)
    covering: set[int] = set()
    first: Witness | None = None
    bound: Bound | None = None
    for box in boxes:
        avoids: list[Box] = []
        while True:
            answer = exact.find([box], avoids)
            if not isinstance(answer, Witness):
                bound = answer or bound
                covering.update(other.key[0] for other in avoids)
                break
            first = first or answer
            winner = side.winner(answer)
            if winner is None or any(winner is box for box in avoids):
                raise AssertionError(f"the matcher does not confirm {answer}")
            if winner.key[0] == index:
                if not side.refuses(answer):
                    return Reached(answer)
                bound = bound or Bound("only requests that are refused as ambiguous were found")
                covering.update(other.key[0] for other in avoids)
                break
            avoids.append(winner)
    if bound is not None:
        return bound
    return Covered(_least(exact, side, boxes, covering), first)


def _least(exact: Exact, side: Side, boxes: list[Box], routes: set[int]) -> tuple[int, ...]:
    """The routes of a cover, without those that are not needed."""
    needed = sorted(routes)

    def covered(box: Box, by: list[int]) -> bool:
        avoids = [other for route in by for other in side.boxes.of(route) if _before(other, box)]
        return exact.find([box], avoids) is None

    for route in list(needed):
        fewer = [other for other in needed if other != route]
        if all(covered(box, fewer) for box in boxes):
            needed = fewer
    return tuple(needed)


def _before(one: Box, other: Box) -> bool:
    """Whether ``one`` takes what both match."""
    return (one.strength, one.route.name.encode()) < (other.strength, other.route.name.encode())


def meeting(exact: Exact, side: Side, one: int, other: int) -> Answer:
    """A request that both routes match."""
    return any_of(exact.find([a, b], ()) for a in side.boxes.of(one) for b in side.boxes.of(other))


def taken_from(exact: Exact, side: Side, index: int, other: int) -> Answer:
    """A request that route ``index`` matches and ``other`` takes, since it goes before it."""
    return any_of(_taken(exact, side, a, b) for a in side.boxes.of(index) for b in side.boxes.of(other))


def _taken(exact: Exact, side: Side, own: Box, other: Box) -> Answer:
    if not _before(other, own):
        return None
    avoids: list[Box] = []
    while True:
        answer = exact.find([own, other], avoids)
        if not isinstance(answer, Witness):
            return answer
        winner = side.winner(answer)
        if winner is None or any(winner is box for box in avoids):
            raise AssertionError(f"the matcher does not confirm {answer}")
        if winner.key[0] == other.key[0]:
            return answer
        avoids.append(winner)


def contained(exact: Exact, side: Side, inner: int, outer: int) -> Answer:
    """A request that ``inner`` matches and ``outer`` does not; None: proved that ``outer`` matches all of them."""
    return any_of(exact.find([box], side.boxes.of(outer)) for box in side.boxes.of(inner))


def any_of(answers: Iterable[Answer]) -> Answer:
    """The first request; without one Bound if anything was undecided."""
    bound: Bound | None = None
    for answer in answers:
        if isinstance(answer, Witness):
            return answer
        bound = bound or answer
    return bound
