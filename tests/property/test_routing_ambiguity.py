"""Ambiguities against an oracle that asks many requests: what is reported is one, what is found by asking is reported."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.routing import Request, compile_route, explain_candidates, find_ambiguities
from tests.property.test_routing_matcher import ASKED_HOSTS, FIELDS, PATHS, QUERIES, specs

METHODS = [b"GET", b"HEAD", b"POST", b"TRACE", b"FRESH"]
REQUESTS = st.builds(Request, st.sampled_from(METHODS), st.sampled_from(ASKED_HOSTS), PATHS, QUERIES, FIELDS)


@settings(max_examples=100, deadline=None)
@given(specs())
def test_every_request_that_is_shown_is_decided_by_name(made):
    routes = [compile_route(spec) for spec in made]

    for ambiguity in find_ambiguities(routes):
        witness = ambiguity.witness
        assert witness is not None
        request = Request(witness.method, witness.host, witness.path, witness.query, witness.fields)
        candidates = explain_candidates(routes, request)
        equal = [c.route for c in candidates if c.rank[:-1] == candidates[0].rank[:-1]]
        assert {ambiguity.first, ambiguity.second} <= set(equal)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(specs(), st.lists(REQUESTS, min_size=30, max_size=30))
def test_a_table_in_which_a_name_decides_a_request_is_reported(made, requests):
    routes = [compile_route(spec) for spec in made]
    found = find_ambiguities(routes)

    for request in requests:
        candidates = explain_candidates(routes, request)
        if len(candidates) > 1 and candidates[1].decided_by == "name":
            assert found, request
