"""Annotations of GitHub Actions: workflow commands on standard output, which mark the lines of a pull request."""

from collections.abc import Sequence
from typing import Final

from gatewayctl.cli.reports.base import Checked, all_found, by_severity, whole
from gatewayctl.core.diagnostics import Diagnostic, Span

_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = {**_DATA, **str.maketrans({":": "%3A", ",": "%2C"})}


def report(checked: Sequence[Checked]) -> str:
    """One command a diagnostic, then a line for the log of the job."""
    wrong = sum(not one.ok for one in checked)
    end = f"{len(checked)} checked, {wrong} {checked[0].by.bad}"
    return "\n".join([*map(_annotation, all_found(checked)), end])


def _annotation(diagnostic: Diagnostic) -> str:
    word = by_severity(diagnostic, "error", "warning", "notice")
    return annotation(word, diagnostic.code, whole(diagnostic), diagnostic.span)


def annotation(word: str, title: str, message: str, span: Span | None) -> str:
    """``::error file=…,line=…,title=…::message``; ``word`` is error, warning or notice."""
    place: dict[str, object] = {}
    if span is not None:
        place["file"] = span.file
        if span.line:
            place |= {"line": span.line, "endLine": span.end_line or span.line}
        if span.column:
            place |= {"col": span.column, "endColumn": span.end_column}
    properties = ",".join(
        f"{name}={str(value).translate(_PROPERTY)}" for name, value in (place | {"title": title}).items()
    )
    return f"::{word} {properties}::{message.translate(_DATA)}"
