"""Questions about routes that several rules ask, answered exactly and each once."""

from collections.abc import Sequence
from functools import cached_property

from gatewayctl.routing.compiled import CompiledRoute
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

    def meeting(self, index: int) -> list[int]:
        """The other routes that may match a request of this one: a superset of those that do."""
        return [other for other in self._meetings.of(self.compiled[index]) if other != index]

    def taken(self, index: int, other: int) -> Answer:
        """A request that the route matches and the ``other`` takes."""
        return taken_from(self._exact, self._side, index, other)

    def outside(self, inner: int, outer: int) -> Answer:
        """A request that ``inner`` matches and ``outer`` does not; None: ``outer`` matches all of its requests."""
        return contained(self._exact, self._side, inner, outer)

    def takes(self, method: bytes, host: bytes, path: bytes) -> int | None:
        """The route that takes a plain request; None where none does."""
        answer = self._side.table.match(method, host, path, b"", [])
        route = getattr(answer, "route", None)
        return route if isinstance(route, int) else None
