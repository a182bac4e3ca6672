"""Cases from an access log: one for each route and shape, only what can be known offline, broken lines counted."""

import json
import tomllib
from pathlib import Path
from typing import Any

from gatewayctl.routetest.suite.recording import Recording
from tests.unit.routetest.suite.stage import results


def _line(path: str, method: str = "GET", route: str = "user", service: str = "users", **more: Any) -> bytes:
    entry = {"method": method, "host": "h", "path": path, "route": route, "service": service, "status": 200, **more}
    return json.dumps(entry).encode() + b"\n"


def _recorded(*lines: bytes) -> Recording:
    recording = Recording()
    recording.read(lines)
    return recording


def test_what_differs_only_in_its_numbers_is_one_case() -> None:
    recording = _recorded(
        _line("/users/1"),
        _line("/users/2"),
        _line("/users/2?a=1&b=2"),
        _line("/users/3?b=1&a=3"),
        _line("/users/0b3f3c1e-6f0e-4a57-9a57-1b9a3c2d1e0f"),
        _line("/users/1", "HEAD"),
        _line("/users/me", route="me"),
    )

    assert [case["request"] for case in tomllib.loads(recording.toml())["case"]] == [
        "GET http://h/users/1",
        "GET http://h/users/2?a=1&b=2",
        "GET http://h/users/me",
        "HEAD http://h/users/1",
    ]


def test_the_order_of_the_log_does_not_matter() -> None:
    lines = [_line("/b"), _line("/a"), _line("/c", "POST")]

    assert _recorded(*lines).toml() == _recorded(*reversed(lines)).toml()


def test_only_what_can_be_known_offline_is_expected() -> None:
    recording = _recorded(
        _line("/a"),
        _line("/b", service="", status=308),
        _line("/c", route="", service="", status=404, reason="no_route"),
        _line("/d", route="user", service="", status=413, reason="body_too_large"),
        _line("/e", status=502, reason="connect_failed"),
        _line("*", "OPTIONS", route="", service="", status=204),
        _line("/health", route="", service=""),
    )

    assert [case["expect"] for case in tomllib.loads(recording.toml())["case"]] == [
        {"route": "user", "service": "users"},
        {"route": "user", "status": 308},
        {"route": "none", "status": 404, "reason": "no_route"},
        {"route": "user", "service": "users"},
    ]
    assert recording.unknowable == 3


def test_broken_lines_are_counted_and_the_first_ones_kept() -> None:
    broken = [b"\n", b"{\n", b"[]\n", b'{"method": 1}\n', b"\xff\xfe\n"]
    recording = _recorded(_line("/a"), *broken)

    assert (recording.lines, recording.broken, len(recording.cases)) == (6, 5, 1)
    assert recording.first_broken == [(2, ""), (3, "{"), (4, "[]")]


def test_text_that_means_something_in_toml_is_written_as_it_is() -> None:
    recording = _recorded(_line("/a\"b\\c'"), _line("/q?x=*"))

    assert tomllib.loads(recording.toml())["case"][0]["request"] == "GET http://h/a\"b\\c'"
    assert recording.masked == 1


def test_what_was_recorded_passes_where_nothing_has_changed(tmp_path: Path) -> None:
    recording = _recorded(
        _line("/users/1"),
        _line("/", route="hello", service=""),
        _line("/x", "GET", "", "", status=404, reason="no_route"),
    )

    assert [result.differences for result in results(tmp_path, recording.toml())] == [(), (), ()]
