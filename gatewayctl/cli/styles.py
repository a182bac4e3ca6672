"""Colours, or none: the sixteen that every terminal has, so that a person's own palette is respected."""

from collections.abc import Mapping
from typing import Final, TextIO

from gatewayctl.core.diagnostics import Severity

_SEVERITIES: Final = {Severity.ERROR: "31;1", Severity.WARNING: "33;1", Severity.NOTE: "36;1"}


class Style:
    """Sets parts of a text off; without ``on`` every text stays as it is. Also draws for ``core.snippet``."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and text else text

    def severity(self, severity: Severity, text: str) -> str:
        """The word ``error[E104]``, and carets."""
        return self._paint(_SEVERITIES[severity], text)

    def strong(self, text: str) -> str:
        """What is to be read first."""
        return self._paint("1", text)

    def frame(self, text: str) -> str:
        """Gutters and arrows."""
        return self._paint("34", text)

    def faint(self, text: str) -> str:
        """What is there for those who look for it: places, headings of columns."""
        return self._paint("2", text)

    def good(self, text: str) -> str:
        """All is well."""
        return self._paint("32;1", text)

    def bad(self, text: str) -> str:
        """Somebody has to do something."""
        return self._paint("31;1", text)

    def warn(self, text: str) -> str:
        """Somebody should have a look."""
        return self._paint("33;1", text)

    def name(self, text: str) -> str:
        """Names of routes, services, commands."""
        return self._paint("36", text)


def coloured(choice: str, stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether to colour what goes to ``stream``: by ``--color``, NO_COLOR, FORCE_COLOR, or if it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0", "false"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"
