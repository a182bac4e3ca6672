"""A report in words: what becomes of the request first, then why, each line with the place that says so."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, Protocol

from gatewayctl.core.snippet import cells
from gatewayctl.core.units import format_duration
from gatewayctl.routetest.places import Place
from gatewayctl.routetest.report import GATEWAY, SERVICE, Matched, Near, Policy, Report, Sent, candidates
from gatewayctl.routetest.visible import visible

_WIDEST: Final = 80
"""Cells of a label and its text up to which the places stand in one column."""


class Style(Protocol):
    """How parts are set off."""

    def strong(self, text: str) -> str: ...
    def faint(self, text: str) -> str: ...
    def good(self, text: str) -> str: ...
    def bad(self, text: str) -> str: ...
    def name(self, text: str) -> str: ...


class Row(NamedTuple):
    """One line: a label in its column, a text, a place. An empty label belongs to the one above it."""

    label: str
    text: str
    at: Place | None = None


class Section(NamedTuple):
    title: str
    rows: list[Row]

    @property
    def label(self) -> int:
        """The width of the column of labels."""
        return max(cells(row.label) for row in self.rows)


def report_text(report: Report, *, width: int | None, style: Style) -> str:
    """The whole report. ``width``: cells of the terminal, None for a pipe or a file."""
    return _written(report, _sections(report), width, style)


def explanation_text(report: Report, *, width: int | None, style: Style) -> str:
    """The same for ``explain``: all candidates first, and each policy, there or not."""
    return _written(report, _explanation(report), width, style)


def _written(report: Report, of: Iterable[Section], width: int | None, style: Style) -> str:
    sections = [section for section in of if section.rows]
    placed = [(s.label + cells(row.text), cells(str(row.at))) for s in sections for row in s.rows if row.at is not None]
    column = max((size for size, _ in placed if size <= _WIDEST), default=0)
    if width is not None and any(size + place + 6 > width for size, place in placed):
        column = -1  # too narrow: each place on a line of its own
    pieces = [_headline(report, style)]
    for section in sections:
        lines = [style.strong(section.title)]
        for row in section.rows:
            lines += _lines(row, section.label, column, style)
        pieces.append("\n".join(lines))
    return "\n\n".join(pieces)


def _lines(row: Row, label: int, column: int, style: Style) -> Iterator[str]:
    first = f"  {style.faint(row.label)}{' ' * (label - cells(row.label))}  {visible(row.text)}"
    if row.at is None:
        yield first.rstrip()
    elif column < 0:
        yield first.rstrip()
        yield f"  {' ' * label}    {style.faint(str(row.at))}"
    else:
        yield f"{first}{' ' * max(0, column - label - cells(row.text))}  {style.faint(str(row.at))}"


def _headline(report: Report, style: Style) -> str:
    route = style.name(report.route)
    if report.outcome == SERVICE and report.sent is not None:
        service = style.name(report.sent.service)
        verdict = f"{style.good('taken')} by route {route} and sent to service {service}"
    elif report.outcome == GATEWAY and report.route:
        verdict = f"{style.good('taken')} by route {route}, which answers {report.status} itself"
    elif report.outcome == GATEWAY:
        verdict = f"{style.good('answered')} with {report.status} by the gateway itself: {report.detail}"
    else:
        by = f", after route {route} took it" if report.route else ""
        verdict = f"{style.bad('refused')} with {report.status} {report.reason}{by}: {visible(report.detail)}"
    lines = [style.strong(visible(f"{report.asked.method} {report.asked.url}")), f"  {verdict}"]
    if report.allow:
        lines.append(f"  Allow: {', '.join(report.allow)}")
    if report.path and report.path != report.asked.target.partition("?")[0] and not report.route:
        lines.append(f"  read as {visible(report.path)}")
    return "\n".join(lines)


def _sections(report: Report) -> Iterator[Section]:
    if report.matched is not None:
        yield Section("matched", _matched(report, report.matched))
    if report.sent is not None:
        yield Section("sent", _sent(report.sent))
    if report.answered is not None:
        rows = [Row("status", str(report.answered.status))]
        rows += [Row("header", f"{name}: {value}") for name, value in report.answered.fields]
        if report.answered.body:
            rows.append(Row("body", _shortened(report.answered.body)))
        yield Section("answered", rows)
    if report.route:
        yield Section("steps", list(_steps(report)))
    yield Section("match too, but come later", list(_others(report.beaten)))
    if report.route:
        return
    ambiguous = report.reason == "ambiguous_path"
    yield Section("could also be read as" if ambiguous else "came near", list(_others(report.near)))


def _explanation(report: Report) -> Iterator[Section]:
    rows = []
    for candidate in candidates(report):
        reason = f": {candidate.reason}" if candidate.reason else ""
        rows.append(Row(candidate.route, f"{candidate.verdict}{reason}", candidate.at))
    yield Section("candidates", rows)
    if report.matched is not None:
        yield Section("matched", _matched(report, report.matched))
    if report.sent is not None:
        yield Section("sent", _sent(report.sent))
    yield Section("policies", list(_policies(report.policies)))
    yield Section("steps", list(_steps(report)))


def _policies(policies: Iterable[Policy]) -> Iterator[Row]:
    for policy in policies:
        first, *more = policy.does
        yield Row(policy.name, first, policy.at)
        yield from (Row("", text) for text in more)


def _matched(report: Report, matched: Matched) -> list[Row]:
    return [
        Row("route", report.route, report.route_at),
        Row("path", matched.pattern, matched.pattern_at),
        *(Row("parameter", f"{name} = {value}") for name, value in matched.params),
        Row("host", matched.host or "any", matched.host_at),
        Row(
            "method",
            matched.how if matched.methods == "*" else f"{matched.how} in {matched.methods}",
            matched.methods_at,
        ),
        *(Row("condition", condition) for condition in matched.conditions),
        Row("priority", str(matched.priority), matched.priority_at),
    ]


def _sent(sent: Sent) -> list[Row]:
    count = len(sent.instances)
    whom = f"{count} instance{'' if count == 1 else 's'}" if count else "what discovery finds"
    over = f", {sent.load_balancer} over {whom}"
    rows = [Row("service", sent.service + over, sent.service_at)]
    for instance in sent.instances:
        notes = [f"weight {instance.weight}"] if instance.weight != 1 else []
        notes += [instance.status] if instance.status != "up" else []
        rows.append(Row("instance", "  ".join([instance.id, instance.url or "built-in echo", *notes])))
    within = "none" if sent.timeout is None else f"{format_duration(sent.timeout)} to the head of the response"
    rows += [
        Row("request", f"{sent.method} {sent.target}", sent.path_at),
        Row("host", sent.host, sent.host_at),
        Row("timeout", within, sent.timeout_at),
        *(Row("", f"{name} {format_duration(seconds)}", at) for name, seconds, at in sent.service_timeouts),
    ]
    if sent.upgrades:
        rows.append(Row("upgrades", ", ".join(sent.upgrades), sent.upgrades_at))
    return rows


def _steps(report: Report) -> Iterator[Row]:
    for number, step in enumerate((step for step in report.steps if step.reached), 1):
        first, *more = step.does or ("",)
        yield Row(f"{number:>2} {step.name}", first, step.at)
        yield from (Row("", text) for text in more)


def _others(others: Iterable[Near]) -> Iterator[Row]:
    for near in others:
        yield Row(near.route, near.reason, near.at)


def _shortened(body: str) -> str:
    line = body.rstrip("\n")
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"
