"""A replay as JSON-able data: what ``schemas/replay.schema.json`` describes, but for ``format_version``."""

from typing import Any

from gatewayctl.diff.classes import CLASSES, Severity
from gatewayctl.diff.difference import Difference
from gatewayctl.replay.reading import LogReading
from gatewayctl.replay.replaying import Counted, Replay
from gatewayctl.routetest.visible import visible


def log_data(name: str, reading: LogReading) -> dict[str, Any]:
    """What was read of a log."""
    return {
        "name": name,
        "lines": reading.lines,
        "requests": reading.requests,
        "broken": reading.broken,
        "without_request": reading.empty,
        "without_host": reading.without_host,
        "first_broken": [
            {"line": one.number, "text": visible(one.text), "problem": one.problem} for one in reading.first_broken
        ],
        "ended": reading.ended or None,
    }


def replay_data(replay: Replay, name: str, reading: LogReading) -> dict[str, Any]:
    """All kinds of change, the worst first."""
    found = replay.found()
    return {
        "log": log_data(name, reading),
        "old": replay.old.label,
        "new": replay.new.label,
        "requests": replay.requests,
        "changed": replay.changed,
        "summary": {
            severity.value: sum(counted.kind.kind.severity is severity for counted in found) for severity in Severity
        },
        "changes": [_change(counted) for counted in found],
        "not_of_single_requests": [_whole(difference) for difference in replay.whole],
        "unknown": {
            "routes_by_header": replay.header_routes,
            "routes_by_query": replay.query_routes,
            "requests_with_masked_query": replay.masked,
            "requests_of_further_kinds": replay.left_out,
        },
    }


def _change(counted: Counted) -> dict[str, Any]:
    kind, its_class = counted.kind, counted.kind.kind
    return {
        "code": its_class.code,
        "name": its_class.name,
        "severity": its_class.severity.value,
        "title": its_class.title,
        "what": kind.what,
        "before": kind.before,
        "now": kind.now,
        "requests": counted.requests,
        "samples": [
            {"line": sample.line, "request": visible(sample.request), "before": sample.before, "now": sample.now}
            for sample in counted.samples
        ],
    }


def _whole(difference: Difference) -> dict[str, Any]:
    kind = CLASSES[difference.code]
    return {
        "code": kind.code,
        "name": kind.name,
        "severity": kind.severity.value,
        "what": difference.detail,
        "before": difference.before,
        "now": difference.now,
    }
