"""The engine over one or two tables: questions about boxes, answered with requests that the real matcher confirms."""

from collections.abc import Sequence
from typing import TypeAlias

from gatewayctl.routing.compiled import CompiledRoute, best_host, method_class
from gatewayctl.routing.entry import Match
from gatewayctl.routing.exact.box import Box, Boxes, Key
from gatewayctl.routing.exact.domain import Domains
from gatewayctl.routing.exact.finding import find
from gatewayctl.routing.exact.language import Intern
from gatewayctl.routing.exact.work import Bound, BoundError, Work
from gatewayctl.routing.spec import DEFAULT_OPTIONS, RoutingOptions
from gatewayctl.routing.table import Table, TableBuilder
from gatewayctl.routing.witness import Witness

Answer: TypeAlias = Witness | Bound | None
"""A request that shows it; None: proved that there is none; Bound: undecided."""


class Exact:
    """Questions about boxes. ``work`` bounds all that are asked of it, ``intern`` is what their languages share."""

    __slots__ = ("_domains", "intern", "options", "work")

    def __init__(self, options: RoutingOptions = DEFAULT_OPTIONS, work: Work | None = None) -> None:
        self.options = options
        self.work = work or Work()
        self.intern = Intern()
        self._domains = Domains(options)

    def find(self, musts: Sequence[Box], avoids: Sequence[Box], *, at_least: int = 1) -> Answer:
        """A request that every one of ``musts`` takes and none of ``avoids``. ``at_least`` is what the question costs
        beside its search."""
        self.work.begin()
        try:
            self.work.spend(at_least)
            found = find(musts, avoids, self._domains, self.work)
        except BoundError as error:
            return error.bound
        return None if found is None else found.witness()


class Side:
    """One table with its boxes: what the real matcher says of a request, and by which box."""

    __slots__ = ("_table", "boxes", "options", "routes")

    def __init__(self, routes: Sequence[CompiledRoute], exact: Exact, options: RoutingOptions | None = None) -> None:
        self.routes = routes
        self.options = options or exact.options
        self.boxes = Boxes(routes, exact.intern)
        self._table: Table | None = None

    @property
    def table(self) -> Table:
        """The real matcher."""
        if self._table is None:
            builder = TableBuilder(self.options)
            for index, route in enumerate(self.routes):
                builder.add(route, index)
            self._table = builder.finish()
        return self._table

    def winner(self, witness: Witness) -> Box | None:
        """The box by which a route takes the request."""
        answer = self.table.match(witness.method, witness.host, witness.path, witness.query, witness.fields)
        if not isinstance(answer, Match):
            return None
        return self.boxes.at(self._key(answer.route, witness))

    def refuses(self, witness: Witness) -> bool:
        """Whether the request is refused, since its path can be read in two ways."""
        asked = (witness.method, witness.host, witness.path, witness.query, witness.fields)
        return self.table.ambiguous(*asked, self.table.match(*asked))

    def _key(self, index: int, witness: Witness) -> Key:
        route = self.routes[index]
        way = method_class(route.methods, witness.method)
        if way is None:
            raise AssertionError("a route that takes a request takes its method")
        return index, best_host(route, witness.host)[1], way


def better(one: Box, other: Box) -> bool:
    """Whether ``one`` goes before ``other`` by more than its name."""
    return one.strength < other.strength
