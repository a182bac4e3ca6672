"""What a format is given, and what it makes of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gatewayctl.core.diagnostics import Diagnostic, Severity, has_errors


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was checked: its ``name``, what was found, and its ``size`` in words where nothing is wrong."""

    name: str
    diagnostics: tuple[Diagnostic, ...]
    size: str = ""

    @property
    def ok(self) -> bool:
        """Whether there are no errors."""
        return not has_errors(self.diagnostics)


Report: TypeAlias = Callable[[Sequence[Checked]], str]
"""Everything that was checked, in that format, without a line feed at the end."""


def all_found(checked: Sequence[Checked]) -> Iterator[Diagnostic]:
    """Each diagnostic once, though several configurations may share the file that has it."""
    return iter(dict.fromkeys(diagnostic for one in checked for diagnostic in one.diagnostics))


def whole(diagnostic: Diagnostic) -> str:
    """What is wrong, and the way out, in one text."""
    label = f" ({diagnostic.label})" if diagnostic.label else ""
    return f"{diagnostic.message}{label}" + (f"; {diagnostic.help}" if diagnostic.help else "")


def by_severity(diagnostic: Diagnostic, error: str, warning: str, note: str) -> str:
    """One of three words."""
    return {Severity.ERROR: error, Severity.WARNING: warning, Severity.NOTE: note}[diagnostic.severity]
