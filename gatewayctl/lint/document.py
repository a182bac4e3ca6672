"""Findings and rules as JSON-able data: ``schemas/lint.schema.json`` and ``schemas/rules.schema.json``."""

from collections.abc import Sequence
from typing import Any

from gatewayctl.core.diagnostics import place_members
from gatewayctl.lint.findings import Finding
from gatewayctl.lint.registry import LintRule


def findings_data(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Each finding; places are null where it has none."""
    return [_finding(finding) for finding in findings]


def _finding(finding: Finding) -> dict[str, Any]:
    told = finding.diagnostic
    return {
        "code": finding.rule.code,
        "rule": finding.rule.name,
        "severity": told.severity.value,
        "message": told.message,
        "key": list(finding.path),
        **place_members(told.span),
        "label": told.label,
        "help": told.help,
        "related": [{"message": related.message, **place_members(related.span)} for related in told.related],
        "fix": None if finding.fix is None else {"about": finding.fix.about, "safe": finding.fix.safe},
    }


def rule_data(one: LintRule) -> dict[str, Any]:
    """A rule with its manual."""
    manual = one.manual
    return {
        "code": one.rule.code,
        "name": one.rule.name,
        "family": one.family,
        "severity": one.rule.severity.value,
        "default": not one.rule.taste,
        "title": manual.title,
        "finds": manual.finds,
        "why": manual.why,
        "example": manual.example,
        "instead": manual.instead,
        "fix": manual.fix,
    }
