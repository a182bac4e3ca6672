"""Which requests moved between two tables, against brute force: every pair of routes between which one moved is told,
and every request that is told did move."""

from random import Random

import pytest

from gatewayctl.diff.moves import Tables
from gatewayctl.diff.outcome import outcome
from gatewayctl.routing import Match, RoutingOptions, Witness
from gatewayctl.routing.compiled import best_host, rank
from tests.property.oracle import holds, requests, table

BATCHES = range(8)
PAIRS = 40


def pairs(batch: int):
    """Tables of which the second is the first with some routes taken away, added, or replaced."""
    random = Random(f"diff {batch}")
    for _ in range(PAIRS):
        old = table(random, most=5)
        new = list(old)
        for _ in range(random.randint(0, 2)):
            other = random.choice(table(random, most=5))
            place = random.randrange(len(new) + 1)
            if place < len(new) and random.random() < 0.3:
                new.pop(place)
            elif place < len(new) and random.random() < 0.7:
                new[place] = other._replace(name=new[place].name)
            else:
                new.append(other._replace(name=f"n{len(new)}"))
        names = set()
        yield old, [route for route in new if not (route.name in names or names.add(route.name))]


def answer(routes, mask, request):
    """The name of the route that takes the request, or the status of the refusal."""
    by_path = [route for at, route in enumerate(routes) if mask >> at & 1]
    taking = [route for route in by_path if holds(route, request)]
    if taking:
        return min(taking, key=lambda r: rank(r, best_host(r, request.host)[1], request.method)).name
    free = [route for route in by_path if holds(route._replace(methods=(request.method,)), request)]
    return "405" if free else "404"


def told(tables: Tables, side: str, place: int | None, witness: Witness) -> str:
    """What the real matcher says of a request."""
    of = tables.old if side == "old" else tables.new
    found = of.table.match(witness.method, witness.host, witness.path, witness.query, witness.fields)
    if isinstance(found, Match):
        assert found.route == place
        return of.routes[found.route].name
    assert place is None
    return outcome(of, witness)[:3]


@pytest.mark.parametrize("batch", BATCHES)
def test_every_move_of_requests_is_told_and_every_one_told_is_one(batch):
    for old, new in pairs(batch):
        tables = Tables((old, new), (RoutingOptions(), RoutingOptions()))
        found = set()
        for move in tables.moves():
            assert isinstance(move.witness, Witness)
            found.add((told(tables, "old", move.old, move.witness), told(tables, "new", move.new, move.witness)))
        happened = set()
        for mask, request, _ in requests([*old, *new]):
            before = answer(old, mask & (1 << len(old)) - 1, request)
            now = answer(new, mask >> len(old), request)
            if before != now and not (before in ("404", "405") and now in ("404", "405")):
                happened.add((before if before not in ("404", "405") else "none", now))
        # Of what no route took before, which refusal it was makes no difference to what is told.
        assert happened <= {(b if b not in ("404", "405") else "none", n) for b, n in found}, (old, new)


@pytest.mark.parametrize("batch", BATCHES)
def test_between_a_table_and_itself_in_another_order_nothing_moves(batch):
    for old, _ in pairs(batch):
        tables = Tables((old, list(reversed(old))), (RoutingOptions(), RoutingOptions()))
        assert list(tables.moves()) == []
