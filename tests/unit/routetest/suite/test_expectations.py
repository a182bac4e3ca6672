"""What a case may expect, and how a difference is said."""

from pathlib import Path

import pytest

from gatewayctl.routetest.suite.expectations import EXPECTATIONS
from gatewayctl.routetest.suite.models import ExpectConfig
from tests.unit.routetest.suite.stage import results


def _differences(directory: Path, request: str, expect: str, more: str = "") -> list[tuple[str, str, str]]:
    (result,) = results(directory, f'[[case]]\nrequest = "{request}"\n{more}\nexpect = {{ {expect} }}\n')
    assert result.passed is (not result.differences)
    return [tuple(found) for found in result.differences]


def test_every_expectation_of_the_language_is_compared() -> None:
    assert EXPECTATIONS.keys() == ExpectConfig.model_fields.keys()


@pytest.mark.parametrize(
    ("request_", "expect"),
    [
        ("GET /users/42?utm=x&a=1", 'route = "user", service = "users", upstream_path = "/42", upstream_query = "a=1"'),
        ("/users/42", 'params = { id = "42" }, upstream_query = "", timeout = "2s", headers = { x-user = "42" }'),
        ("HEAD /users/42", 'route = "user", auth = "none", limits = []'),
        ("GET /", 'route = "hello", service = "none", status = 200, body = "hello"'),
        ("GET http://any.example/old/a?b=1", 'status = 308, location = "/new/a?b=1"'),
        ("DELETE /users/42", 'route = "none", status = 405, reason = "method_not_allowed", allow = ["HEAD", "GET"]'),
        ("GET /off", 'route = "none", reason = "no_route"'),
    ],
)
def test_what_is_so_may_be_expected(request_: str, expect: str, tmp_path: Path) -> None:
    assert _differences(tmp_path, request_, expect) == []


@pytest.mark.parametrize(
    ("request_", "expect", "difference"),
    [
        ("GET /users/42", 'route = "hello"', ("route", "hello", "user")),
        ("GET /nope", 'route = "user"', ("route", "user", "none")),
        ("GET /", 'service = "users"', ("service", "users", "none")),
        ("GET /users/42", 'upstream_path = "/users/42"', ("upstream_path", "/users/42", "/42")),
        ("GET /", 'upstream_path = "/x"', ("upstream_path", "/x", "(not sent on: 200 from the gateway)")),
        ("GET /users/42?a=1", 'upstream_query = ""', ("upstream_query", '""', "a=1")),
        ("GET /users/42", 'params = { id = "7" }', ("params.id", "7", "42")),
        ("GET /users/42", 'params = { name = "7" }', ("params.name", "7", "(not there)")),
        ("GET /users/42", "headers = { x-user = false }", ("headers.x-user", "(not there)", "42")),
        ("GET /users/42", "headers = { x-debug = true }", ("headers.x-debug", "(any value)", "(not there)")),
        ("GET /users/42", 'headers = { x-user = "7" }', ("headers.x-user", "7", "42")),
        ("GET /", "headers = { x-user = false }", ("headers", "sent on", "(not sent on: 200 from the gateway)")),
        ("GET /users/42", "status = 200", ("status", "200", "(the service decides: sent to users)")),
        ("GET /nope", "status = 200", ("status", "200", "404")),
        ("GET /users/42", 'reason = "no_route"', ("reason", "no_route", "(not refused: sent to users)")),
        ("PUT /users/42", 'allow = ["GET"]', ("allow", "GET", "GET, HEAD")),
        ("GET /", 'location = "/x"', ("location", "/x", "(no redirect: 200 from the gateway)")),
        ("GET /", 'body = "bye"', ("body", "bye", "hello")),
        ("GET /users/42", 'timeout = "3s"', ("timeout", "3s", "2s")),
        ("GET /users/42", 'timeout = "none"', ("timeout", "none", "2s")),
        ("GET /", 'timeout = "2s"', ("timeout", "2s", "(not sent on: 200 from the gateway)")),
    ],
)
def test_a_difference_says_what_was_expected_and_what_is(
    request_: str, expect: str, difference: tuple[str, str, str], tmp_path: Path
) -> None:
    assert _differences(tmp_path, request_, expect) == [difference]


def test_headers_of_the_request_count_as_they_are_after_the_edits(tmp_path: Path) -> None:
    more = 'headers = { X-Debug = "1", X-Shop = "north", Connection = "x-hop", X-Hop = "1" }'
    expect = 'headers = { x-debug = false, X-SHOP = "north", x-hop = false, connection = false }'

    assert _differences(tmp_path, "GET /users/42", expect, more) == []


def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    expect = 'route = "hello", status = 413, reason = "body_too_large"'

    assert _differences(tmp_path, "POST /", expect, 'body_size = "2MiB"') == []
    assert _differences(tmp_path, "POST /", "status = 200", 'body_size = "1KiB"') == []


def test_a_failure_has_the_whole_chain_and_a_success_is_cheap(tmp_path: Path) -> None:
    text = '[[case]]\nrequest = "/user/1"\nexpect = {{ route = "{}" }}\n'
    (failed,) = results(tmp_path, text.format("user"))
    (passed,) = results(tmp_path, text.format("none"))

    assert failed.report.near != ()
    assert passed.report.near == ()
