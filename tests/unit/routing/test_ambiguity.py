"""Routes that only their names tell apart are found, with a request that shows it; others are left alone."""

import pytest

from gatewayctl.routing import Ambiguity, Match, RouteSpec, find_ambiguities
from tests.unit.routing.tables import Routes, spec


def found(**routes: str | RouteSpec) -> list[str]:
    """``first second: request`` of each ambiguity. Every request is checked: it reaches one of the two, and each of
    them alone takes it."""
    table = Routes(**routes)
    shown = []
    for ambiguity in find_ambiguities(table.routes):
        pair = [table.names[ambiguity.first], table.names[ambiguity.second]]
        witness = ambiguity.witness
        if witness is not None:
            asked = (witness.method, witness.host, witness.path, witness.query, witness.fields)
            winner = table.table.match(*asked)
            assert isinstance(winner, Match)
            assert table.names[winner.route] == min(pair)
            for name in pair:
                assert isinstance(Routes(**{name: routes[name]}).table.match(*asked), Match)
        shown.append(f"{' '.join(pair)}: {witness}")
    return shown


def test_two_routes_on_one_path_are_ambiguous():
    assert found(a="/x", b="/x") == ["a b: GET /x"]


def test_parameter_names_make_no_difference():
    assert found(a="/users/{id:int}", b="/users/{user:int}") == ["a b: GET /users/42"]
    assert found(a="/{x}/*", b="/{y}/*") == ["a b: GET /x/any"]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("/x", "/y"),
        ("/x", "/{p}"),
        ("/{p:int}", "/{p:slug}"),
        ("/x/*", "/x/{p:path}"),
        ("/{p:[a-z]+}", "/{p:[0-9]+}"),
        ("/{p}-{q}", "/a{p}-{q}"),
        ("/{p}.json", "/{p}.yaml"),
        (spec("/x", priority=1), "/x"),
        (spec("/x", methods="GET"), "/x"),
        (spec("/x", methods="GET"), spec("/x", methods="POST")),
        (spec("/x", methods="GET"), spec("/x", methods="HEAD")),
        (spec("/x", hosts="a.org"), "/x"),
        (spec("/x", hosts="a.org"), spec("/x", hosts="b.org")),
        (spec("/x", hosts="*.a.org"), spec("/x", hosts="*.org")),
        (spec("/x", hosts="a.org"), spec("/x", hosts="*.org")),
        (spec("/x", headers={"h": "1"}), "/x"),
        (spec("/x", headers={"h": "1"}), spec("/x", headers={"h": "2"})),
        (spec("/x", headers={"h": "1"}), spec("/x", headers={"h": "~1"})),
        (spec("/x", headers={"h": "~[a-c]+"}), spec("/x", headers={"h": "~[d-f]+"})),
        (spec("/x", query={"q": "1"}), spec("/x", query={"q": "2"})),
        (spec("/x", query={"q": "1"}), spec("/x", headers={"q": "1"})),
        (spec(None, path_regex="/a/.*"), spec(None, path_regex="/b/.*")),
        (spec(None, path_regex="/.*a"), spec(None, path_regex="/.*b")),
    ],
)
def test_routes_that_the_order_tells_apart_are_not(a, b):
    assert found(a=a, b=b) == []


def test_the_request_uses_a_method_that_both_name():
    assert found(a=spec("/x", methods="GET POST"), b=spec("/x", methods="POST PUT")) == ["a b: POST /x"]


def test_the_request_uses_a_host_for_which_the_common_pattern_is_the_best():
    shown = found(a=spec("/x", hosts="a.org *.org"), b=spec("/x", hosts="*.org"))

    assert shown == ["a b: GET http://www.org/x"]


def test_the_request_carries_what_both_conditions_ask_for():
    shown = found(
        a=spec("/x", headers={"X-A": "1", "x-b": "*"}, query={"q": "~(?:ü|-)+"}),
        b=spec("/x", headers={"x-c": "*", "x-d": "it's"}, query={"r": "a b"}, methods=None),
    )

    assert shown == []
    assert found(a=spec("/x", headers={"x-a": "it's"}), b=spec("/x", headers={"x-b": "2"})) == [
        "a b: GET /x -H 'x-a: it'\\''s' -H 'x-b: 2'"
    ]
    assert found(a=spec("/x", query={"q": "~(?:ü|a)+"}), b=spec("/x", query={"q": "~[^a]+ ?"})) == [
        "a b: GET /x?q=%C3%BC"
    ]


def test_regular_expressions_are_ambiguous_where_they_meet():
    assert found(a="/{x:[a-z]+}", b="/{y:[a-f0-9]{4}}") == ["a b: GET /aaaa"]
    assert found(a=spec(None, path_regex="/a/.*"), b=spec(None, path_regex=r".*\.json")) == ["a b: GET /a/.json"]
    assert found(a="/{x}-{y}", b="/{x}_{y}") == ["a b: GET /a-_a"]


def test_a_request_that_a_better_route_takes_is_not_shown():
    assert found(a="/{x}", b="/{y}", better="/x") == ["a b: GET /y"]
    assert found(a="/x", b="/x", better=spec("/x", methods="GET")) == ["a b: POST /x"]


def test_better_routes_that_take_some_values_or_hosts_leave_others():
    present = {"a": spec("/x", headers={"h": "*"}), "b": spec("/x", headers={"h": "*"})}
    hosted = {"a": spec("/x", hosts="*.org"), "b": spec("/x", hosts="*.org")}

    assert found(**present, better=spec("/x", headers={"h": "1"})) == ["a b: GET /x -H 'h: yes'"]
    assert found(**hosted, better=spec("/x", hosts="a.org")) == ["a b: GET http://www.org/x"]
    assert found(a="/x", b="/x", better=spec("/x", hosts="localhost")) == ["a b: GET http://any.example/x"]


def test_routes_whose_common_requests_all_go_to_a_better_route_are_not_ambiguous():
    both = {"x-a": "1", "x-b": "1"}
    pair = {"a": spec("/x", headers={"x-a": "1"}), "b": spec("/x", headers={"x-b": "1"})}

    assert found(**pair) == ["a b: GET /x -H 'x-a: 1' -H 'x-b: 1'"]
    assert found(**pair, better=spec("/x", headers=both)) == []
    assert found(a="/x", b="/x", better=spec("/x", priority=1)) == []


def test_of_many_that_are_ambiguous_each_is_told_once():
    shown = found(**{f"r{i}": "/x" for i in range(5)})

    assert [line.partition(":")[0] for line in shown] == ["r0 r1", "r0 r2", "r0 r3", "r0 r4"]


def test_a_pair_that_meets_on_several_hosts_is_told_once():
    assert len(found(a=spec("/x", hosts="a.org b.org"), b=spec("/x", hosts="b.org a.org"))) == 1


def test_expressions_that_cannot_be_compared_within_the_bound_are_not_provably_apart():
    table = Routes(a="/{x:[ab]*a[ab]{14}x}", b="/{x:[ab]*b[ab]{14}x}")

    assert find_ambiguities(table.routes) == [Ambiguity(0, 1, None)]


def test_thousands_of_routes_that_are_apart_need_few_comparisons():
    count = 2000
    routes = {f"p{i}": f"/p{i}/{{x}}" for i in range(count)}
    routes |= {f"h{i}": spec("/x", headers={"x-tenant": f"t{i}"}) for i in range(count)}
    routes |= {f"e{i}": spec(None, path_regex=f"/e{i}/[a-z]+") for i in range(count)}
    routes |= {f"s{i}": spec("/", hosts=f"h{i}.org") for i in range(count)}

    assert found(**routes) == []


def test_expressions_that_differ_at_their_end_are_apart_however_large_they_are():
    assert found(a="/{x:[ab]*a[ab]{14}x}", b="/{x:[ab]*b[ab]{14}y}") == []
