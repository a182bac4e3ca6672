"""Findings and rules as JSON-able data: ``schemas/lint.schema.json`` and ``schemas/rules.schema.json``."""

from collections.abc import Sequence
from typing import Any

from gatewayctl.core.diagnostics import Span
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
        **_place(told.span),
        "label": told.label,
        "help": told.help,
        "related": [{"message": related.message, **_place(related.span)} for related in told.related],
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


def _place(span: Span | None) -> dict[str, Any]:
    return {
        "file": span.file if span else None,
        "line": (span.line or None) if span else None,
        "column": (span.column or None) if span else None,
        "end_line": (span.end_line or None) if span else None,
        "end_column": (span.end_column or None) if span else None,
    }
