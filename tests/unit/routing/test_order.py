"""The one total order, part by part: priority, host, path, method, conditions, name."""

import pytest

from gatewayctl.routing import RouteSpec, rank, rows
from gatewayctl.routing.compiled import HostPattern
from tests.unit.routing.tables import Routes, compiled, spec


def winner(path: str, method: str = "GET", host: str = "", query: str = "", **routes: str | RouteSpec) -> str | None:
    """Who takes the request; the same whichever of the routes comes first."""
    forward = Routes(**routes).of(path, method, host, query)
    backward = Routes(**dict(reversed(routes.items()))).of(path, method, host, query)
    assert forward == backward
    return forward


def test_a_higher_priority_goes_before_everything_else():
    low = spec("/a", hosts="x.org", methods="GET")
    high = spec(None, path_regex="/.*", priority=1)

    assert winner("/a", host="x.org", low=low, high=high) == "high"


def test_a_higher_priority_is_found_wherever_it_stands_among_the_patterns():
    high = spec("/{x}/{y}", priority=1)

    assert winner("/a/4", first="/a/{n:int}", second="/a/{s:slug}", high=high, last="/*") == "high"
    assert winner("/a/4", first="/a/4", high=spec("/*", priority=1)) == "high"
    assert winner("/a/4", first="/a/{n:int}", high=spec("/a/{p:path}", priority=1), end="/a/4") == "high"
    assert winner("/a", first="/a", high=spec("/a/*", priority=1)) == "high"
    assert winner("/a-b", one="/{x}-{y}", high=spec("/{x:[a-z-]+}", priority=1), two="/a{z}") == "high"


def test_a_higher_priority_that_does_not_match_changes_nothing():
    assert winner("/a/b", pattern="/a/{x}", high=spec(None, path_regex="/a/c", priority=1)) == "pattern"
    same_prefix = {"low": spec(None, path_regex="/a/.*"), "high": spec(None, path_regex="/a/[cd]", priority=1)}
    assert winner("/a/b", pattern="/a/{x}", **same_prefix) == "pattern"
    assert winner("/a/c", pattern="/a/{x}", **same_prefix) == "high"


def test_a_negative_priority_goes_last():
    assert winner("/a", fallback=spec("/a", priority=-1), any=spec(None, path_regex="/.*")) == "any"


def test_the_lowest_priority_that_can_be_written_still_matches():
    assert winner("/a", lowest=spec("/a", priority=-(2**63))) == "lowest"
    assert winner("/b", lowest=spec("/{x}", priority=-(2**63)), regex=spec(None, path_regex="/c")) == "lowest"


def test_an_exact_host_goes_before_a_wildcard_a_longer_wildcard_before_a_shorter_and_none_last():
    routes = {
        "exact": spec("/*", hosts="a.b.org"),
        "longer": spec("/*", hosts="*.b.org"),
        "shorter": spec("/*", hosts="*.org"),
        "none": spec("/a"),
    }

    assert winner("/a", host="a.b.org", **routes) == "exact"
    assert winner("/a", host="c.b.org", **routes) == "longer"
    assert winner("/a", host="c.org", **routes) == "shorter"
    assert winner("/a", host="org", **routes) == "none"


def test_the_best_matching_host_pattern_of_a_route_counts():
    two = spec("/*", hosts="*.org a.org")
    one = spec("/a", hosts="*.org")

    assert winner("/a", host="a.org", two=two, one=one) == "two"
    assert winner("/a", host="b.org", two=two, one=one) == "one"


def test_an_exact_host_with_a_wildcard_path_beats_a_literal_path_without_hosts():
    assert winner("/healthz", host="x.org", all=spec("/*", hosts="x.org"), health="/healthz") == "all"


def test_a_pattern_goes_before_a_path_regex():
    assert winner("/a", all="/*", regex=spec(None, path_regex="/a")) == "all"


CLASSES = [
    "/s/42",
    "/s/{a}2",
    "/s/{x:[0-9]+}",
    "/s/{x:int}",
    "/s/{x:slug}",
    "/s/{x}",
    "/s/{x:path}",
    "/s/*",
]


@pytest.mark.parametrize("better", range(len(CLASSES) - 1))
def test_segments_are_ordered_by_their_class(better):
    assert winner("/s/42", better=CLASSES[better], worse=CLASSES[better + 1]) == "better"


def test_a_uuid_stands_between_an_expression_and_an_int():
    uuid = "/00000000-0000-0000-0000-000000000000"

    assert winner(uuid, uuid="/{x:uuid}", regex="/{x:[0-9-]+}") == "regex"
    assert winner(uuid, uuid="/{x:uuid}", slug="/{x:slug}") == "uuid"
    assert compiled("/{x:uuid}").path_rank < compiled("/{x:int}").path_rank


def test_the_end_of_a_pattern_goes_before_its_wildcard():
    assert winner("/s", end="/s", star="/s/*") == "end"
    assert winner("/s/", slash="/s/", star="/s/*") == "slash"


def test_segments_are_compared_from_the_left():
    assert winner("/a/b/c", left="/a/*", right="/{x}/b/c") == "left"
    assert winner("/a/b/c", middle="/a/{x}/c", last="/a/b/{x}") == "last"


def test_of_two_mixed_segments_the_one_with_more_literal_characters_goes_first():
    assert winner("/ab-c", more="/a{x}-{y}", fewer="/{x}-{y}") == "more"
    assert winner("/%C3%A9-c", one="/%C3%A9{x}", one_too="/{x}c") in ("one", "one_too")


def test_of_two_equally_literal_mixed_segments_the_one_with_fewer_untyped_parameters_goes_first():
    assert winner("/1-2", typed="/{x:int}-{y}", untyped="/{x}-{y}") == "typed"


def test_many_segments_of_one_rank_are_each_found_by_how_they_begin_or_end():
    patterns = {f"begin{i}": f"/{'x' * (i % 3)}{i}y{{n}}" for i in range(20)}
    patterns |= {f"end{i}": f"/{{n}}.e{'x' * (i % 3)}{i}" for i in range(20)}
    patterns |= {f"regex{i}": f"/{{n:q{i}(?:-[a-z])+}}" for i in range(20)}
    patterns |= {"other": "/{n:(?:z|w)+}"}
    routes = Routes(**patterns)

    assert [routes.of(f"/{'x' * (i % 3)}{i}y0") for i in range(20)] == [f"begin{i}" for i in range(20)]
    assert [routes.of(f"/0.e{'x' * (i % 3)}{i}") for i in range(20)] == [f"end{i}" for i in range(20)]
    assert [routes.of(f"/q{i}-a-b") for i in range(20)] == [f"regex{i}" for i in range(20)]
    assert routes.of("/zwz") == "other"
    assert routes.of("/0.e77") is None


def test_what_is_equal_so_far_is_decided_by_the_rest_of_the_path():
    routes = {"first": spec("/{a:[a-z]+}/{b}"), "second": spec("/{a:[a-z0-9]+}/literal")}

    assert winner("/x/literal", **routes) == "second"
    assert winner("/x/other", **routes) == "first"
    assert winner("/x1/literal", **routes) == "second"


def test_a_route_that_would_win_by_path_but_does_not_take_the_method_leaves_the_request_to_the_next():
    assert winner("/a", "POST", get=spec("/a", methods="GET"), all="/*") == "all"


def test_a_named_method_goes_before_head_by_get_and_that_before_no_methods():
    named, by_get, none = spec("/a", methods="HEAD"), spec("/a", methods="GET"), spec("/a")

    assert winner("/a", "HEAD", none=none, by_get=by_get, named=named) == "named"
    assert winner("/a", "HEAD", none=none, by_get=by_get) == "by_get"
    assert winner("/a", "GET", none=none, by_get=by_get) == "by_get"
    assert winner("/a", "PUT", none=none, by_get=by_get) == "none"


def test_more_header_conditions_go_first_then_more_equalities_then_more_expressions():
    headers = {"x-a": "1", "x-b": "2"}

    def of(**routes: dict[str, str]) -> str | None:
        return Routes(**{n: spec("/a", headers=h) for n, h in routes.items()}).of("/a", x_a="1", x_b="2")

    assert of(two=headers, one={"x-a": "1"}) == "two"
    assert of(present={"x-a": "*", "x-b": "*"}, one={"x-a": "1"}) == "present"
    assert of(equal={"x-a": "1"}, regex={"x-b": "~2"}) == "equal"
    assert of(regex={"x-b": "~2"}, present={"x-a": "*"}) == "regex"


def test_header_conditions_go_before_query_conditions():
    header, query = spec("/a", headers={"x-a": "*"}), spec("/a", query={"v": "1", "w": "2"})

    assert Routes(header=header, query=query).of("/a", query="v=1&w=2", x_a="1") == "header"
    assert winner("/a", query="v=1", none="/a", query_one=spec("/a", query={"v": "1"})) == "query_one"


def test_a_header_canary_on_a_wildcard_does_not_beat_a_longer_pattern():
    canary = spec("/api/*", headers={"x-canary": "1"})

    assert Routes(canary=canary, user="/api/users/{id}").of("/api/users/4", x_canary="1") == "user"


def test_the_name_decides_last_by_bytes():
    assert winner("/a", b="/a", a="/a") == "a"
    assert winner("/a", a_2="/a", a_10="/a") == "a_10"


def test_rank_puts_the_parts_in_the_order_of_the_configuration_page():
    route = compiled("/a/{x}", name="n", priority=3, methods="GET", headers={"h": "~x"}, query={"q": "1"})
    host = HostPattern(b".x.org", wildcard=True)
    priority, of_host, path, method, conditions, name = rank(route, host)

    assert (priority, of_host, method, conditions, name) == (-3, (1, -6), 0, (-1, 0, -1, -1, -1, 0), b"n")
    assert path == (0, *(segment.rank for segment in route.segments))
    assert rank(route, host, b"HEAD")[3] == 1


def test_rows_are_one_a_host_pattern_in_matching_order():
    routes = [
        compiled("/*", name="all"),
        compiled("/a", name="a", hosts="*.org x.org"),
        compiled("/b", name="b", priority=2),
        compiled(None, name="regex", path_regex="/.*", hosts="x.org"),
    ]

    shown = [(routes[row.route].name, str(row.host or "")) for row in rows(routes)]

    assert shown == [("b", ""), ("a", "x.org"), ("regex", "x.org"), ("a", "*.org"), ("all", "")]
