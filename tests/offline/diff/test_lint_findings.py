"""What ``diff`` says of lint: introduced, fixed, unchanged, in every format, whatever lines have moved to."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.offline.cli.conftest import Ran, cli, directory

__all__ = ["cli", "directory"]

SCHEMA = Path(__file__).parents[3] / "schemas" / "diff.schema.json"
STAYING = """
[routes.old]
path     = "/old/*"
redirect = { to = "/old/{rest}" }
"""
OLD = f"""version = 1
{STAYING}
[routes.user]
path    = "/users/:id"
respond = {{ status = 200 }}
"""
NEW = f"""version = 1

[admin]
token = "hidden-7c1-hidden-7c1-hidden-7c1"

[routes.user]
path    = "/users/{{id}}"
respond = {{ status = 200 }}
{STAYING}"""


@pytest.fixture
def diff(cli: Callable[..., Ran], directory: Path) -> Callable[..., Ran]:
    """``diff`` of both texts, with further words."""
    (directory / "old.toml").write_text(OLD, encoding="utf-8")
    (directory / "new.toml").write_text(NEW, encoding="utf-8")
    return lambda *words: cli("diff", "old.toml", "new.toml", *words)


def _codes(found: list[dict[str, Any]]) -> list[str]:
    return [finding["code"] for finding in found]


def test_each_finding_is_introduced_fixed_or_unchanged(diff: Callable[..., Ran]) -> None:
    data = json.loads(diff("--format", "json").out)
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))

    assert {word: _codes(found) for word, found in data["lint"].items()} == {
        "introduced": ["L403"],
        "fixed": ["L112"],
        "unchanged": ["L110"],
    }


def test_the_text_tells_what_has_changed_and_counts_the_rest(diff: Callable[..., Ran]) -> None:
    said = diff().out

    assert "\nlint: 1 introduced, 1 fixed, 1 unchanged\n" in said
    assert "  introduced  error[L403] a secret stands in the file in clear  new.toml:4:9\n" in said
    assert '  fixed       error[L112] "user" takes only the letters :id, not any segment  old.toml:8:11 (old)\n' in said


def test_a_comment_on_a_pull_request_has_a_section(diff: Callable[..., Ran]) -> None:
    said = diff("--format", "markdown").out

    assert "\n#### Lint: 1 introduced, 1 fixed, 1 unchanged\n" in said
    assert "- introduced: error `L403` (`new.toml:4:9`)" in said


def test_github_marks_what_is_introduced_alone(diff: Callable[..., Ran]) -> None:
    said = diff("--format", "github").out

    assert "::error file=new.toml,line=4" in said and "title=L403::" in said
    assert "L112" not in said and "L110" not in said


def test_sarif_says_how_each_stands_to_the_old_side(diff: Callable[..., Ran]) -> None:
    run = json.loads(diff("--format", "sarif").out)["runs"][1]

    assert run["tool"]["driver"]["name"] == "gatewayctl lint"
    assert {(result["ruleId"], result["baselineState"]) for result in run["results"]} == {
        ("L403", "new"),
        ("L110", "unchanged"),
        ("L112", "absent"),
    }
    assert [run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] for r in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]


def test_it_can_be_left_out(diff: Callable[..., Ran]) -> None:
    assert "lint" not in diff("--no-lint").out
    assert json.loads(diff("--no-lint", "--format", "json").out)["lint"] is None


@pytest.mark.parametrize("form", ["text", "json", "markdown", "github", "sarif"])
def test_a_secret_is_not_shown(diff: Callable[..., Ran], form: str) -> None:
    ran = diff("--format", form)

    assert "hidden-7c1" not in ran.out + ran.err
