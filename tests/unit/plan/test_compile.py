"""From a configuration to a plan: what is filled in, what is found wrong with its place, what stays the same."""

import pickle
from datetime import date

import pytest

from gatewayctl.config import load
from gatewayctl.core.diagnostics import Severity
from gatewayctl.plan import compile_plan
from gatewayctl.plan.model import BodyLimitPlan, DeprecatedPlan, ForwardPlan, RedirectPlan, RespondPlan
from tests.unit.plan.compiling import Text, compiled, problems

ROUTE = '[routes.a]\npath = "/a/*"\nservice = "up"\n'


def forward(text: str) -> ForwardPlan:
    made = compiled(text).routes[0].forward
    assert made is not None
    return made


def test_a_configuration_with_errors_has_no_plan_but_its_valid_routes_are_looked_at() -> None:
    text = 'version = 1\nnonsense = 1\n[routes.a]\npath = "/{"\nrespond = { status = 200 }\n'
    loaded = load(["gateway.toml"], environ={}, reader=Text(text))
    plan, diagnostics = compile_plan(loaded)

    assert plan is None
    assert [(d.code, d.span.line if d.span else 0) for d in loaded.errors] == [("E101", 2)]
    assert [(d.code, d.span.line if d.span else 0) for d in diagnostics] == [("E301", 4)]


def test_a_file_that_is_no_toml_has_no_plan_and_nothing_to_add() -> None:
    loaded = load(["gateway.toml"], environ={}, reader=Text("version = "))

    assert compile_plan(loaded) == (None, ())


def test_an_empty_configuration_is_a_plan_without_routes() -> None:
    loaded = load(["gateway.toml"], environ={}, reader=Text("version = 1\n"))
    plan, diagnostics = compile_plan(loaded)

    assert plan is not None
    assert (plan.routes, dict(plan.services)) == ((), {})
    assert not [d for d in diagnostics if d.severity is Severity.ERROR]


def test_routes_and_services_come_by_name() -> None:
    plan = compiled(
        '[routes.b]\npath = "/b"\nservice = "up"\n[routes.a]\npath = "/a"\nservice = "up"\n'
        '[services.also]\ninstances = [{ id = "x", url = "http://x" }]\n'
    )

    assert [route.name for route in plan.routes] == ["a", "b"]
    assert list(plan.services) == ["also", "up"]


def test_a_plan_can_be_handed_to_another_process() -> None:
    plan = compiled(ROUTE + 'rewrite = "/x/{rest}"\n[routes.r]\npath = "/r"\nrespond = { body = "{client_ip}" }')

    assert pickle.loads(pickle.dumps(plan)) == plan


def test_the_same_text_is_the_same_plan() -> None:
    assert compiled(ROUTE) == compiled(ROUTE)


def test_a_disabled_route_is_left_out() -> None:
    assert compiled(ROUTE + "enabled = false\n").routes == ()


def test_a_disabled_route_must_be_right_all_the_same() -> None:
    (problem,) = problems('[routes.a]\npath = "/{"\nservice = "up"\nenabled = false\n')

    assert problem.span is not None


@pytest.mark.parametrize(
    ("line", "limit"),
    [("", 1 << 20), ('max_body_size = "10B"\n', 10), ('max_body_size = "unlimited"\n', None)],
)
def test_a_routes_own_limit_counts_before_the_servers(line: str, limit: int | None) -> None:
    steps = compiled(ROUTE + line).routes[0].steps
    limits = [step.limit for step in steps if isinstance(step, BodyLimitPlan)]

    assert limits == ([] if limit is None else [limit])


def test_the_servers_limit_may_be_none_at_all() -> None:
    steps = compiled('[server]\nmax_body_size = "unlimited"\n' + ROUTE).routes[0].steps

    assert [type(step) for step in steps] == [ForwardPlan]


@pytest.mark.parametrize(
    ("lines", "timeout", "said_at"),
    [
        ("", 30.0, ("defaults", "timeout")),
        ('timeout = "5s"\n', 5.0, ("routes", "a", "timeout")),
        ('timeout = "none"\n', None, ("routes", "a", "timeout")),
    ],
)
def test_a_timeout_knows_where_it_was_said(lines: str, timeout: float | None, said_at: tuple[str, ...]) -> None:
    made = forward(ROUTE + lines)

    assert (made.timeout, made.timeout_said_at) == (timeout, said_at)


def test_the_protocols_of_upgrades_are_compared_without_case() -> None:
    assert forward(ROUTE).upgrades == frozenset({b"websocket"})
    assert forward(ROUTE + 'upgrades = ["WebSocket", "echo/1"]\n').upgrades == frozenset({b"websocket", b"echo/1"})
    assert forward(ROUTE + "upgrades = []\n").upgrades == frozenset()


@pytest.mark.parametrize(
    ("path", "strip", "length"),
    [
        ("/api/v1/*", "true", 7),
        ("/api/v1/*", '"/api"', 4),
        ("/api/v1/*", '"/api/"', 4),
        ("/api/v1/*", '"/api/v1"', 7),
        ("/api/{id}", "true", 4),
        ("/api/{id}/x", '"/api"', 4),
        ("/api", "true", 4),
        ("/{id}", "true", 0),
        ("/*", "true", 0),
    ],
)
def test_a_prefix_to_strip_is_a_number_of_bytes(path: str, strip: str, length: int) -> None:
    made = forward(f'[routes.a]\npath = "{path}"\nservice = "up"\nstrip_prefix = {strip}\n')

    assert made.path.strip == length


@pytest.mark.parametrize("strip", ["/ap", "/other", "/api/v1/more", "/api/v"])
def test_a_prefix_that_the_paths_do_not_begin_with_is_an_error_at_its_place(strip: str) -> None:
    (problem,) = problems(f'[routes.a]\npath = "/api/v1/*"\nservice = "up"\nstrip_prefix = "{strip}"\n')

    assert (problem.code, problem.severity) == ("E320", Severity.ERROR)
    assert problem.span is not None
    assert problem.span.line == 5
    assert problem.help


def test_a_prefix_cannot_be_stripped_from_a_regular_expression() -> None:
    (problem,) = problems('[routes.a]\npath_regex = "/a.*"\nservice = "up"\nstrip_prefix = "/a"\n')

    assert problem.code == "E321"


def test_a_template_with_a_name_that_does_not_exist_is_an_error_at_its_very_characters() -> None:
    (problem,) = problems('[routes.a]\npath = "/a/{id}"\nservice = "up"\nrewrite = "/b/{idd}"\n')

    assert problem.code == "E308"
    assert problem.span is not None
    assert (problem.span.line, problem.span.column, problem.span.end_column) == (5, 15, 20)
    assert "id" in problem.help


def test_everything_wrong_is_found_at_once() -> None:
    found = problems(
        '[routes.a]\npath = "/{"\nservice = "up"\n'
        '[routes.b]\npath = "/b"\nredirect = { to = "/{nope}" }\n'
        '[routes.c]\npath = "/c/*"\nservice = "up"\nstrip_prefix = "/d"\n'
    )

    assert [problem.span.line for problem in found if problem.span] == [3, 7, 11]


def test_two_routes_that_only_their_names_tell_apart_are_an_error_with_a_witness() -> None:
    (problem,) = problems('[routes.a]\npath = "/x/{a}"\nservice = "up"\n[routes.b]\npath = "/x/{b}"\nservice = "up"\n')

    assert problem.code == "E307"
    assert '"a"' in problem.message
    assert '"b"' in problem.message
    assert "/x/" in problem.message
    assert len(problem.related) == 1


def test_a_disabled_route_is_ambiguous_with_nobody() -> None:
    text = '[routes.a]\npath = "/x/{a}"\nservice = "up"\n[routes.b]\npath = "/x/{b}"\nservice = "up"\nenabled = false\n'

    assert len(compiled(text).routes) == 1


def test_a_builtin_service_has_as_many_instances_as_asked_for() -> None:
    plan = compiled(
        '[services.demo]\nbuiltin = "echo"\n[services.more]\nbuiltin = "echo"\nbuiltin_instances = 3\n' + ROUTE
    )

    assert [i.id for i in plan.services["demo"].instances] == ["demo-1", "demo-2"]
    assert [i.id for i in plan.services["more"].instances] == ["more-1", "more-2", "more-3"]
    assert all(i.builtin for i in plan.services["more"].instances)


def test_defaults_fill_in_what_a_service_does_not_say() -> None:
    plan = compiled(
        '[defaults]\nconnect_timeout = "1s"\nidle_timeout = "7s"\n'
        '[services.own]\ninstances = [{ id = "x", url = "http://x" }]\nconnect_timeout = "2s"\n' + ROUTE
    )

    assert (plan.services["up"].connect_timeout, plan.services["up"].idle_timeout) == (1.0, 7.0)
    assert (plan.services["own"].connect_timeout, plan.services["own"].idle_timeout) == (2.0, 7.0)


def test_the_ends_of_routes_without_a_service() -> None:
    plan = compiled(
        '[routes.a]\npath = "/a"\nrespond = { status = 418, body = "tea", headers = { x-b = "c" } }\n'
        '[routes.b]\npath = "/b"\nredirect = { to = "/c", status = 307 }\n'
    )
    respond = next(step for step in plan.routes[0].steps if isinstance(step, RespondPlan))
    redirect = next(step for step in plan.routes[1].steps if isinstance(step, RedirectPlan))

    assert (respond.status, respond.body.literal) == (418, b"tea")
    assert [(name, value.literal) for name, value in respond.fields] == [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"x-b", b"c"),
    ]
    assert (redirect.status, redirect.to.literal) == (307, b"/c")
    assert plan.routes[0].forward is None


def test_deprecation_is_written_as_the_standards_say() -> None:
    text = 'deprecated = { since = 2026-06-01, sunset = 2027-01-01, link = "https://example.com/why" }\n'
    (made,) = (step for step in compiled(ROUTE + text).routes[0].steps if isinstance(step, DeprecatedPlan))

    assert date(2026, 6, 1).toordinal() - date(1970, 1, 1).toordinal() == 20605
    assert made.fields == (
        (b"Deprecation", b"@%d" % (20605 * 86400)),
        (b"Sunset", b"Fri, 01 Jan 2027 00:00:00 GMT"),
        (b"Link", b'<https://example.com/why>; rel="deprecation"; type="text/html"'),
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", (True, False)),
        ('forwarded_headers = "forwarded"\n', (False, True)),
        ('forwarded_headers = "both"\n', (True, True)),
    ],
)
def test_the_family_that_services_are_told_in(lines: str, expected: tuple[bool, bool]) -> None:
    server = compiled("[server]\n" + lines + ROUTE).server

    assert (server.send_x_forwarded, server.send_forwarded) == expected


def test_trust_in_unix_sockets_is_apart_from_trust_in_addresses() -> None:
    server = compiled('[server]\ntrusted_proxies = ["10.0.0.0/8", "unix"]\n' + ROUTE).server

    assert (server.trusted_proxies, server.trust_unix) == (("10.0.0.0/8",), True)


def test_names_with_underscores_that_may_pass_are_compared_without_case() -> None:
    server = compiled('[server]\nallow_underscore_headers = ["Client_ID"]\n' + ROUTE).server

    assert server.allowed_underscores == frozenset({b"client_id"})


def test_via_may_be_off() -> None:
    assert compiled('[server]\nvia = "off"\n' + ROUTE).server.via == b""
    assert compiled(ROUTE).server.via == b"gatewayctl"
