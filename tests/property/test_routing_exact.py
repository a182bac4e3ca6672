"""Exact reasoning against brute force: what it shows is confirmed by the matcher, what it proves no request refutes."""

from itertools import combinations
from random import Random

import pytest

from gatewayctl.routing import Match, Witness, explain_candidates
from gatewayctl.routing.compiled import best_host, rank
from gatewayctl.routing.exact import (
    Bound,
    Covered,
    Exact,
    Reached,
    Side,
    find_ambiguities,
    meeting,
    reach,
    taken_from,
)
from gatewayctl.routing.exact.meetings import Meetings
from gatewayctl.routing.single import Request, judge
from tests.property.oracle import holds, requests, table

BATCHES = range(8)
TABLES = 50


def tables(batch: int, question: str):
    random = Random(f"{question} {batch}")
    return [table(random) for _ in range(TABLES)]


def takers(routes, mask, request):
    return [i for i, route in enumerate(routes) if mask >> i & 1 and holds(route, request)]


def request_of(witness: Witness) -> Request:
    return Request(witness.method, witness.host, witness.path, witness.query, witness.fields)


def winner_of(routes, taking, request):
    return min(taking, key=lambda i: rank(routes[i], best_host(routes[i], request.host)[1], request.method))


@pytest.mark.parametrize("batch", BATCHES)
def test_routes_meet_exactly_where_one_request_is_taken_by_both(batch):
    for routes in tables(batch, "meet"):
        exact = Exact()
        side = Side(routes, exact)
        met = set()
        for mask, request, _ in requests(routes):
            met |= set(combinations(takers(routes, mask, request), 2))
        for one, other in combinations(range(len(routes)), 2):
            answer = meeting(exact, side, one, other)
            assert not isinstance(answer, Bound)
            if answer is not None:
                assert all(judge(routes[i], request_of(answer)).matches for i in (one, other))
                assert other in Meetings(routes).of(routes[one])
            assert answer is not None or (one, other) not in met, (routes[one], routes[other])


@pytest.mark.parametrize("batch", BATCHES)
def test_a_route_is_unreachable_exactly_if_no_request_goes_to_it(batch):
    for routes in tables(batch, "reach"):
        exact = Exact()
        side = Side(routes, exact)
        won, won_plain = {}, {}
        for mask, request, plain in requests(routes):
            taking = takers(routes, mask, request)
            if taking:
                (won_plain if plain else won).setdefault(winner_of(routes, taking, request), request)
        for index in range(len(routes)):
            found = reach(exact, side, index)
            if isinstance(found, Reached):
                answer = side.table.match(*request_of(found.witness))
                assert isinstance(answer, Match)
                assert answer.route == index
                assert not side.refuses(found.witness)
            elif isinstance(found, Covered):
                assert index not in won, (routes, index, won.get(index))
                assert index not in won_plain, (routes, index, won_plain.get(index))
            else:
                assert index not in won_plain
                assert "ambiguous" in str(found)


@pytest.mark.parametrize("batch", BATCHES)
def test_the_routes_that_cover_an_unreachable_one_are_all_needed(batch):
    for routes in tables(batch, "cover"):
        exact = Exact()
        side = Side(routes, exact)
        for index in range(len(routes)):
            found = reach(exact, side, index)
            if isinstance(found, Covered):
                for left_out in found.by:
                    kept = [routes[i] for i in (*found.by, index) if i != left_out]
                    again = reach(exact, Side(kept, exact), len(kept) - 1)
                    assert not isinstance(again, Covered)


@pytest.mark.parametrize("batch", BATCHES)
def test_a_route_loses_requests_to_another_exactly_if_one_goes_there(batch):
    for routes in tables(batch, "lose"):
        exact = Exact()
        side = Side(routes, exact)
        lost = set()
        for mask, request, _ in requests(routes):
            taking = takers(routes, mask, request)
            if taking:
                best = winner_of(routes, taking, request)
                lost |= {(index, best) for index in taking if index != best}
        for index in range(len(routes)):
            for other in range(len(routes)):
                if other == index:
                    continue
                answer = taken_from(exact, side, index, other)
                assert not isinstance(answer, Bound)
                if answer is not None:
                    found = side.table.match(*request_of(answer))
                    assert isinstance(found, Match)
                    assert found.route == other
                    assert judge(routes[index], request_of(answer)).matches
                assert answer is not None or (index, other) not in lost


@pytest.mark.parametrize("batch", BATCHES)
def test_a_table_is_ambiguous_exactly_if_some_request_is_decided_by_name(batch):
    for routes in tables(batch, "name"):
        named = set()
        for mask, request, _ in requests(routes):
            ranks = sorted(
                (rank(routes[i], best_host(routes[i], request.host)[1], request.method), i)
                for i in takers(routes, mask, request)
            )
            if len(ranks) > 1 and ranks[0][0][:-1] == ranks[1][0][:-1]:
                named.add((ranks[0][1], ranks[1][1]))
        found = find_ambiguities(routes)
        for ambiguity in found:
            assert ambiguity.witness is not None
            candidates = explain_candidates(routes, request_of(ambiguity.witness))
            equal = {c.route for c in candidates if c.rank[:-1] == candidates[0].rank[:-1]}
            assert {ambiguity.first, ambiguity.second} <= equal
        assert {second for _, second in named} <= {ambiguity.second for ambiguity in found}
