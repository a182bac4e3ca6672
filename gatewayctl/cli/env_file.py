"""``--env-file``: variables from a file, one ``NAME=value`` a line, as ``.env`` files are written.

``#`` begins a comment, ``export`` before a name is passed over. A value in single quotes is taken as it is, in double
quotes ``\\n``, ``\\"``, ``\\\\`` are escapes; without quotes it ends at `` #``. Nothing is expanded.
"""

import re
from pathlib import Path
from typing import Final

from gatewayctl.cli.errors import CommandError, failed, problem_of
from gatewayctl.core.diagnostics import Diagnostic, Severity, Span

_CODE: Final = "E023"
_LINE: Final = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_SINGLE: Final = re.compile(r"'([^']*)'\s*(?:#.*)?")
_DOUBLE: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?')
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}


def read_env_file(name: str) -> dict[str, str]:
    """The variables in that file. Raises CommandError with all lines that make no sense; values are never shown."""
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise failed(
            "E023", f"{name} cannot be read: {problem_of(error)}", "check the name given to --env-file"
        ) from None
    except UnicodeDecodeError:
        raise failed("E023", f"{name} is not UTF-8", "save it as UTF-8") from None
    variables: dict[str, str] = {}
    bad: list[Diagnostic] = []
    for number, line in enumerate(text.splitlines(), 1):
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        match = _LINE.fullmatch(written)
        value = _value(match[2]) if match else None
        if match is None or value is None:
            way_out = "write NAME=value" if match is None else "close the quote"
            message = "this line is no variable" if match is None else f"the value of {match[1]} has an open quote"
            bad.append(Diagnostic(_CODE, Severity.ERROR, message, Span(name, number), help=way_out))
        else:
            variables[match[1]] = value
    if bad:
        raise CommandError(bad)
    return variables


def _value(written: str) -> str | None:
    """The value that is written; None for one whose quotes do not close."""
    if written.startswith("'"):
        match = _SINGLE.fullmatch(written)
        return match[1] if match else None
    if written.startswith('"'):
        match = _DOUBLE.fullmatch(written)
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), match[1]) if match else None
    return re.sub(r"(?:^|\s+)#.*", "", written)
