"""Cases from an access log: one for each route and shape, only what holds for the configuration, broken lines counted."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gatewayctl.cli.live import live_parts
from gatewayctl.replay import recording
from gatewayctl.replay.reading import LogReading
from gatewayctl.replay.recording import Recording
from gatewayctl.routetest.suite.running import run_suite
from gatewayctl.routetest.walk import Examiner
from tests.unit.routetest.suite.stage import compiled, suite

GATEWAY = """
version = 1
[services.users]
builtin = "echo"
[routes.user]
path = "/users/*"
methods = ["GET", "HEAD", "POST"]
service = "users"
[routes.hello]
path = "/"
respond = { body = "hello" }
[routes.old]
path = "/old"
redirect = { to = "/" }
[routes.mine]
path = "/mine"
service = "users"
auth = "keys"
[routes.office]
path = "/office"
service = "users"
access = "office"
[routes.tenant]
path = "/tenant"
hosts = ["tenant.example"]
service = "users"
[access.office]
allow = ["192.0.2.0/24"]
[auth.keys]
type = "api_key"
header = "x-api-key"
"""


def _line(path: str, method: str = "GET", route: str = "user", service: str = "users", **more: Any) -> bytes:
    when = "2026-03-01T12:00:00.000Z"
    entry = {
        "time": when,
        "method": method,
        "host": "h",
        "path": path,
        "route": route,
        "service": service,
        "status": 200,
        **more,
    }
    return json.dumps(entry).encode() + b"\n"


def _combined(path: str, status: int = 200, client_ip: str = "192.0.2.7", method: str = "GET") -> bytes:
    when = "01/Mar/2026:12:00:00 +0000"
    return f'{client_ip} - ann [{when}] "{method} {path} HTTP/1.1" {status} 5 "-" "curl/8"\n'.encode()


def _recorded(directory: Path, *lines: bytes) -> Recording:
    made = Recording(Examiner(*compiled(directory, GATEWAY), live_parts()))
    for entry in LogReading().entries(lines):
        made.take(entry)
    return made


def _cases(made: Recording) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = tomllib.loads(made.toml())["case"]
    return cases


def test_what_differs_only_in_its_numbers_is_one_case(tmp_path: Path) -> None:
    made = _recorded(
        tmp_path,
        _line("/users/1"),
        _line("/users/2"),
        _line("/users/2?a=1&b=2"),
        _line("/users/3?b=1&a=3"),
        _line("/users/0b3f3c1e-6f0e-4a57-9a57-1b9a3c2d1e0f"),
        _line("/users/1", "HEAD"),
        _line("/users/me"),
    )

    assert [case["request"] for case in _cases(made)] == [
        "GET http://h/users/1",
        "GET http://h/users/2?a=*&b=*",
        "GET http://h/users/me",
        "HEAD http://h/users/1",
    ]


def test_the_order_of_the_log_does_not_matter(tmp_path: Path) -> None:
    lines = [_line("/users/b"), _line("/users/a"), _line("/users/c", "POST")]

    assert _recorded(tmp_path, *lines).toml() == _recorded(tmp_path, *reversed(lines)).toml()


def test_only_what_can_be_known_offline_is_expected(tmp_path: Path) -> None:
    made = _recorded(
        tmp_path,
        _line("/users/a", status=502, reason="connect_failed"),
        _line("/old", route="old", service="", status=308),
        _line("/c", route="", service="", status=404, reason="no_route"),
        _line("/users/d", route="user", service="", status=413, reason="body_too_large"),
        _line("*", "OPTIONS", route="", service="", status=204),
        _line("/health", route="", service=""),
    )

    assert [case["expect"] for case in _cases(made)] == [
        {"route": "none", "status": 404, "reason": "no_route"},
        {"route": "old", "status": 308},
        {"route": "user", "service": "users"},
    ]
    assert made.unknowable == 3


@pytest.mark.parametrize(
    ("line", "case"),
    [
        (_combined("/users/1"), {"request": "GET /users/1", "expect": {"route": "user", "service": "users"}}),
        (_combined("/old", 308), {"request": "GET /old", "expect": {"route": "old", "status": 308}}),
        (
            _combined("/x", 404),
            {"request": "GET /x", "expect": {"route": "none", "status": 404, "reason": "no_route"}},
        ),
        (_combined("/mine"), {"request": "GET /mine", "expect": {"route": "mine"}}),
        (
            b'::1 - - [01/Mar/2026:12:00:00 +0000] "POST /users/1?a=1 HTTP/2.0" 502 0 \n',
            {"request": "POST /users/1?a=*", "expect": {"route": "user", "service": "users"}},
        ),
    ],
)
def test_what_a_combined_line_leads_to_is_what_the_configuration_says(
    line: bytes, case: dict[str, Any], tmp_path: Path
) -> None:
    assert _cases(_recorded(tmp_path, line)) == [case]


def test_what_is_handled_otherwise_at_hand_is_left_out_and_counted(tmp_path: Path) -> None:
    made = _recorded(
        tmp_path,
        _line("/users/1", route="gone"),
        _line("/users/2", route="gone"),
        _line("/users/x", service="other"),
        _combined("/tenant"),  # the format does not tell the host
        _combined("/old", 200),
    )

    assert made.cases == {}
    assert made.first_elsewhere == ["GET http://h/users/1", "GET http://h/users/x", "GET /tenant"]
    assert len(made.elsewhere) == 4


def test_of_who_had_to_be_known_or_elsewhere_only_that_is_expected_which_holds(tmp_path: Path) -> None:
    made = _recorded(
        tmp_path,
        _line("/mine", route="mine"),
        _line("/office", route="office", client_ip="192.0.2.7"),
        _line("/office?a=1", route="office", client_ip="unix:"),
    )

    assert [(case.get("client_ip"), case["expect"]) for case in _cases(made)] == [
        (None, {"route": "mine"}),
        ("192.0.2.7", {"route": "office", "service": "users"}),
        (None, {"route": "office"}),
    ]


def test_no_more_cases_are_written_than_a_file_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MOST", 2)
    made = _recorded(tmp_path, *(_line(f"/users/{name}") for name in "abcda"))

    assert [case["request"] for case in _cases(made)] == ["GET http://h/users/a", "GET http://h/users/b"]
    assert made.beyond == 2


def test_text_that_means_something_in_toml_is_written_as_it_is(tmp_path: Path) -> None:
    made = _recorded(tmp_path, _line("/users/a'b%22"), _line("/users/q?x=*"))

    assert [case["request"] for case in _cases(made)] == ["GET http://h/users/a'b%22", "GET http://h/users/q?x=*"]
    assert made.masked == 0  # no route asks for the value


def test_what_was_recorded_passes_at_once(tmp_path: Path) -> None:
    lines = [_line("/users/1"), _line("/", route="hello", service=""), _combined("/mine", 401), _combined("/x", 404)]
    made = _recorded(tmp_path, *lines, _line("/office", route="office", client_ip="192.0.2.7"))
    cases = suite(tmp_path, made.toml())
    results = run_suite(cases, Examiner(*compiled(tmp_path, GATEWAY), live_parts()), lambda case: True)

    assert cases.ok
    assert [result.differences for result in results] == [()] * 5


def test_a_configuration_that_is_not_beside_the_file_is_named_in_it(tmp_path: Path) -> None:
    made = _recorded(tmp_path, _line("/users/1"))

    assert tomllib.loads(made.toml(["../a.toml"]))["config"] == "../a.toml"
    assert tomllib.loads(made.toml(["a.toml", 'b".toml']))["config"] == ["a.toml", 'b".toml']


def test_of_a_query_only_what_routes_ask_for_is_written(tmp_path: Path) -> None:
    asks = GATEWAY + '[routes.two]\npath = "/two"\nquery = { v = "2", k = "*" }\nrespond = {}\n'
    made = Recording(Examiner(*compiled(tmp_path, asks), live_parts()))
    gone = _line("/two?token=hunter2", route="gone")
    lines = [_line("/two?v=2&k=hunter2&token=hunter2&hunter2", route="two", service=""), _line("/two?v=*&k=1"), gone]
    for entry in LogReading().entries(lines):
        made.take(entry)

    assert [case["request"] for case in _cases(made)] == ["GET http://h/two?v=2&k=*&token=*&*"]
    assert made.first_elsewhere == ["GET http://h/two?v=*&k=*", "GET http://h/two?token=*"]


def test_what_a_route_matches_by_a_secret_is_not_written(tmp_path: Path) -> None:
    for number, secret in enumerate(('path = "/${file:key}"', 'path = "/a"\nquery = { key = "${file:key}" }')):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "key").write_text("hunter2")
        guarded = GATEWAY + f"[routes.guarded]\n{secret}\nrespond = {{}}\n"
        made = Recording(Examiner(*compiled(folder, guarded), live_parts()))
        path = "/a?key=hunter2" if number else "/hunter2"
        for entry in LogReading().entries([_line(path, route="guarded", service="")]):
            made.take(entry)

        assert "hunter2" not in f"{made.toml()}{made.elsewhere}"
        assert made.cases == {}
