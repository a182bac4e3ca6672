"""Where a command writes: results to standard output or ``-o FILE``, everything else to standard error.

Results that go to a file or a pipe are plain and stable; on a terminal they may be coloured and know its width. Where
the output is not UTF-8, everything is ASCII.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TextIO

from gatewayctl.cli.errors import failed, problem_of
from gatewayctl.cli.styles import Style, coloured

_PLAIN: Final = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "→": "->", "←": "<-", "“": '"', "”": '"', "‘": "'", "’": "'", "·": "-", "×": "x"}
)
NARROWEST: Final = 20
"""Cells below which a terminal's width is not believed."""


class Console:
    """``color`` is auto, always or never; ``output`` a file for the results, None or ``-`` for standard output."""

    def __init__(
        self,
        *,
        color: str = "auto",
        output: str | None = None,
        environ: Mapping[str, str] = os.environ,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._file = None if output in (None, "-") else Path(str(output))
        self._pieces: list[str] = []
        self._environ = environ
        auto_off = color == "auto" and self._file is not None
        self.style = Style(not auto_off and coloured(color, self._out, environ))
        """For results."""
        self.hint_style = Style(coloured(color, self._err, environ))
        """For what goes to standard error."""

    @property
    def width(self) -> int | None:
        """How many cells a line of results may take; None where they do not go to a terminal."""
        if self._file is not None or not self._out.isatty():
            return None
        columns = shutil.get_terminal_size().columns
        return columns if columns >= NARROWEST else None

    @property
    def on_terminal(self) -> bool:
        """Whether a person is looking at the results."""
        return self._file is None and self._out.isatty()

    @property
    def ascii_only(self) -> bool:
        """Whether results must be ASCII."""
        return self._file is None and ascii_only(self._out, self._environ)

    def print(self, text: str = "") -> None:
        """A piece of the result, with a line feed behind it."""
        if self._file is not None:
            self._pieces.append(text + "\n")
            return
        self._write(self._out, text)

    def hint(self, text: str = "") -> None:
        """Something for the person at the keyboard, to standard error."""
        self._out.flush()  # so that the two come out in the order they were written
        self._write(self._err, text)

    def finish(self) -> None:
        """All has been written: the file of ``-o`` takes its place at once, or not at all."""
        if self._file is None:
            self._out.flush()
            return
        fresh = self._file.with_name(self._file.name + ".part")
        try:
            fresh.write_text("".join(self._pieces), encoding="utf-8")
            fresh.replace(self._file)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            where = "name a directory that is there" if not self._file.parent.is_dir() else "choose another file"
            raise failed("E022", f"{self._file} cannot be written: {problem_of(error)}", where) from None

    def _write(self, stream: TextIO, text: str) -> None:
        if ascii_only(stream, self._environ):
            text = to_ascii(text)
        try:
            stream.write(text + "\n")
        except BrokenPipeError:
            raise
        except OSError as error:
            raise failed("E022", f"the output cannot be written: {problem_of(error)}", "make room for it") from None


def ascii_only(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether a stream takes ASCII only: its encoding is not UTF-8, or the locale says C on purpose."""
    encoding = (stream.encoding or "ascii").lower().replace("-", "").replace("_", "")
    if encoding != "utf8":
        return True
    if environ.get("PYTHONUTF8") == "1" or environ.get("PYTHONIOENCODING"):
        return False  # somebody has said which encoding it is
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    return locale in ("C", "POSIX")


def to_ascii(text: str) -> str:
    """The same text in ASCII: typographic characters by their plain kin, others escaped."""
    return text.translate(_PLAIN).encode("ascii", "backslashreplace").decode("ascii")
