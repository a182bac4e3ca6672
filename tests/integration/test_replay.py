"""``replay`` and ``simulate`` end to end: over a log that a running gateway has written of real requests."""

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gatewayctl.cli import main
from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.waiting import wait_for

SCHEMAS = Path(__file__).parents[2] / "schemas"
OLD = """\
[limits.few]
algorithm = "fixed_window"
limit = 3
window = "1h"

[limits.tenant]
algorithm = "fixed_window"
limit = 3
window = "1h"
key = "header:x-tenant"

[routes.a]
path = "/a/{id}"
limits = ["few", "tenant"]
respond = { body = "a" }

[routes.b]
path = "/b"
respond = { body = "b" }

[routes.c]
path = "/c"
respond = { body = "c" }
"""
NEW = OLD.replace("limit = 3", "limit = 2", 1).replace('"/c"', '"/d"').replace("[routes.b]", "[routes.b2]")
TARGETS = [b"/a/1", b"/a/2", b"/a/1", b"/a/3?x=1", b"/a/4", b"/b", b"/c", b"/c", b"/d", b"/nowhere"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command: its exit code, what it printed, what it hinted."""

    def call(*words: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = main(words)
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def folder(gateway: Gateways, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``old.toml``, ``new.toml`` and ``access.jsonl``, which a gateway with the old one wrote of ``TARGETS``."""
    front = gateway(OLD)
    with front.client() as client:
        for target in TARGETS:
            client.send(get(target=target)).response()
    wait_for(lambda: len(front.access()) == len(TARGETS), "all requests are in the log")
    (tmp_path / "access.jsonl").write_bytes((front.directory / "access.jsonl").read_bytes())
    for name, text in (("old", OLD), ("new", NEW)):
        (tmp_path / f"{name}.toml").write_text(f"version = 1\n{text}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _document(name: str, text: str) -> dict[str, object]:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    document: dict[str, object] = json.loads(text)
    Draft202012Validator(schema).validate(document)
    assert not Draft202012Validator(schema).is_valid({"format_version": 1})
    return document


def test_replay_counts_what_a_real_log_would_meet(folder: Path, run: Run) -> None:
    code, out, _ = run("replay", "access.jsonl", "--old", "old.toml", "--new", "new.toml")

    assert code == 0
    assert out.startswith("old.toml → new.toml: 9 of 10 requests (90.0 %) handled otherwise\n")
    assert "breaking[D403] fewer requests are let through\n  5 requests (50.0 %)\n" in out
    assert "breaking[D101] requests are no longer found (404)\n  2 requests (20.0 %)\n" in out
    assert "safe[D104] requests that were refused are served\n  1 requests (10.0 %)\n" in out or "  1 request (" in out
    assert "safe[D105]" in out
    assert "b → b2" in out
    assert "    line 7: GET http://" in out


def test_replay_of_the_same_configuration_changes_nothing(folder: Path, run: Run) -> None:
    code, out, _ = run("replay", "access.jsonl", "--old", "old.toml", "--new", "old.toml", "--exit-code")

    assert (code, out) == (0, "old.toml → old.toml: 10 requests, handled alike on both sides\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--exit-code"], 1), (["--fail-on", "breaking"], 1), (["--fail-on", "security"], 0), ([], 0)],
)
def test_replay_fails_on_what_it_is_told_to(options: list[str], code: int, folder: Path, run: Run) -> None:
    assert run("replay", "access.jsonl", "--old", "old.toml", "--new", "new.toml", *options)[0] == code


def test_simulate_refuses_what_the_gateway_refused(folder: Path, run: Run) -> None:
    """The limit that was in force refused two requests of the log, and it is found to do so again."""
    refused = sum(json.loads(line)["status"] == 429 for line in (folder / "access.jsonl").read_text().splitlines())
    code, out, err = run("simulate", "access.jsonl", "-c", "old.toml", "--exit-code")

    assert (code, refused) == (1, 2)
    assert out.startswith("2 of 10 requests (20.0 %) would have been refused\n")
    assert "few: 3 in 1h by client_ip (fixed_window)\n  2 of 5 requests (40.0 %) refused, 1 of 1 key concerned\n" in out
    assert "  smallest limit that refuses nothing: 5\n" in out
    assert "127.0.0.1  5         2" in out
    assert "limit tenant is not simulated: it counts by header:x-tenant, which a log does not tell" in err


def test_json_is_what_its_schema_says(folder: Path, run: Run) -> None:
    _, out, _ = run("replay", "access.jsonl", "--old", "old.toml", "--new", "new.toml", "--format", "json")
    assert _document("replay", out)["changed"] == 9
    _, out, _ = run("simulate", "access.jsonl", "-c", "old.toml", "--format", "json")
    assert _document("simulate", out)["refused"] == 2


def test_compressed_logs_and_standard_input_say_the_same(folder: Path, run: Run) -> None:
    sides = ("--old", "old.toml", "--new", "new.toml")
    log = (folder / "access.jsonl").read_bytes()
    (folder / "access.jsonl.gz").write_bytes(gzip.compress(log))
    plain = run("replay", "access.jsonl", *sides)

    assert run("replay", "access.jsonl.gz", *sides) == plain
    assert run("replay", "-", *sides, stdin=log) == plain


def test_broken_lines_are_told_and_passed_over(folder: Path, run: Run) -> None:
    with (folder / "access.jsonl").open("a") as log:
        log.write('{"time": "2026-\n\x1b[31mred\n')
    code, out, err = run("replay", "access.jsonl", "--old", "old.toml", "--new", "new.toml")

    assert code == 0
    assert "9 of 10 requests" in out
    problem = "no JSON at character 10 (Unterminated string starting at)"
    assert f'access.jsonl:11: not a line of an access log: {problem}: {{"time": *\n' in err
    assert "access.jsonl:12: not a line of an access log: no address and user at character 1: \\x1b[31mred\n" in err
    assert "note: 2 of 12 lines are broken and were passed over" in err


@pytest.mark.parametrize(
    "command", [["replay", "--old", "old.toml", "--new", "new.toml"], ["simulate", "-c", "old.toml"]]
)
def test_what_is_no_log_at_all_is_an_error(command: list[str], folder: Path, run: Run) -> None:
    code, out, err = run(*command, "old.toml")
    assert (code, out) == (2, "")
    assert "error[E611]: old.toml has" in err
    assert "= help: it takes our access log" in err

    code, out, err = run(*command, "missing.log")
    assert (code, out) == (2, "")
    assert "error[E001]: missing.log cannot be read: no such file or directory" in err


@pytest.mark.parametrize(
    "command", [["replay", "--old", "old.toml", "--new", "new.toml"], ["simulate", "-c", "old.toml"]]
)
@pytest.mark.parametrize(
    ("kept", "said"),
    [(2, "the compressed log breaks off"), (10, "the compressed log breaks off"), (0, "the compressed log is damaged")],
)
def test_a_compressed_log_that_breaks_before_its_first_line_is_an_error(
    kept: int, said: str, command: list[str], folder: Path, run: Run
) -> None:
    whole = gzip.compress((folder / "access.jsonl").read_bytes())
    (folder / "cut.gz").write_bytes(whole[:kept] if kept else whole[:2] + b"\0" * 40)

    code, out, err = run(*command, "cut.gz")

    assert (code, out) == (2, "")
    assert f"error[E611]: cut.gz has no request that can be read: {said} before its first line" in err
    assert "= help: " in err


def test_a_host_stands_in_where_the_log_tells_none(folder: Path, run: Run) -> None:
    (folder / "old.toml").write_text(f"version = 1\n{OLD}".replace('path = "/b"', 'path = "/b"\nhosts = ["x.example"]'))
    log = b'192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] "GET /b HTTP/1.1" 200 1 "-" "-"\n'
    words = ("replay", "-", "--old", "old.toml", "--new", "new.toml")

    assert "safe[D104]" in run(*words, stdin=log)[1]
    assert "1 request without a host, which the log does not tell: --host" in run(*words, stdin=log)[2]
    code, out, err = run(*words, "--host", "X.example:8080", stdin=log)
    assert (code, err) == (0, "")
    assert "safe[D105]" in out
    assert run(*words, "--host", "a/b", stdin=log)[0] == 2
