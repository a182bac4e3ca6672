"""Compiled routes are plain data: they pickle, compare, and say what they are."""

import pickle

from gatewayctl.routing import RouteSpec, compile_route
from tests.unit.routing.tables import compiled, fields, table_of

FULL = RouteSpec(
    name="all-of-it",
    path="/api/{id:int}/{name}.{ext}/{code:[a-z]{2}}/*",
    methods=("POST", "GET"),
    hosts=("api.example.com", "*.example.org"),
    headers={"x-a": "1", "x-b": "~[0-9]+", "x-c": "*"},
    query={"v": "2"},
    priority=7,
)


def test_a_compiled_route_pickles_to_an_equal_one():
    for route in (compile_route(FULL), compiled(None, path_regex=r"/(?P<a>\d+)"), compiled("/")):
        assert pickle.loads(pickle.dumps(route, pickle.HIGHEST_PROTOCOL)) == route


def test_an_unpickled_route_matches_like_the_first():
    route = pickle.loads(pickle.dumps(compile_route(FULL)))
    table = table_of([route])

    answer = table.match(
        b"HEAD", b"a.example.org", b"/api/7/r.pdf/de/x/y", b"v=2", fields({"x-a": "1", "x-b": "5", "x-c": ""})
    )

    assert dict(answer.params) == {"id": b"7", "code": b"de", "name": b"r", "ext": b"pdf", "rest": b"x/y"}


def test_compiling_twice_gives_the_same():
    assert compile_route(FULL) == compile_route(FULL)


def test_a_route_shows_its_pattern():
    assert compiled("/a/{b}").pattern == "/a/{b}"
    assert compiled(None, path_regex="/a.*").pattern == "~/a.*"


def test_methods_are_kept_sorted_and_once():
    assert compiled("/", methods=["POST", "GET", "POST"]).methods == (b"GET", b"POST")
    assert compiled("/").methods is None
