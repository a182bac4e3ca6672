"""The quick answer "it goes before all others" of lint never contradicts the exact one, and every shadowed route is told."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.lint.routes import RouteFacts
from gatewayctl.routing import RouteSpec, compile_route
from gatewayctl.routing.exact import Covered
from gatewayctl.routing.spec import DEFAULT_OPTIONS

PATHS = ("/", "/*", "/a", "/a/*", "/a/{x}", "/a/{x:int}", "/{x}/b", "/a/b", "/{rest:path}", "/a/", "/a/{x}/c")
SPECS = st.tuples(
    st.sampled_from(PATHS),
    st.sampled_from((None, ("GET",), ("GET", "POST"), ("HEAD",))),
    st.sampled_from(((), ("a.example",), ("*.example",), ("a.example", "b.example"))),
    st.sampled_from(({}, {"x": "1"}, {"x": "*"})),
    st.integers(-1, 1),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(SPECS, min_size=1, max_size=7))
def test_a_route_that_goes_before_all_others_is_reached(tables: list[tuple]) -> None:  # type: ignore[type-arg]
    routes = [
        compile_route(RouteSpec(f"r{n}", path=path, methods=methods, hosts=hosts, headers=headers, priority=priority))
        for n, (path, methods, hosts, headers, priority) in enumerate(tables)
    ]
    facts = RouteFacts(routes, DEFAULT_OPTIONS)
    for index in range(len(routes)):
        if facts.first(index):
            assert not isinstance(facts.reach(index), Covered)
