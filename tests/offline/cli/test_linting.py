"""``gatewayctl lint`` and ``gatewayctl rule``: exit codes, what is chosen, every format, what is refused."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from tests.offline.cli.conftest import Ran
from tests.support.waiting import wait_for

SCHEMAS = Path(__file__).parents[3] / "schemas"
SHADOWED = """\
version = 1

[routes.first]
path = "/*"
priority = 1
respond  = { status = 200 }

[routes.second]
path    = "/second"
respond = { status = 200 }
"""
SECRET = 'version = 1\n\n[admin]\ntoken = "hidden-7c1-hidden-7c1-hidden-7c1"\n'


@pytest.fixture
def shadowed(directory: Path) -> Path:
    """A configuration with one error, in ``gateway.toml``."""
    path = directory / "gateway.toml"
    path.write_text(SHADOWED, encoding="utf-8")
    return path


def test_findings_are_drawn_and_end_with_1(cli: Callable[..., Ran], shadowed: Path) -> None:
    ran = cli("lint")

    assert ran.code == 1
    assert ran.out.startswith('error[L101]: no request reaches the route "second": "first" takes all of them')
    assert "  --> gateway.toml:9:11\n" in ran.out
    assert ran.out.endswith("\ngateway.toml: 1 error\n")
    assert "fixable: 0 with --fix, 1 more with --fix --unsafe-fixes" in ran.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--ignore", "L101"], 0),
        (["--ignore", "unreachable-route"], 0),
        (["--select", "security"], 0),
        (["--select", "L4,L1"], 1),
        (["--select", "all", "--ignore", "routing", "--ignore", "style"], 0),
        (["--severity", "error"], 1),
    ],
)
def test_rules_are_chosen(cli: Callable[..., Ran], shadowed: Path, words: list[str], code: int) -> None:
    assert cli("lint", *words).code == code


def test_a_severity_below_the_threshold_does_not_fail(cli: Callable[..., Ran], directory: Path) -> None:
    text = SHADOWED.partition("\n[routes.second]")[0] + '# lint: ignore[L101] once\n[routes.b]\npath = "/b/"\n'
    (directory / "gateway.toml").write_text(text + "priority = 2\nrespond = { status = 200 }\n", encoding="utf-8")

    assert cli("lint", "--select", "L001,L101").code == 0
    assert "note[L001]" in cli("lint", "--select", "L001,L101").out
    assert "note[L001]" not in cli("lint", "--select", "L001,L101", "--severity", "warning").out
    assert cli("lint", "--select", "L001,L101", "--fail-on", "note").code == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--select", "L999"], 'there is no rule "L999"'),
        (["--ignore", "unreachable-rout"], 'did you mean "unreachable-route"?'),
        (["--unsafe-fixes"], "--unsafe-fixes is given without --fix"),
        (["--watch", "--fix"], "--watch and --fix do not go together"),
        (["-", "--fix"], "standard input (-) has no file"),
        (["--watch", "--format", "json"], "--watch is for people"),
        (["nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_makes_no_sense_is_refused(
    cli: Callable[..., Ran], shadowed: Path, words: list[str], message: str
) -> None:
    ran = cli("lint", *words)

    assert ran.code == 2
    assert message in ran.out + ran.err


def test_an_invalid_configuration_is_told_with_its_errors(cli: Callable[..., Ran]) -> None:
    ran = cli("lint", "broken.toml")

    assert ran.code == 2 and "error[E" in ran.err and ran.out == ""


def test_standard_input_can_be_linted(cli: Callable[..., Ran]) -> None:
    ran = cli("lint", "-", "--stdin-filename", "edge.toml", stdin=SHADOWED)

    assert ran.code == 1 and "--> edge.toml:9:11" in ran.out


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("github", "::error file=gateway.toml,line=9,endLine=9,col=11,endColumn=20,title=L101::"),
        ("gitlab", '"check_name": "L101"'),
        ("sarif", '"text": "No request reaches this route"'),
        ("junit", '<testsuite name="gatewayctl lint" tests="1" failures="1"'),
        ("markdown", "### Configuration: not clean"),
    ],
)
def test_every_format_tells_it(cli: Callable[..., Ran], shadowed: Path, form: str, words: str) -> None:
    ran = cli("lint", "--format", form)

    assert ran.code == 1 and words in ran.out


def test_json_is_as_its_schema_says(cli: Callable[..., Ran], shadowed: Path) -> None:
    data = json.loads(cli("lint", "--format", "json").out)
    jsonschema.validate(data, json.loads((SCHEMAS / "lint.schema.json").read_text()))

    assert data["ok"] is False
    assert data["findings"][0]["key"] == ["routes", "second", "path"]
    assert data["findings"][0]["fix"] == {"about": 'remove the route "second"', "safe": False}


def test_rules_as_json_are_as_their_schema_says(cli: Callable[..., Ran]) -> None:
    data = json.loads(cli("rule", "--format", "json").out)
    jsonschema.validate(data, json.loads((SCHEMAS / "rules.schema.json").read_text()))

    assert len(data["rules"]) >= 30


@pytest.mark.parametrize("word", ["L101", "l101", "unreachable-route"])
def test_a_rule_is_explained(cli: Callable[..., Ran], word: str) -> None:
    ran = cli("rule", word)

    assert ran.code == 0
    assert ran.out.startswith("L101 unreachable-route  routing, error\nNo request reaches this route.\n")
    assert "\nExample\n" in ran.out and "\nInstead\n" in ran.out and "\nFix: " in ran.out


def test_a_rule_that_there_is_not_is_refused(cli: Callable[..., Ran]) -> None:
    ran = cli("rule", "L1O1")

    assert ran.code == 2 and 'did you mean "L101"?' in ran.err


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab", "sarif", "junit", "markdown"])
def test_a_secret_is_found_and_not_shown(cli: Callable[..., Ran], directory: Path, form: str) -> None:
    (directory / "gateway.toml").write_text(SECRET, encoding="utf-8")
    ran = cli("lint", "--format", form)

    assert ran.code == 1 and "clear" in ran.out
    assert "hidden-7c1" not in ran.out + ran.err


def test_watching_lints_again_after_each_change_until_it_is_interrupted(shadowed: Path) -> None:
    heeding = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAYCTL_")}
    process = subprocess.Popen(
        [sys.executable, "-c", heeding + "runpy.run_module('gatewayctl', run_name='__main__')", "lint", "--watch"],
        cwd=shadowed.parent,
        env=environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
    reader.start()

    def changed(text: str) -> None:
        fresh = shadowed.with_name(".fresh.new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(shadowed)

    def again(line: str) -> bool:
        return any(line in one for one in said)

    # A file is written until that is seen: a change just before the watching begins is not.
    try:
        wait_for(lambda: again("error[L101]") and again("watching"), "the first run", timeout=30)
        wait_for(
            lambda: changed(SHADOWED.replace("priority = 1", "priority = 0")) or again("clean"),
            "a clean run",
            timeout=30,
        )
        wait_for(lambda: changed("version = 2\n") or again("error[E"), "an error", timeout=30)
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
        reader.join(30)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    assert code == 130


def test_a_secret_path_is_in_neither_message_help_nor_fix(
    cli: Callable[..., Ran], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", "/hidden-7c1")
    text = 'version = 1\n[routes.hook]\npath_regex = "${secret:HOOK}.*"\nrespond = { status = 200 }\n'
    (directory / "gateway.toml").write_text(text, encoding="utf-8")
    ran = cli("lint", "--select", "L104", "--format", "json")

    assert ran.code == 1 and "hidden-7c1" not in ran.out + ran.err
    assert cli("lint", "--select", "L104", "--fix", "--unsafe-fixes").code == 1
    assert (directory / "gateway.toml").read_text(encoding="utf-8") == text


def test_a_fix_does_not_put_the_value_in_place_of_a_variable(
    cli: Callable[..., Ran], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROOT", "/v1")
    text = 'version = 1\n[routes.user]\npath = "${ROOT}/:id"\nrespond = { status = 200 }\n'
    (directory / "gateway.toml").write_text(text, encoding="utf-8")

    assert cli("lint", "--fix", "--unsafe-fixes", "--select", "L112").code == 1
    assert (directory / "gateway.toml").read_text(encoding="utf-8") == text
