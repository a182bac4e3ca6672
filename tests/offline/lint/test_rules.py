"""Each rule finds what its files in ``err/`` show, says it in the words beside them, and is silent about ``ok/``.

A file is called ``CODE-what.toml`` and is linted by that rule alone (those about comments: by all rules). After a change
of words: ``GATEWAYCTL_WRITE_GOLDEN=1 pytest tests/offline/lint`` writes what is said now, to be read in the diff.
"""

import os
import re
from pathlib import Path

import pytest

from gatewayctl.core.diagnostics import Severity
from gatewayctl.core.snippet import render
from gatewayctl.lint import FAMILIES, LintRule, all_rules, choose
from tests.offline.lint.linting import codes, linted, linted_text

HERE = Path(__file__).parent
RULES = all_rules()
ERR = sorted((HERE / "err").glob("*.toml"))
OK = sorted((HERE / "ok").glob("*.toml"))


def _rules(code: str) -> tuple[LintRule, ...]:
    return choose(["all"]) if code.startswith("L0") else choose([code])


def _code(rule: LintRule) -> str:
    return rule.rule.code


@pytest.mark.parametrize("case", [*ERR, *OK], ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_a_configuration_is_told_in_these_words(case: Path) -> None:
    loaded, findings = linted(case, _rules(case.stem.partition("-")[0]))
    said = "\n\n".join(render(diagnostic, loaded.sources) for diagnostic in findings.diagnostics) or "clean"
    golden = case.with_suffix(".txt")
    if os.environ.get("GATEWAYCTL_WRITE_GOLDEN"):
        golden.write_text(said + "\n", encoding="utf-8")
    assert said + "\n" == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", ERR, ids=lambda case: case.stem)
def test_a_mistake_is_found_with_a_place_and_a_way_out(case: Path) -> None:
    code = case.stem.partition("-")[0]
    loaded, findings = linted(case, _rules(code))
    mine = [finding for finding in findings.all if finding.rule.code == code]
    assert mine
    for finding in mine:
        assert finding.diagnostic.span is not None and finding.diagnostic.help
        assert "^" in render(finding.diagnostic, loaded.sources)


@pytest.mark.parametrize("case", OK, ids=lambda case: case.stem)
def test_what_is_no_mistake_is_not_found(case: Path) -> None:
    code = case.stem.partition("-")[0]
    assert code not in codes(linted(case, _rules(code))[1])


@pytest.mark.parametrize("one", RULES, ids=_code)
def test_a_rule_has_golden_files_of_both_kinds(one: LintRule) -> None:
    for folder in (ERR, OK):
        assert [case for case in folder if case.stem.startswith(f"{one.rule.code}-")]


@pytest.mark.parametrize("one", RULES, ids=_code)
def test_the_example_of_a_manual_is_found_and_what_stands_instead_is_not(one: LintRule, tmp_path: Path) -> None:
    rules = _rules(one.rule.code)
    assert one.rule.code in codes(linted_text(one.manual.example, tmp_path, rules))
    assert one.rule.code not in codes(linted_text(one.manual.instead, tmp_path, rules))


@pytest.mark.parametrize("one", RULES, ids=_code)
def test_a_manual_is_complete(one: LintRule) -> None:
    manual = one.manual
    assert manual.title == one.title
    assert all((manual.title, manual.finds, manual.why, manual.fix))
    assert one.docstring.partition("\n")[0].endswith(".")
    assert manual.fix.startswith(("None", "Safe: ", "Unsafe: "))


def test_codes_and_names_are_there_once_and_in_their_family() -> None:
    names = [one.rule.name for one in RULES]
    assert len({one.rule.code for one in RULES}) == len(RULES) == len(set(names))
    assert [one.rule.code for one in RULES if not one.rule.code.startswith(FAMILIES[one.family])] == []
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_a_matter_of_taste_is_a_note() -> None:
    assert [one.rule.code for one in RULES if one.rule.taste and one.rule.severity is not Severity.NOTE] == []


def test_no_golden_file_is_left_without_its_case() -> None:
    left = [path for folder in ("err", "ok") for path in (HERE / folder).glob("*.txt")]
    assert [path for path in left if not path.with_suffix(".toml").exists()] == []
