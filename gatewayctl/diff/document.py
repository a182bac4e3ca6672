"""A diff as JSON-able data: what ``schemas/diff.schema.json`` describes, but for ``format_version``."""

from collections import defaultdict
from typing import Any

from gatewayctl.core.diagnostics import Span
from gatewayctl.diff.change import Change, Diff, Request
from gatewayctl.diff.classes import Severity


def diff_data(diff: Diff) -> dict[str, Any]:
    """All changes by number, and the numbers by route, by cause and by severity."""
    by_route: dict[str, list[int]] = defaultdict(list)
    by_cause: dict[str, list[int]] = defaultdict(list)
    for number, change in enumerate(diff.changes):
        by_cause[cause_text(change)].append(number)
        for route in change.routes:
            by_route[route].append(number)
    return {
        "old": diff.old,
        "new": diff.new,
        "exact": diff.exact,
        "undecided": list(diff.bounds),
        "secrets_not_compared": list(diff.unseen),
        "pairs_left_out": diff.left_out,
        "summary": {severity.value: diff.count(severity) for severity in Severity},
        "changes": [_change(change) for change in diff.changes],
        "by_route": dict(sorted(by_route.items())),
        "by_cause": dict(sorted(by_cause.items())),
        "by_severity": {
            severity.value: [n for n, change in enumerate(diff.changes) if change.kind.severity is severity]
            for severity in Severity
        },
    }


def cause_text(change: Change) -> str:
    """The key path that a change comes from: ``routes.users.timeout``."""
    return ".".join(map(str, change.cause))


def _change(change: Change) -> dict[str, Any]:
    return {
        "code": change.code,
        "name": change.kind.name,
        "severity": change.kind.severity.value,
        "title": change.kind.title,
        "cause": cause_text(change),
        "at": {"side": change.side, **_place(change.place)},
        "detail": change.detail,
        "before": change.before,
        "now": change.now,
        "requests": [_request(request) for request in change.requests],
    }


def _place(span: Span | None) -> dict[str, Any]:
    return {
        "file": span.file if span else None,
        "line": (span.line or None) if span else None,
        "column": (span.column or None) if span else None,
    }


def _request(request: Request) -> dict[str, Any]:
    return {
        "route": request.route,
        "moved_to": request.moved,
        "decided": request.witness is not None,
        "request": request.shown or None,
        "before": request.before,
        "now": request.now,
        "also": list(request.also),
    }
