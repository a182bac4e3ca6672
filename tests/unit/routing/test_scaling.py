"""The cost of a match does not grow with the number of routes. Counted is work (calls of functions), never time."""

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType

import pytest

from gatewayctl.core.fields import field
from gatewayctl.routing import CompiledRoute, RouteSpec, TableBuilder
from gatewayctl.routing.canonical import canonical_path
from tests.unit.routing.tables import Routes, compiled, spec, table_of


def calls(act: Callable[[], object]) -> int:
    """How many functions, Python's and C's, are called by ``act``."""
    count = 0

    def count_call(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count_call)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


FIELDS = [field(b"Host", b"h7.example.com"), field(b"x-tenant", b"t7"), field(b"accept", b"*/*")]
KINDS: dict[str, Callable[[int], RouteSpec]] = {
    "literal": lambda i: spec(f"/things{i}/list"),
    "parameters": lambda i: spec(f"/things{i}/{{id}}/parts/{{part:int}}"),
    "mixed": lambda i: spec(f"/things{i}/{{name}}.{{ext}}"),
    "expression": lambda i: spec(f"/things{i}/{{code:[a-z]+x?}}"),
    "mixed by its beginning": lambda i: spec(f"/v{i:04}-{{x}}"),
    "mixed by its end": lambda i: spec(f"/{{name}}.ext{i:04}"),
    "expression by its beginning": lambda i: spec(f"/{{x:v{i:04}-(?:a|b)+}}/y"),
    "wildcard": lambda i: spec(f"/things{i}/*"),
    "host": lambda i: spec("/", hosts=f"h{i}.example.com"),
    "wildcard host": lambda i: spec("/{x}", hosts=f"*.h{i}.example.com"),
    "header": lambda i: spec("/", headers={"x-tenant": f"t{i}"}),
    "query": lambda i: spec("/", query={"tenant": f"t{i}"}),
    "priority": lambda i: spec(f"/things{i}/{{id}}", priority=i),
    "same path, priorities": lambda i: spec("/", priority=i),
    "path_regex": lambda i: spec(None, path_regex=f"/things{i}/[a-z]+x?"),
    "beside a path_regex": lambda i: spec(f"/things{i}/{{id}}") if i else spec(None, path_regex="/things7/.*y"),
}
PATHS = [
    *(b"/things7/list", b"/things7/4/parts/5", b"/things7/a.b", b"/things7/dex", b"/things7", b"/none", b"/", b"/x"),
    *(b"/v0007-x", b"/a.ext0007", b"/v0007-abba/y"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_match_costs_the_same_among_ten_and_among_thousands_of_routes(kind):
    def work(count: int) -> list[int]:
        table = table_of([compiled_at(KINDS[kind], index) for index in range(count)])
        asked = [(path, host) for path in PATHS for host in (b"h7.example.com", b"a.h7.example.com")]
        for path, host in asked:
            table.match(b"GET", host, path, b"tenant=t7", FIELDS)  # leaves sort themselves out when first asked
        return [calls(partial(table.match, b"GET", host, path, b"tenant=t7", FIELDS)) for path, host in asked]

    few, many = work(10), work(3000)

    assert all(after <= before * 1.5 + 10 for before, after in zip(few, many, strict=True)), (few, many)


def compiled_at(kind: Callable[[int], RouteSpec], index: int) -> CompiledRoute:
    made = kind(index)
    return compiled(
        made.path,
        name=f"r{index}",
        path_regex=made.path_regex,
        hosts=made.hosts,
        headers=made.headers,
        query=made.query,
        priority=made.priority,
    )


def test_adding_a_route_costs_the_same_in_a_small_and_in_a_large_table():
    routes = [compiled(f"/things{i}/{{id}}", name=f"r{i}") for i in range(3000)]
    builder = TableBuilder()
    costs = [calls(partial(builder.add, route, index)) for index, route in enumerate(routes)]

    assert max(costs[100:]) <= max(costs[:100]) * 1.5
    assert calls(builder.finish) < 10


def test_a_literal_match_calls_next_to_nothing():
    routes = Routes(**{f"r{i}": f"/things{i}/list" for i in range(1000)})
    routes.ask("/things7/list")

    assert calls(lambda: routes.table.match(b"GET", b"", b"/things7/list", b"", ())) <= 5


def test_a_canonical_path_is_seen_at_once():
    def act() -> None:
        canonical_path(b"/api/users/12345/orders", encoded_slashes="reject", merge_slashes=False)

    assert calls(act) <= 5


@pytest.mark.parametrize("depth", [50, 500])
def test_backtracking_visits_each_node_of_the_trie_once(depth):
    """``/a/a/a/…`` against every choice of literal and parameter at each of three levels, with long tails that fail."""
    patterns = [f"/{a}/{b}/{c}/end" for a in ("a", "{x}") for b in ("a", "{y}") for c in ("a", "{z}")]
    table = table_of([compiled(pattern, name=f"r{i}") for i, pattern in enumerate(patterns)])
    path = b"/a" * depth

    assert calls(lambda: table.match(b"GET", b"", path, b"", ())) < 200


def test_a_hostile_mixed_segment_takes_linear_work():
    routes = Routes(mixed="/{a:[a-z-]*[0-9]}-{b:[a-z0-9-]+x}")
    routes.ask("/a")

    def work(size: int) -> int:
        path = b"/" + b"-9" * size + b"-x"
        return calls(lambda: routes.table.match(b"GET", b"", path, b"", ()))

    assert work(4000) <= work(400) * 12
