"""Lint never fails on a configuration that compiles: every file of the tests, and the repository's own are clean."""

from pathlib import Path

import pytest

from gatewayctl.config import load
from gatewayctl.core.snippet import render
from gatewayctl.lint import choose, run
from gatewayctl.plan import compile_plan

ROOT = Path(__file__).parents[3]
FILES = sorted(
    path
    for folder in ("tests", "examples", "docs")
    for path in (ROOT / folder).rglob("*.toml")
    if not path.name.endswith(".test.toml")
)
OWN = sorted([ROOT / "gateway.toml", *(ROOT / "examples").rglob("gateway.toml")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_all_rules_run_over_it(path: Path) -> None:
    loaded = load([path.name], environ={}, directory=path.parent, check_capabilities=False)
    plan, _ = compile_plan(loaded)
    if plan is None:
        pytest.skip("it is not valid")
    for finding in run(loaded, plan, choose(["all"])).all:
        assert finding.diagnostic.span is not None
        assert render(finding.diagnostic, loaded.sources)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_our_own_configurations_are_clean(path: Path) -> None:
    loaded = load([path.name], environ={}, directory=path.parent)
    plan, _ = compile_plan(loaded)
    assert plan is not None
    assert [render(diagnostic, loaded.sources) for diagnostic in run(loaded, plan).diagnostics] == []
