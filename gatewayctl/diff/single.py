"""One request in two configurations: who takes it in each, and what is otherwise about how it is handled."""

from typing import NamedTuple

from gatewayctl.diff.compare import route_differences
from gatewayctl.diff.difference import Difference
from gatewayctl.diff.handling import handling
from gatewayctl.diff.outcome import outcome
from gatewayctl.diff.sending import target_text
from gatewayctl.diff.side import Side
from gatewayctl.diff.whole import whole_differences
from gatewayctl.routing import PathError, Witness, canonical_path
from gatewayctl.routing.exact import Exact
from gatewayctl.routing.exact import Side as Table


class Handled(NamedTuple):
    """What becomes of a request: the ``route`` (an index; None: no route takes it) and that in words."""

    route: int | None
    words: str


def handled(side: Side, table: Table, request: Witness) -> Handled:
    """What becomes of a request, whose ``path`` is as the client sends it."""
    options = side.options
    try:
        path = canonical_path(
            request.path, encoded_slashes=options.encoded_slashes, merge_slashes=options.merge_slashes
        )
    except PathError as error:
        return Handled(None, f"400, {error.reason}")
    asked = request._replace(path=path)
    winner, said = table.winner(asked), outcome(table, asked)
    if winner is None or said:
        return Handled(None, said)
    route = side.routes[winner.key[0]]
    return Handled(winner.key[0], f"route {route.name}, {target_text(handling(side, route).settings)}")


def request_differences(old: Side, new: Side, request: Witness) -> tuple[Handled, Handled, list[Difference]]:
    """What becomes of it on each side, and the differences of how (none where no route takes it on one side)."""
    exact = Exact()
    first, second = (handled(s, Table(s.routes, exact, s.options), request) for s in (old, new))
    found = [d for d in whole_differences((old, new)) if d.cause[0] == "server"]
    if first.route is not None and second.route is not None:
        parts = handling(old, old.routes[first.route]), handling(new, new.routes[second.route])
        found += route_differences((old, new), *parts)
    return first, second, found
