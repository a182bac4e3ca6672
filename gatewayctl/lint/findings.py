"""What a run of the rules gives."""

from collections.abc import Sequence
from typing import TypeAlias

from gatewayctl.config.finding import KeyPath
from gatewayctl.core.diagnostics import Diagnostic, Severity
from gatewayctl.core.frozen import frozen
from gatewayctl.lint.base import Fix, Rule

Identity: TypeAlias = tuple[str, KeyPath, str]


@frozen
class Finding:
    """One finding with its place: the rule, the key path, and what is shown of it."""

    rule: Rule
    path: KeyPath
    diagnostic: Diagnostic
    fix: Fix | None = None

    @property
    def identity(self) -> Identity:
        """What it has in common with the same finding in another version of the configuration."""
        return self.rule.code, self.path, self.diagnostic.message


@frozen
class Findings:
    """All findings in the order of their places. ``suppressed`` are those that a comment in the file explains."""

    all: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is shown of them."""
        return [finding.diagnostic for finding in self.all]

    def at_least(self, severity: Severity) -> "Findings":
        """Without those that are less bad."""
        kept = tuple(finding for finding in self.all if as_bad_as(finding.diagnostic.severity, severity))
        return Findings(kept, self.suppressed)


def as_bad_as(severity: Severity, other: Severity) -> bool:
    """Whether ``severity`` is at least as bad as ``other``."""
    order = list(Severity)  # the worst first
    return order.index(severity) <= order.index(other)


def in_place_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """By file, place and code; exact repetitions are dropped."""

    def key(finding: Finding) -> tuple[bool, object, str, str]:
        span = finding.diagnostic.span
        return span is not None, span, finding.rule.code, finding.diagnostic.message

    return tuple(sorted({(f.diagnostic, f.path): f for f in findings}.values(), key=key))
