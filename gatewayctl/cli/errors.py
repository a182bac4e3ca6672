"""How a command says that it cannot do what was asked: by diagnostics, as for a configuration, and exit code 2."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gatewayctl.core.diagnostics import Diagnostic, Severity

USAGE: Final = "E021"
"""The command line cannot be understood."""

_NO_SOURCES: Final[Mapping[str, str]] = MappingProxyType({})


class CommandError(Exception):
    """Ends a command. ``sources`` are the texts that the diagnostics point into; ``exit_code`` is the process's."""

    def __init__(
        self, diagnostics: Sequence[Diagnostic], *, sources: Mapping[str, str] = _NO_SOURCES, exit_code: int = 2
    ) -> None:
        super().__init__("; ".join(diagnostic.message for diagnostic in diagnostics))
        self.diagnostics = tuple(diagnostics)
        self.sources = sources
        self.exit_code = exit_code


def failed(code: str, message: str, help: str) -> CommandError:
    """One error without a place in a file, with the way out."""
    return CommandError([Diagnostic(code, Severity.ERROR, message, help=help)])


def usage(message: str, help: str) -> CommandError:
    """The command line cannot be understood: what is wrong with it, and what to write instead."""
    return failed(USAGE, message, help)


def problem_of(error: OSError) -> str:
    """What the system says about a file, in lower case: ``no such file or directory``."""
    said = error.strerror or type(error).__name__
    return said[:1].lower() + said[1:]
