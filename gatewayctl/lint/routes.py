"""Questions about routes that several rules ask, answered exactly and each once."""

from collections.abc import Sequence
from functools import cached_property

from gatewayctl.routing import RouteError, RouteSpec, compile_route
from gatewayctl.routing.compiled import CompiledRoute, rank
from gatewayctl.routing.entry import Match
from gatewayctl.routing.exact import (
    Answer,
    Bound,
    Covered,
    Exact,
    Meetings,
    Reached,
    Side,
    contained,
    reach,
    taken_from,
)
from gatewayctl.routing.spec import RoutingOptions
from gatewayctl.routing.witness import Witness


class RouteFacts:
    """``compiled`` are the enabled routes, by name; all questions name a route by its index in it."""

    def __init__(self, compiled: Sequence[CompiledRoute], options: RoutingOptions) -> None:
        self.compiled = compiled
        self._exact = Exact(options)
        self._side = Side(compiled, self._exact)
        self._reached: dict[int, Reached | Covered | Bound] = {}

    @cached_property
    def _meetings(self) -> Meetings:
        return Meetings(self.compiled)

    def reach(self, index: int) -> Reached | Covered | Bound:
        """Whether any request goes to the route, and if not, what takes them all."""
        if index not in self._reached:
            self._reached[index] = reach(self._exact, self._side, index)
        return self._reached[index]

    def first(self, index: int) -> bool:
        """Whether the route goes before every other one that could take its requests, so that it is reached for certain.
        Cheap, and true of nearly all routes of a usual table."""
        own = min(_ranks(self.compiled[index]))
        return all(own < min(_ranks(self.compiled[other])) for other in self.meeting(index))

    def meeting(self, index: int) -> list[int]:
        """The other routes that may match a request of this one: a superset of those that do."""
        return [other for other in self._meetings.of(self.compiled[index]) if other != index]

    def taken(self, index: int, other: int) -> Answer:
        """A request that the route matches and the ``other`` takes."""
        return taken_from(self._exact, self._side, index, other)

    def outside(self, inner: int, outer: int) -> Answer:
        """A request that ``inner`` matches and ``outer`` does not; None: ``outer`` matches all of its requests."""
        return contained(self._exact, self._side, inner, outer)

    def taker(self, request: Witness) -> int | None:
        """The route that takes a request; None where none does."""
        answer = self._match(request)
        return answer.route if isinstance(answer, Match) else None

    def parameters(self, request: Witness) -> dict[str, str]:
        """What the route that takes a request knows of its path."""
        answer = self._match(request)
        return {name: value.decode() for name, value in answer.params.items()} if isinstance(answer, Match) else {}

    def same_paths(self, expression: str, pattern: str) -> bool:
        """Whether a regular expression and a pattern are proved to match the same paths."""
        options = self._exact.options
        try:
            both = [
                compile_route(RouteSpec("expression", path_regex=expression), options),
                compile_route(RouteSpec("pattern", path=pattern), options),
            ]
        except RouteError:
            return False
        side = Side(both, self._exact)
        return contained(self._exact, side, 0, 1) is None and contained(self._exact, side, 1, 0) is None

    def _match(self, request: Witness) -> Match | object:
        return self._side.table.match(request.method, request.host, request.path, request.query, request.fields)


def _ranks(route: CompiledRoute) -> list[tuple[object, ...]]:
    """By each host, without the name, which must decide nothing."""
    return [rank(route, host)[:-1] for host in route.hosts or (None,)]
