"""SARIF 2.1.0 (OASIS), for code scanning: one run, its rules being the diagnostic codes that were found."""

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from gatewayctl import __version__
from gatewayctl.cli.reports.base import Checked, all_found, by_severity
from gatewayctl.core.diagnostics import Diagnostic, Span

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def report(checked: Sequence[Checked]) -> str:
    """The whole log."""
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run_of(checked)]}, indent=2)


def run_of(checked: Sequence[Checked]) -> dict[str, Any]:
    """Its one run."""
    found = list(all_found(checked))
    codes = sorted({diagnostic.code for diagnostic in found})
    driver = {
        "name": "gatewayctl",
        "version": __version__,
        "rules": [{"id": code, "shortDescription": {"text": checked[0].by.meanings[code]}} for code in codes],
    }
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes) for diagnostic in found],
    }


def _result(found: Diagnostic, codes: Sequence[str]) -> dict[str, Any]:
    label = f" ({found.label})" if found.label else ""
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": codes.index(found.code),
        "level": by_severity(found, "error", "warning", "note"),
        "message": {"text": f"{found.message}{label}" + (f"\n{found.help}" if found.help else "")},
    }
    if found.span is not None:
        result["locations"] = [{"physicalLocation": _place(found.span)}]
    if found.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _place(related.span), "message": {"text": related.message}}
            for number, related in enumerate(found.related, 1)
        ]
    return result


def _place(span: Span) -> dict[str, Any]:
    path = PurePath(span.file)
    place: dict[str, Any] = {
        "artifactLocation": {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}
    }
    if span.line:
        place["region"] = {"startLine": span.line}
        if span.column:
            place["region"] |= {"startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    return place
