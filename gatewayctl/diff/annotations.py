"""A diff for machines that show it beside the code: GitHub's workflow commands, and SARIF 2.1.0."""

from collections.abc import Iterator
from typing import Any, Final

from gatewayctl.diff.change import Change, Diff
from gatewayctl.diff.classes import CLASSES, Severity
from gatewayctl.diff.document import cause_text

_COMMANDS: Final = {Severity.SECURITY: "error", Severity.BREAKING: "warning", Severity.SAFE: "notice"}
_LEVELS: Final = {Severity.SECURITY: "error", Severity.BREAKING: "warning", Severity.SAFE: "note"}
SARIF: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def message(change: Change) -> str:
    """One change in one line."""
    said = f"{change.kind.title}: {change.detail}: {change.before} → {change.now}"
    first = next((request for request in change.requests if request.witness is not None), None)
    if first is None:
        return said
    more = len(change.requests) - 1
    others = f" (and {more} more route{'' if more == 1 else 's'})" if more else ""
    return f"{said}; such as {first.shown}{others}"


def github(diff: Diff) -> Iterator[str]:
    """A workflow command for each change."""
    for change in diff.changes:
        place = []
        if change.place is not None and change.side == "new":
            place.append(f"file={_property(change.place.file)}")
            if change.place.line:
                place.append(f"line={change.place.line}")
                place.append(f"col={max(change.place.column, 1)}")
        place.append(f"title={_property(f'{change.code} {change.kind.name}')}")
        yield f"::{_COMMANDS[change.kind.severity]} {','.join(place)}::{_data(message(change))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(diff: Diff, version: str) -> dict[str, Any]:
    """A SARIF log with one run."""
    used = sorted({change.code for change in diff.changes})
    rules = [
        {
            "id": code,
            "name": "".join(word.capitalize() for word in CLASSES[code].name.split("-")),
            "shortDescription": {"text": CLASSES[code].title},
            "defaultConfiguration": {"level": _LEVELS[CLASSES[code].severity]},
            "properties": {"tags": [CLASSES[code].severity.value]},
        }
        for code in used
    ]
    driver = {"name": "gatewayctl diff", "version": version, "rules": rules}
    results = [_result(change, used.index(change.code)) for change in diff.changes]
    return {"$schema": SARIF, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(change: Change, rule: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": change.code,
        "ruleIndex": rule,
        "level": _LEVELS[change.kind.severity],
        "message": {"text": message(change)},
        "partialFingerprints": {"change/v1": f"{change.code}:{cause_text(change)}:{change.detail}"},
    }
    if change.place is not None and change.side == "new":
        region = {"startLine": max(change.place.line, 1), "startColumn": max(change.place.column, 1)}
        uri = change.place.file.replace("\\", "/")
        made["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}]
    return made
