"""The file that holds the process id while the gateway runs, for scripts and ``gatewayctl reload``."""

import os
from pathlib import Path

from gatewayctl.core.diagnostics import Diagnostic, Severity, Span


class CannotStart(Exception):  # noqa: N818
    """Something that the gateway needs is not to be had; ``diagnostic`` says what."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class PidFile:
    """One that another process left behind is written over: that our listeners are open shows that it does not run."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._text = f"{os.getpid()}\n"
        self._written = False

    def write(self) -> None:
        """Writes it. Raises CannotStart."""
        try:
            self._path.write_text(self._text)
        except OSError as error:
            message = f"the pid file {self._path} cannot be written: {error.strerror or error}"
            place = Span(str(self._path))
            raise CannotStart(
                Diagnostic("E526", Severity.ERROR, message, place, "", "make its directory, or choose another path")
            ) from None
        self._written = True

    def remove(self) -> None:
        """Removes what was written, unless another gateway has written over it since."""
        try:
            if self._written and self._path.read_text() == self._text:
                self._path.unlink()
        except OSError:
            return  # somebody else has removed it, or its directory cannot be written any more: it is stale then
