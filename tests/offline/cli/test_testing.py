"""``gatewayctl test``: which files and which configuration, exit codes, formats, recording, watching."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.offline.cli.conftest import Ran
from tests.support.waiting import wait_for

GATEWAY = """
version = 1
[routes.a]
path = "/a"
respond = {}
[routes.b]
path = "/b"
respond = {}
"""
CASE = '[[case]]\nrequest = "GET /a"\nexpect = { route = "a" }\n'


@pytest.fixture
def place(directory: Path) -> Path:
    """The working directory with a configuration and a file of one case."""
    (directory / "minimal.test.toml").unlink()
    (directory / "gateway.toml").write_text(GATEWAY)
    (directory / "gateway.test.toml").write_text(CASE)
    return directory


def test_the_files_beside_the_configuration_are_run(cli: Callable[..., Ran], place: Path) -> None:
    (place / "more.test.toml").write_text(CASE.replace("/a", "/b").replace('"a"', '"b"'))

    ran = cli("test")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "coverage: 2 of 2 routes, 100 %\n2 cases passed\n"


def test_another_configuration_may_be_named_for_all(cli: Callable[..., Ran], place: Path) -> None:
    (place / "other.toml").write_text(GATEWAY.replace("/a", "/x"))

    assert cli("test").code == 0
    assert cli("test", "-c", "other.toml").code == 1


def test_the_files_beside_a_configuration_elsewhere_are_found(cli: Callable[..., Ran], place: Path) -> None:
    (place / "deep").mkdir()
    for name in ("gateway.toml", "gateway.test.toml"):
        (place / name).rename(place / "deep" / name)

    assert "1 case passed" in cli("test", "-c", "deep/gateway.toml").out
    assert "1 case passed" in cli("test", "deep").out
    assert "1 case passed" in cli("test", "deep/gateway.test.toml").out
    assert cli("test", ".").code == 0


def test_several_configurations_are_covered_one_by_one(cli: Callable[..., Ran], place: Path) -> None:
    (place / "one.test.toml").write_text(
        'config = "minimal.toml"\n[[case]]\nrequest = "/"\nexpect = { route = "home" }\n'
    )

    lines = cli("test").out.splitlines()

    assert "gateway.toml: coverage: 1 of 2 routes, 50 %" in lines
    assert "minimal.toml: coverage: 1 of 1 routes, 100 %" in lines


def test_too_little_coverage_fails(cli: Callable[..., Ran], place: Path) -> None:
    assert cli("test", "--fail-under", "50").code == 0
    ran = cli("test", "--fail-under", "50.1")

    assert (ran.code, ran.err) == (1, "covered are 50 %, and --fail-under asks for 50.1\n")


def test_a_filter_runs_some_and_says_nothing_of_coverage(cli: Callable[..., Ran], place: Path) -> None:
    (place / "gateway.test.toml").write_text(CASE + CASE.replace("GET /a", "GET /wrong"))

    assert cli("test", "--filter", "GET /A").out == "1 case passed\n"
    assert cli("test", "--filter", "get*wrong").code == 1
    assert 'no case has "nope"' in cli("test", "--filter", "nope").err
    assert cli("test", "--filter", "a", "--fail-under", "1").code == 2


def test_without_any_file_it_says_what_to_do(cli: Callable[..., Ran], place: Path) -> None:
    (place / "gateway.test.toml").unlink()

    ran = cli("test")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[E603]: there is no *.test.toml here\n")
    assert "--record LOG" in ran.err


def test_what_is_wrong_with_cases_and_configurations_comes_in_one_run(cli: Callable[..., Ran], place: Path) -> None:
    (place / "gateway.test.toml").write_text(CASE.replace('"a"', '"c"'))
    (place / "more.test.toml").write_text('config = "broken.toml"\n' + CASE)
    (place / "worse.test.toml").write_text("case = 5\n")

    ran = cli("test", "--format", "json")

    assert ran.code == 2
    assert [(found["file"], found["code"]) for found in json.loads(ran.out)["diagnostics"]] == [
        ("broken.toml", "E104"),
        ("broken.toml", "E101"),
        ("broken.toml", "E201"),
        ("broken.toml", "E106"),
        ("gateway.test.toml", "E201"),
        ("worse.test.toml", "E102"),
    ]


def test_cases_may_come_from_standard_input(cli: Callable[..., Ran], place: Path) -> None:
    assert "1 case passed" in cli("test", "-", stdin=CASE).out
    ran = cli("test", "-", "--stdin-filename", "deep/x.test.toml", stdin="case = 1\n")
    assert "--> deep/x.test.toml:1:8" in ran.err


def test_each_format_says_what_failed(cli: Callable[..., Ran], directory: Path) -> None:
    suites = ElementTree.fromstring(cli("test", "minimal.test.toml", "--format", "junit").out)
    (failure,) = suites.iter("failure")
    assert failure.get("message") == "route: expected home, got none; status: expected 200, got 404"
    assert "candidates" in (failure.text or "") or "refused with 404" in (failure.text or "")

    assert cli("test", "minimal.test.toml", "--format", "github").out.splitlines() == [
        "::error file=minimal.test.toml,line=8,endLine=8,col=1,endColumn=9,title=nothing else is there::"
        "route: expected home, got none; status: expected 200, got 404",
        "1 passed, 1 failed",
    ]
    assert "| nothing else is there | `minimal.test.toml:8` | `route` | `home` | `none` |" in (
        cli("test", "minimal.test.toml", "--format", "markdown").out
    )


def test_a_narrow_terminal_gets_the_values_below_each_other() -> None:
    from gatewayctl.cli.styles import Style
    from gatewayctl.routetest.suite.expectations import Difference
    from gatewayctl.routetest.suite.text import differences_text

    found = [Difference("upstream_path", "/v2/orders/7", "/orders/7")]

    assert differences_text(found, width=80, style=Style(False)).splitlines()[1].split() == [*found[0]]
    assert differences_text(found, width=30, style=Style(False)).splitlines() == [
        "  upstream_path",
        "    expected  /v2/orders/7",
        "    actual    /orders/7",
    ]


def test_cases_are_written_from_a_log_and_then_pass(cli: Callable[..., Ran], place: Path) -> None:
    when = "2026-03-01T12:00:00.000Z"
    entry = {"time": when, "method": "GET", "host": "h", "path": "/b?x=*", "route": "b", "service": "", "status": 200}
    gone = json.dumps(entry | {"path": "/c", "route": "c"})
    (place / "access.log").write_text("\n".join([json.dumps(entry), "nonsense", json.dumps(entry), gone]))

    ran = cli("test", "--record", "access.log", "-o", "recorded.test.toml")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines() == [
        "access.log:2: not a line of an access log: no address and user at character 1: nonsense",
        "left out, since the configuration at hand handles it otherwise: GET http://h/c",
        "1 case from 4 lines; 1 not understood; 1 shape handled otherwise here",
    ]
    assert cli("test", "--fail-under", "100").code == 0
    assert cli("fmt", "--check", "recorded.test.toml").code == 0


def test_cases_of_another_configuration_and_format_pass_where_they_are_put(
    cli: Callable[..., Ran], place: Path
) -> None:
    (place / "deep").mkdir()
    (place / "access.log").write_text('192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"\n')

    assert cli("test", "--record", "access.log", "-c", "minimal.toml", "-o", "deep/x.test.toml").code == 0
    assert 'config = "../minimal.toml"' in (place / "deep/x.test.toml").read_text()
    assert cli("test", "deep", "--fail-under", "100").code == 0


def test_cases_come_from_a_packed_log_too(cli: Callable[..., Ran], place: Path) -> None:
    line = b'192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"\n'
    (place / "access.log.gz").write_bytes(gzip.compress(line))

    ran = cli("test", "--record", "access.log.gz", "-c", "minimal.toml", "-o", "x.test.toml")

    assert (ran.code, ran.err) == (0, "1 case from 1 line\n")


def test_a_log_without_any_case_is_an_error_and_nothing_is_written(cli: Callable[..., Ran], place: Path) -> None:
    for words, log in (("-", "nonsense\n"), ("-", ""), ("nowhere.log", "")):
        ran = cli("test", "--record", words, "-o", "x.test.toml", stdin=log)
        assert ran.code == 2
        assert ("E001" if words != "-" else "E603") in ran.err
        assert not (place / "x.test.toml").exists()
    assert "--record writes cases" in cli("test", "--record", "-", "--watch").err


def test_nothing_is_recorded_for_a_configuration_that_is_not_valid(cli: Callable[..., Ran], place: Path) -> None:
    (place / "access.log").write_text('::1 - - [x] "GET /a HTTP/1.1" 200 5\n')

    ran = cli("test", "--record", "access.log", "-c", "broken.toml", "-o", "x.test.toml")

    assert (ran.code, (place / "x.test.toml").exists()) == (2, False)
    assert "broken.toml:" in ran.err


def test_watching_runs_again_after_each_change_until_it_is_interrupted(place: Path) -> None:
    heeding = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAYCTL_")}
    process = subprocess.Popen(
        [sys.executable, "-c", heeding + "runpy.run_module('gatewayctl', run_name='__main__')", "test", "--watch"],
        cwd=place,
        env=environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
    reader.start()

    def changed(name: str, text: str) -> None:
        fresh = place / f".{name}.new"
        fresh.write_text(text)
        fresh.replace(place / name)

    def again(line: str) -> bool:
        return any(line in one for one in said)

    # A file is written until that is seen: a change just before the watching begins is not.
    try:
        wait_for(lambda: again("1 case passed") and again("watching"), "the first run", timeout=30)
        wait_for(
            lambda: changed("gateway.toml", GATEWAY.replace('"/a"', '"/x"')) or again("0 passed, 1 failed"), "a failure"
        )
        wait_for(lambda: changed("gateway.test.toml", "case = 5\n") or again("error[E102]"), "an error")
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
        reader.join(30)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    assert code == 130
    assert not any("Traceback" in line for line in said)
