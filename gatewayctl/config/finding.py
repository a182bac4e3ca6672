"""What a check finds, by key path; it becomes a ``Diagnostic`` with places only once something was found.

Working with key paths keeps a good configuration cheap: positions are never computed for it.
"""

from dataclasses import field

from gatewayctl.core.diagnostics import Severity
from gatewayctl.core.frozen import frozen, mutable

KeyPath = tuple[str | int, ...]
"""Where a value stands in the configuration: ``("services", "users", "instances", 0, "url")``."""


@frozen
class Finding:
    """Something about the value at ``path`` (``on_key``: about its key or table header).

    ``related`` are other key paths and what they are. ``discreet``: its words hold nothing of the value, so that they may
    be said of a secret too.
    """

    code: str
    path: KeyPath
    message: str
    label: str = ""
    help: str = ""
    on_key: bool = False
    severity: Severity = Severity.ERROR
    related: tuple[tuple[KeyPath, str], ...] = ()
    discreet: bool = False


@mutable
class Findings:
    """Collects findings. Checks get it as their only way to speak."""

    found: list[Finding] = field(default_factory=list)

    def error(
        self,
        code: str,
        path: KeyPath,
        message: str,
        *,
        label: str,
        help: str,
        on_key: bool = False,
        related: tuple[tuple[KeyPath, str], ...] = (),
        discreet: bool = False,
    ) -> None:
        """An error at the value of ``path``."""
        self.found.append(Finding(code, path, message, label, help, on_key, Severity.ERROR, related, discreet))

    def warning(self, code: str, path: KeyPath, message: str, *, label: str = "", help: str = "") -> None:
        """A warning at the value of ``path``."""
        self.found.append(Finding(code, path, message, label, help, False, Severity.WARNING))

    def note(self, code: str, path: KeyPath, message: str, *, label: str = "", help: str = "") -> None:
        """A note at the value of ``path``."""
        self.found.append(Finding(code, path, message, label, help, False, Severity.NOTE))
