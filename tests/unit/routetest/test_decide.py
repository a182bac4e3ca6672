"""The decision about a request before any step of its route: the same words as on the live path."""

from dataclasses import replace

import pytest

from gatewayctl.plan.table import routing_options
from gatewayctl.routetest.decide import Decision, decide
from gatewayctl.routetest.request import asked, head_parser, read_head
from gatewayctl.routing import RouteSpec, TableBuilder, compile_route
from tests.unit.proxy.scene import plan
from tests.unit.routetest.settings import server_settings

_ROUTES = [
    RouteSpec("admin", path="/admin"),
    RouteSpec("all", path="/files/*", methods=("GET", "POST")),
    RouteSpec("user", path="/users/{id:int}", methods=("GET",), hosts=("api.example.com",)),
]


def _decide(path: str, method: str = "GET", *, settings: str = "", host: str | None = None) -> Decision:
    server = server_settings(settings)
    options = routing_options(server)
    builder = TableBuilder(options)
    for index, spec in enumerate(_ROUTES):
        builder.add(compile_route(spec, options), index)
    head = read_head(asked(path, method, host=host).raw(), head_parser(server), server)
    return decide(head, builder.finish(), replace(plan(), server=server))


def test_a_request_that_a_route_takes_is_a_match_with_its_parameters() -> None:
    decision = _decide("/users/42", host="api.example.com")

    assert decision.match is not None
    assert (decision.match.route, dict(decision.match.params)) == (2, {"id": b"42"})


def test_the_canonical_path_is_what_is_matched() -> None:
    decision = _decide("/x/../%66iles/./a")

    assert (decision.path, decision.match is not None) == (b"/files/a", True)


@pytest.mark.parametrize(
    ("path", "method", "reason", "status"),
    [
        ("/nothing", "GET", "no_route", 404),
        ("/users/42", "GET", "no_route", 404),
        ("/files/a", "DELETE", "method_not_allowed", 405),
        ("/files/%2F", "GET", "bad_path", 400),
        ("/../admin", "GET", "bad_path", 400),
        ("/files/..;/admin", "GET", "ambiguous_path", 400),
        ("/files/a/..;x/..;y/admin", "GET", "ambiguous_path", 400),
        ("/", "CONNECT", "method_not_allowed", 405),
    ],
)
def test_what_is_refused_has_the_reason_of_the_live_path(path: str, method: str, reason: str, status: int) -> None:
    decision = _decide(path, method)

    assert decision.refusal is not None
    assert (decision.refusal.kind.reason, decision.refusal.kind.status) == (reason, status)


def test_a_method_that_is_not_allowed_names_those_that_are() -> None:
    assert _decide("/files/a", "DELETE").allow == (b"GET", b"HEAD", b"POST")


def test_the_health_path_is_answered_by_the_gateway_itself() -> None:
    decision = _decide("/health", settings='health_path = "/health"')

    assert (decision.own, decision.match, decision.refusal) == ("health", None, None)


def test_options_about_the_server_as_a_whole_is_answered_by_the_gateway_itself() -> None:
    assert _decide("*", "OPTIONS").own == "options"
