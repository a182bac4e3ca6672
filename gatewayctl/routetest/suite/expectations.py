"""What of a report is compared with what a case expects: one entry an expectation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from gatewayctl.core.units import format_duration
from gatewayctl.routetest.report import Report
from gatewayctl.routetest.suite.models import ExpectConfig


class Difference(NamedTuple):
    """Something that is not as expected, in words."""

    what: str
    expected: str
    actual: str


def differences(expect: ExpectConfig, report: Report) -> list[Difference]:
    """What is not as expected, in the order of the language."""
    found: list[Difference] = []
    for name, look in EXPECTATIONS.items():
        wanted = getattr(expect, name)
        if wanted is not None:
            found += look(name, wanted, report)
    return found


Look = Callable[[str, Any, Report], list[Difference]]


def _equal(actual: Callable[[Report], str]) -> Look:
    def look(name: str, wanted: Any, report: Report) -> list[Difference]:
        found = actual(report)
        return [] if found == str(wanted) else [Difference(name, _shown(str(wanted)), _shown(found))]

    return look


def _sent(attribute: str) -> Look:
    """An attribute of what is sent on."""
    return _equal(lambda report: str(getattr(report.sent, attribute) or "") if report.sent else _not_sent(report))


def _not_sent(report: Report) -> str:
    return f"(not sent on: {outcome(report)})"


def outcome(report: Report) -> str:
    """What becomes of a request, shortly: ``404 no_route``, ``sent to users``, ``308 from the gateway``."""
    if report.sent is not None:
        return f"sent to {report.sent.service}"
    return f"{report.status} {report.reason or 'from the gateway'}"


def _status(report: Report) -> str:
    return str(report.status) if report.status is not None else f"(the service decides: {outcome(report)})"


def _params(name: str, wanted: Mapping[str, str], report: Report) -> list[Difference]:
    params = dict(report.matched.params) if report.matched is not None else {}
    pairs = [(f"{name}.{key}", value, params.get(key)) for key, value in wanted.items()]
    return [Difference(key, _shown(value), _shown(found)) for key, value, found in pairs if value != found]


def _headers(name: str, wanted: Mapping[str, str | bool], report: Report) -> list[Difference]:
    if report.sent is None:
        return [Difference(name, "sent on", _not_sent(report))]
    fields: dict[str, list[str]] = {}
    for key, value in report.sent.fields:
        fields.setdefault(key.lower(), []).append(value)
    found = []
    for key, expect in wanted.items():
        actual = ", ".join(fields[key.lower()]) if key.lower() in fields else None
        fits = (actual is not None) is expect if isinstance(expect, bool) else actual == expect
        if not fits:
            words = {True: "(any value)", False: "(not there)"}
            expected = words[expect] if isinstance(expect, bool) else _shown(expect)
            found.append(Difference(f"{name}.{key}", expected, _shown(actual)))
    return found


def _allow(name: str, wanted: tuple[str, ...], report: Report) -> list[Difference]:
    if sorted(wanted) == sorted(report.allow):
        return []
    return [Difference(name, ", ".join(wanted) or "(none)", ", ".join(report.allow) or "(none)")]


def _limits(name: str, wanted: Sequence[str], report: Report) -> list[Difference]:
    expected, actual = ", ".join(sorted(wanted)), ", ".join(sorted(report.limits))
    return [] if expected == actual else [Difference(name, expected or "(none)", actual or "(none)")]


def _location(report: Report) -> str:
    fields = report.answered.fields if report.answered is not None else ()
    value = next((value for name, value in fields if name.lower() == "location"), None)
    return value if value is not None else f"(no redirect: {outcome(report)})"


def _body(report: Report) -> str:
    return report.answered.body if report.answered is not None else f"(no answer of a route: {outcome(report)})"


def _timeout(name: str, wanted: float | str, report: Report) -> list[Difference]:
    expected = "none" if isinstance(wanted, str) else format_duration(wanted)
    if report.sent is None:
        return [Difference(name, expected, _not_sent(report))]
    actual = "none" if report.sent.timeout is None else format_duration(report.sent.timeout)
    return [] if actual == expected else [Difference(name, expected, actual)]


def _auth(report: Report) -> str:
    return report.auth or "none" if report.let_in else f"(not let in: {outcome(report)})"


def _limit_keys(name: str, wanted: Mapping[str, str], report: Report) -> list[Difference]:
    keys = dict(report.limit_keys)
    found = []
    for limit, value in wanted.items():
        if keys.get(limit) != value:
            # A limit that stands behind what refuses the request counts nothing.
            without = f"(not counted: {outcome(report)})" if limit in report.limits else "(not counted by it)"
            found.append(Difference(f"{name}.{limit}", _shown(value), keys.get(limit, without) or '""'))
    return found


EXPECTATIONS: Final[Mapping[str, Look]] = {
    "route": _equal(lambda report: report.route or "none"),
    "service": _equal(lambda report: report.sent.service if report.sent else "none"),
    "params": _params,
    "upstream_path": _sent("path"),
    "upstream_query": _sent("query"),
    "headers": _headers,
    "status": _equal(_status),
    "reason": _equal(lambda report: report.reason or f"(not refused: {outcome(report)})"),
    "allow": _allow,
    "location": _equal(_location),
    "body": _equal(_body),
    "timeout": _timeout,
    "auth": _equal(_auth),
    "limits": _limits,
    "limit_keys": _limit_keys,
}
"""By the key in ``expect``, in the order in which differences are shown; every key has one."""


def _shown(value: str | None) -> str:
    return "(not there)" if value is None else value or '""'
