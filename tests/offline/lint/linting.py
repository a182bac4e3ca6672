"""Configurations linted in this process: from a text or from a file of a folder."""

from pathlib import Path

from gatewayctl.config import Loaded, load
from gatewayctl.core.snippet import render
from gatewayctl.lint import Findings, LintRule, run
from gatewayctl.plan import compile_plan


def linted(path: Path, rules: tuple[LintRule, ...] | None = None) -> tuple[Loaded, Findings]:
    """A file's findings, by the default rules; it must be valid, but for what this version cannot do yet."""
    loaded = load([path.name], environ={}, directory=path.parent, check_capabilities=False)
    plan, found = compile_plan(loaded)
    wrong = [render(d, loaded.sources) for d in (*loaded.diagnostics, *found) if d.severity.value == "error"]
    assert plan is not None, "\n\n".join(wrong)
    return loaded, run(loaded, plan, rules)


def linted_text(text: str, directory: Path, rules: tuple[LintRule, ...] | None = None) -> Findings:
    """The same for a text."""
    path = directory / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return linted(path, rules)[1]


def codes(findings: Findings) -> list[str]:
    """The codes of what was found, in the order of places."""
    return [finding.rule.code for finding in findings.all]
