"""Tables that say which test shows a rule: those tests exist, and no section of the RFC is left out."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.offline.docs.pages import ROOT, text

PAGE = ROOT / "docs" / "jwt-attacks.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in text(PAGE).splitlines()
    if line.startswith("| ") and "---" not in line and "shown by" not in line
]


def _tests() -> Iterator[str]:
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name


TESTS = frozenset(_tests())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:2])[:60])
def test_every_rule_is_shown_by_tests_that_exist(row: list[str]) -> None:
    named = re.findall(r"`(test_\w+)`", row[-1])

    assert named
    assert [name for name in named if name not in TESTS] == []


def test_every_section_of_the_rfc_has_its_row() -> None:
    sections = {row[0] for row in ROWS}

    assert sections >= {f"2.{n}" for n in range(1, 10)} | {f"3.{n}" for n in range(1, 13)}
