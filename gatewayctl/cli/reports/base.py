"""What a format is given, and what it makes of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from gatewayctl.core.codes import CODES
from gatewayctl.core.diagnostics import Diagnostic, Severity
from gatewayctl.core.frozen import frozen


@frozen
class Checking:
    """What a command calls what it does: its name, the words for good and bad, what its codes mean, what a failure is
    called, and from which severity on a diagnostic is one."""

    command: str
    good: str
    bad: str
    meanings: Mapping[str, str]
    noun: str
    fails: Severity


VALIDATING: Final = Checking("validate", "valid", "invalid", CODES, "error", Severity.ERROR)


@frozen
class Checked:
    """One thing that was checked: its ``name``, what was found, and its ``size`` in words where nothing is wrong."""

    name: str
    diagnostics: tuple[Diagnostic, ...]
    size: str = ""
    by: Checking = VALIDATING

    @property
    def failures(self) -> list[Diagnostic]:
        """What is bad enough to fail."""
        order = list(Severity)
        return [one for one in self.diagnostics if order.index(one.severity) <= order.index(self.by.fails)]

    @property
    def ok(self) -> bool:
        """Whether there are none of these."""
        return not self.failures


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
