"""Diagnostics as a command shows them: drawn with their carets, on one line each, or as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gatewayctl.cli.styles import Style
from gatewayctl.core.diagnostics import Diagnostic, Severity, place_members
from gatewayctl.core.snippet import render


def drawn(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], style: Style) -> str:
    """Each with its place and caret, an empty line between two."""
    return "\n\n".join(render(diagnostic, sources, style=style) for diagnostic in diagnostics)


def on_one_line(diagnostic: Diagnostic, style: Style) -> str:
    """``note[W401] gateway.toml:3:9: the environment variable PORT is not set; checked with a placeholder``."""
    title = style.severity(diagnostic.severity, f"{diagnostic.severity.value}[{diagnostic.code}]")
    place = f" {diagnostic.span}" if diagnostic.span else ""
    return f"{title}{place}: {diagnostic.message}"


def counted(diagnostics: Sequence[Diagnostic]) -> str:
    """``2 errors, 1 warning``; empty where there are none."""
    counts = [(sum(d.severity is severity for d in diagnostics), severity.value) for severity in Severity]
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)


def document(diagnostics: Sequence[Diagnostic], *, ok: bool) -> dict[str, Any]:
    """What ``schemas/diagnostics.schema.json`` describes, but for ``format_version``."""
    return {"ok": ok, "diagnostics": [as_data(diagnostic) for diagnostic in diagnostics]}


def as_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """One diagnostic as JSON-able data; places are null where it has none."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        **place_members(diagnostic.span),
        "label": diagnostic.label,
        "help": diagnostic.help,
        "related": [{"message": related.message, **place_members(related.span)} for related in diagnostic.related],
    }
