"""One shape for everything that can be wrong with a configuration: syntax, schema, references, routing, later lint.

A diagnostic says what is wrong (``message``), where (``span``) and what to do (``help``). Codes live in ``codes.py``
and are never reused. Diagnostics are data; ``snippet.py`` draws them.
"""

from collections.abc import Iterable
from enum import Enum
from operator import attrgetter
from typing import Final

from gatewayctl.core.frozen import frozen


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_ORDER: Final = attrgetter("file", "line", "column", "end_line", "end_column")


@frozen
class Span:
    """A piece of a file. Lines and columns count from 1, columns in characters; the end column is exclusive.

    ``file`` is the path as people should see it (relative where it can be). Line 0 means "the file as a whole".
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __lt__(self, other: "Span") -> bool:
        return bool(_ORDER(self) < _ORDER(other))

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


def place_members(span: Span | None) -> dict[str, str | int | None]:
    """A place as members of a JSON object; None for what is not known."""
    return {
        "file": span.file if span else None,
        "line": (span.line or None) if span else None,
        "column": (span.column or None) if span else None,
        "end_line": (span.end_line or None) if span else None,
        "end_column": (span.end_column or None) if span else None,
    }


@frozen
class Related:
    """Another place that belongs to a diagnostic: the first definition of a duplicate, the file that includes."""

    span: Span
    message: str


@frozen
class Diagnostic:
    """One finding. ``label`` is the short text behind the caret; ``help`` the way out; ``related`` other places."""

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    label: str = ""
    help: str = ""
    related: tuple[Related, ...] = ()


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them is an error."""
    return any(d.severity is Severity.ERROR for d in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by file, place and code; those without a place come first. Exact repetitions are dropped."""
    start = Span("")
    return sorted(dict.fromkeys(diagnostics), key=lambda d: (d.span or start, d.code, d.message))
