"""Why a request was taken by this route and not that one, and which routes came near to one that none took."""

import pytest

from gatewayctl.core.fields import field
from gatewayctl.routing import Request, RouteSpec, explain_candidates, explain_miss
from tests.unit.routing.tables import Routes, spec


def nearest(
    path: str,
    method: str = "GET",
    host: str = "",
    query: str = "",
    headers: tuple[tuple[bytes, bytes], ...] = (),
    **routes,
) -> list[tuple[str, str, str]]:
    """(name, part, reason) of the routes that came near."""
    table = Routes(**routes)
    fields = [field(name, value) for name, value in headers]
    request = Request(method.encode(), host.encode(), path.encode(), query.encode(), fields)
    return [(table.names[miss.route], miss.part, miss.reason) for miss in explain_miss(table.routes, request)]


def test_a_method_that_is_not_taken_is_told_with_those_that_are():
    assert nearest("/api/users", "POST", users=spec("/api/users", methods="GET")) == [
        ("users", "method", "the path matches, but the method POST is not in GET, HEAD")
    ]


def test_trace_has_to_be_named():
    assert nearest("/a", "TRACE", a="/a") == [("a", "method", "the path matches, but TRACE has to be named in methods")]


def test_a_host_that_is_not_taken_is_told():
    assert nearest("/a", host="z.org", a=spec("/a", hosts="x.org *.y.org")) == [
        ("a", "host", "the path matches, but the host z.org is not one of x.org, *.y.org")
    ]
    assert nearest("/a", a=spec("/a", hosts="x.org")) == [
        ("a", "host", "the path matches, but the host none is not x.org")
    ]


def test_a_condition_that_does_not_hold_is_told_with_the_value_that_was_sent():
    beta = spec("/a", headers={"x-c": "beta"}, query={"v": "~[0-9]+"})

    assert nearest("/a", query="v=1", a=beta) == [("a", "headers", "the path matches, but the header x-c is missing")]
    assert nearest("/a", query="v=x", headers=((b"X-C", b"beta"),), a=beta) == [
        ("a", "query", 'the path matches, but the query parameter v is "x", which does not match "[0-9]+"')
    ]
    assert nearest("/a", query="v=1", headers=((b"X-C", b"alpha"),), a=beta) == [
        ("a", "headers", 'the path matches, but the header x-c is "alpha", which is not "beta"')
    ]


@pytest.mark.parametrize(
    ("pattern", "path", "reason"),
    [
        ("/api/users", "/api/user", '/api/user is not /api/users: did you mean "users"?'),
        ("/api/users", "/api/users/", "/api/users/ is not /api/users: they differ in the / at the end"),
        ("/api/users/", "/api/users", "/api/users is not /api/users/: they differ in the / at the end"),
        ("/api/users", "/API/users", '/API/users is not /api/users: paths are compared with case ("API")'),
        ("/users/{id:int}", "/users/x1", '/users/x1 is not /users/{id:int}: "x1" is not digits'),
        ("/users/{id:uuid}", "/users/1", '/users/1 is not /users/{id:uuid}: "1" is not a UUID'),
        ("/u/{id:[a-z]{2}}", "/u/deu", '/u/deu is not /u/{id:[a-z]{2}}: "deu" does not match [a-z]{2}'),
        ("/f/{n}.{e}", "/f/x", '/f/x is not /f/{n}.{e}: "x" does not have the form of its segment'),
        ("/users/{id}", "/users/", "/users/ is not /users/{id}: a parameter is never empty"),
        ("/statc/*", "/static/a/b", '/static/a/b is not /statc/*: did you mean "statc"?'),
    ],
)
def test_a_path_that_is_nearly_right_is_told_with_the_difference(pattern, path, reason):
    assert nearest(path, route=pattern) == [("route", "path", reason)]


def test_a_path_regex_that_is_nearly_right_is_told():
    regex = spec(None, path_regex="/version/[0-9]+")

    assert nearest("/version/1a", r=regex) == [("r", "path", "/version/1a does not match the whole of /version/[0-9]+")]


def test_routes_that_are_nothing_like_it_are_not_told():
    assert nearest("/zzz", a="/api/users", b="/static/*", c=spec(None, path_regex="/v[0-9]+")) == []


def test_the_nearest_stands_first_and_there_are_at_most_five():
    routes: dict[str, RouteSpec | str] = {f"far{i}": f"/api/users/{{id}}/parts/{i}" for i in range(9)}
    shown = nearest("/api/users", "PUT", **routes, get=spec("/api/users", methods="GET"), typo="/api/user")

    assert [name for name, *_ in shown][:2] == ["get", "typo"]
    assert len(shown) <= 5


def test_a_route_that_takes_the_request_did_not_miss_it():
    assert nearest("/a", a="/a") == []


def test_among_thousands_of_routes_the_right_one_is_found():
    routes = {f"r{i}": f"/api/things{i}/{{id}}" for i in range(3000)}

    assert nearest("/api/things2024x/4", **routes)[0][0] == "r2024"


def test_candidates_stand_in_order_with_the_part_that_decided():
    table = Routes(
        priority=spec("/a/b", priority=1, methods="GET"),
        host=spec("/*", hosts="x.org"),
        wide=spec("/*", hosts="*.org"),
        literal=spec("/a/b", methods="GET", query={"v": "1"}),
        named=spec("/a/b", methods="GET"),
        any="/a/b",
        parameter="/a/{x}",
        star="/a/*",
        regex=spec(None, path_regex="/a/."),
        regex_too=spec(None, path_regex="/a/[a-z]"),
        no=spec("/a/b", methods="PUT"),
    )
    found = explain_candidates(table.routes, Request(b"GET", b"x.org", b"/a/b", b"v=1"))

    assert [(table.names[c.route], c.decided_by, c.reason) for c in found] == [
        ("priority", "", ""),
        ("host", "priority", "priority 1 goes before 0"),
        ("wide", "host", "an exact host goes before *.org"),
        ("literal", "host", "*.org goes before a route without hosts"),
        ("named", "conditions", "more (and more exact) header and query conditions go first"),
        ("any", "method", "a method that is named goes before a route without methods"),
        ("parameter", "path", "segment 2: a literal segment goes before a parameter"),
        ("star", "path", "segment 2: a parameter goes before /*"),
        ("regex", "path", "a pattern goes before a path_regex"),
        ("regex_too", "name", "only the names differ: regex goes before regex_too"),
    ]
    assert dict(found[6].params) == {"x": b"b"}
    assert str(found[1].host) == "x.org"


def test_the_first_candidate_is_who_the_table_says():
    table = Routes(a="/{x}-{y}", b="/{x}_{y}", c=spec("/{x}", methods="GET"), d=spec(None, path_regex="/.*"))
    for method in (b"GET", b"HEAD", b"POST"):
        for path in (b"/1-2_3", b"/1", b"/1_", b"/"):
            best = explain_candidates(table.routes, Request(method, b"", path))[0]
            assert best.route == table.table.match(method, b"", path, b"", ()).route


def test_two_mixed_segments_are_told_apart_in_words():
    table = Routes(
        more="/a{x}-{y}", fewer="/{x}-{y}", head=spec("/{z}", methods="GET"), get=spec("/{w}", methods="HEAD")
    )
    found = explain_candidates(table.routes, Request(b"HEAD", b"", b"/ab-c"))

    assert [c.reason for c in found[1:]] == [
        "segment 1: more literal characters, then fewer plain parameters go first",
        "segment 1: a segment with a literal part goes before a parameter",
        "a method that is named goes before HEAD by way of GET",
    ]
