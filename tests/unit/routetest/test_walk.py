"""A request's way through the steps of its route, offline."""

import pytest

from gatewayctl.cli.live import live_parts
from gatewayctl.config import load
from gatewayctl.plan import compile_plan
from gatewayctl.routetest.report import GATEWAY, REFUSED, SERVICE, Report
from gatewayctl.routetest.request import asked
from gatewayctl.routetest.walk import examine
from tests.unit.routetest.settings import Text

_SERVICES = """
[services.api]
instances = [{ id = "one", url = "http://127.0.0.1:9001" }]
"""


def _examine(
    text: str, path: str, method: str = "GET", headers: tuple[str, ...] = (), consumer: str = "", **options: int
) -> Report:
    loaded = load(["gateway.toml"], environ={}, reader=Text(f"version = 1\n{text}{_SERVICES}"))
    assert loaded.ok, loaded.diagnostics
    plan, diagnostics = compile_plan(loaded)
    assert plan is not None, diagnostics
    request = asked(path, method, headers=headers, body_size=options.get("body_size"), consumer=consumer)
    return examine(request, loaded, plan, live_parts())


def _does(report: Report, name: str) -> list[str]:
    return [line for step in report.steps if step.name == name for line in step.does]


def test_steps_come_in_the_order_of_the_plan_whatever_the_file_says() -> None:
    report = _examine(
        '[routes.a]\npath = "/a"\ndeprecated = { sunset = 2027-01-01 }\nmax_body_size = "1KiB"\nservice = "api"\n', "/a"
    )

    assert [step.name for step in report.steps] == [
        "request_id",
        "client_address",
        "canonical_path",
        "match",
        "max_body_size",
        "forward",
        "deprecated",
        "response_ids",
        "metrics",
        "access_log",
    ]


def test_a_route_without_a_limit_has_no_step_for_it() -> None:
    report = _examine('[routes.a]\npath = "/a"\nmax_body_size = "unlimited"\nservice = "api"\n', "/a")

    assert "max_body_size" not in [step.name for step in report.steps]


def test_what_was_not_canonical_is_said() -> None:
    report = _examine('[routes.a]\npath = "/a"\nservice = "api"\n', "/x/../%61")

    assert _does(report, "canonical_path") == ["/x/../%61 becomes /a"]


def test_an_id_of_the_client_counts_only_from_a_trusted_proxy() -> None:
    report = _examine('[routes.a]\npath = "/a"\nservice = "api"\n', "/a", headers=("X-Request-ID: mine",))

    assert _does(report, "request_id")[1] == "the client's X-Request-ID counts only if it comes from a trusted proxy"


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("", "what the request says about it is replaced: no proxy is trusted"),
        ('[server]\ntrusted_proxies = ["10.0.0.0/8"]\n', "from a trusted proxy, x-forwarded-for says it instead"),
    ],
)
def test_who_says_the_clients_address_is_said(server: str, words: str) -> None:
    text = f'{server}[routes.a]\npath = "/a"\nservice = "api"\n'

    assert _does(_examine(text, "/a", headers=("X-Forwarded-For: 192.0.2.1",)), "client_address")[1] == words


def test_what_connection_names_is_gone_before_any_step() -> None:
    text = '[routes.a]\npath = "/a"\nservice = "api"\ntransform = "t"\n[transforms.t]\nrequest = { remove = ["x-a"] }\n'

    report = _examine(text, "/a", headers=("X-A: 1", "Connection: x-a"))

    assert _does(report, "request_transform")[0] == "changes nothing of this request"


def test_a_transform_that_changes_nothing_says_so() -> None:
    text = '[routes.a]\npath = "/a"\nservice = "api"\ntransform = "t"\n[transforms.t]\nrequest = { remove = ["x-a"] }\n'

    assert _does(_examine(text, "/a"), "request_transform")[0] == "changes nothing of this request"


def test_a_default_transform_is_found_where_it_is_said() -> None:
    text = (
        '[defaults]\ntransform = "t"\n[routes.a]\npath = "/a"\nservice = "api"\n'
        '[transforms.t]\nrequest = { set = { x-a = "1" } }\n'
    )

    report = _examine(text, "/a")

    (step,) = [step for step in report.steps if step.name == "request_transform"]
    assert str(step.at) == "gateway.toml:3"
    assert step.does[-1] == "as transforms.t says, gateway.toml:7"


def test_the_headers_of_the_builtin_are_named_one_by_one() -> None:
    text = (
        '[routes.a]\npath = "/a"\nservice = "api"\ntransform = "t"\n'
        '[transforms.t]\nbuiltin = "security_headers"\nresponse = { remove = ["cache-control"] }\n'
    )

    does = _does(_examine(text, "/a"), "response_transform")

    assert does[:2] == [
        "removes cache-control",
        "adds Strict-Transport-Security to what goes by TLS where it is missing",
    ]
    assert "adds X-Frame-Options where it is missing" in does
    assert not [words for words in does if words.startswith("adds Cache-Control")]
    assert does[-1] == "as transforms.t says, gateway.toml:6"


def test_a_preflight_for_a_route_without_cors_is_allowed_nothing() -> None:
    text = (
        '[cors.web]\norigins = ["https://a.example"]\n[routes.pages]\npath = "/*"\nservice = "api"\ncors = "web"\n'
        '[routes.change]\npath = "/a"\nmethods = ["DELETE"]\nservice = "api"\n'
    )
    asks = ("Origin: https://a.example", "Access-Control-Request-Method: DELETE")

    report = _examine(text, "/a", "OPTIONS", headers=asks)
    assert (report.route, report.status) == ("", 204)
    assert "nothing is allowed" in report.detail
    assert _examine(text, "/b", "OPTIONS", headers=asks).route == "pages"


def test_a_body_that_is_too_large_stops_at_its_step() -> None:
    text = '[routes.a]\npath = "/a"\nmax_body_size = "1KiB"\nservice = "api"\n'

    report = _examine(text, "/a", "POST", body_size=2048)

    assert (report.outcome, report.status, report.reason, report.sent) == (REFUSED, 413, "body_too_large", None)
    assert [step.name for step in report.steps if not step.reached] == ["forward"]
    assert not report.taken


def test_values_that_make_no_path_are_refused_as_they_are_live() -> None:
    text = '[routes.a]\npath = "/a/{rest:path}"\nrewrite = "/{query.to}/x"\nservice = "api"\n'

    report = _examine(text, "/a/b?to=..")

    assert (report.outcome, report.status, report.reason) == (REFUSED, 400, "bad_path")


def test_log_and_metrics_say_when_they_are_off() -> None:
    text = '[log]\naccess = "off"\n[metrics]\nenabled = false\n[routes.a]\npath = "/a"\nservice = "api"\n'

    report = _examine(text, "/a")

    assert _does(report, "access_log") == ["no line: it is off"]
    assert _does(report, "metrics") == ["counted, but not shown: /metrics is off"]


def test_a_sample_of_the_log_is_said() -> None:
    text = '[log]\nsample = 0.25\naccess = "log/x"\n[routes.a]\npath = "/a"\nservice = "api"\n'

    assert _does(_examine(text, "/a"), "access_log") == ["one line to its file for a share of 0.25 of good answers"]


def test_a_time_of_a_service_is_said_by_itself_or_by_the_defaults() -> None:
    text = '[defaults]\nidle_timeout = "7s"\n[routes.a]\npath = "/a"\nservice = "api"\n'

    report = _examine(text, "/a")

    assert report.sent is not None
    times = {name: (seconds, str(at)) for name, seconds, at in report.sent.service_timeouts}
    assert times["idle"] == (7.0, "gateway.toml:3")
    assert times["connect"] == (3.0, "built-in default")


def test_routes_that_match_too_are_named_with_what_decided() -> None:
    text = '[routes.a]\npath = "/a/b"\nservice = "api"\n[routes.b]\npath = "/a/*"\nservice = "api"\n'

    report = _examine(text, "/a/b")

    assert [(near.route, near.reason) for near in report.beaten] == [
        ("b", "segment 2: a literal segment goes before /*")
    ]


def test_outcomes_are_told_apart() -> None:
    text = '[routes.a]\npath = "/a"\nservice = "api"\n[routes.b]\npath = "/b"\nrespond = { status = 503 }\n'

    outcomes = [(report.outcome, report.taken) for report in (_examine(text, path) for path in ("/a", "/b", "/c"))]

    assert outcomes == [(SERVICE, True), (GATEWAY, True), (REFUSED, False)]


_PLANS = """
[routes.a]
path = "/a"
service = "api"
auth = "keys"
limits = ["early", "each"]
[auth.keys]
type = "api_key"
header = "x-key"
optional = true
[consumers.acme]
limits = ["gold"]
[limits.early]
algorithm = "fixed_window"
limit = 9
window = "1m"
[limits.each]
algorithm = "fixed_window"
limit = 1
window = "1m"
key = "consumer"
[limits.gold]
algorithm = "fixed_window"
limit = 5
window = "1m"
key = "consumer"
"""


@pytest.mark.parametrize(
    ("consumer", "names", "key"),
    [
        ("", ("early", "each"), "client_ip 127.0.0.1 (it has no consumer)"),
        ("other", ("early", "each"), "consumer other"),
        ("acme", ("early", "gold"), "consumer acme"),
    ],
)
def test_a_consumers_own_limits_are_said_in_place_of_the_routes(
    consumer: str, names: tuple[str, ...], key: str
) -> None:
    report = _examine(_PLANS, "/a", consumer=consumer)
    said = _does(report, "identity_limits")

    assert report.limits == names
    assert f"key {key}," in said[-1]
    assert len(_does(report, "limits")) == 1
    assert [policy.does for policy in report.policies if policy.name == "limits"] == [
        tuple(_does(report, "limits") + said)
    ]
    if consumer == "acme":
        assert said[0].startswith("consumer acme has its own in place of each, gateway.toml:")
