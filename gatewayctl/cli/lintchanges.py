"""What lint says of a change, in the formats of ``gatewayctl diff``: findings introduced, fixed and unchanged."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gatewayctl.cli.reports import Checked, Checking
from gatewayctl.cli.reports.base import by_severity, whole
from gatewayctl.cli.styles import Style
from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.comparing import Comparison, compare

if TYPE_CHECKING:
    from gatewayctl.cli.sides import Sides
    from gatewayctl.diff import Side
    from gatewayctl.lint import Finding

_MARKS = {"introduced": "introduced", "fixed": "fixed     "}


def lint_changes(sides: "Sides", old: "Side", new: "Side") -> Comparison | None:
    """The findings of both sides compared. None where a side has no texts: what runs in a gateway has no comments, and
    says nothing of how a secret is written."""
    from gatewayctl.lint import choose, run

    if not (old.written and new.written):
        return None
    rules = choose()
    return compare(
        run(old.loaded, sides.plan_of(old), rules),
        run(new.loaded, sides.plan_of(new), rules),
    )


def summary(changes: Comparison) -> str:
    """``1 introduced, 2 fixed, 3 unchanged``, without what there is none of."""
    counts = (("introduced", changes.introduced), ("fixed", changes.fixed), ("unchanged", changes.unchanged))
    return ", ".join(f"{len(findings)} {word}" for word, findings in counts if findings)


def text(changes: Comparison, style: Style) -> str:
    """A block of lines; empty where nothing is found on either side."""
    if not changes:
        return ""
    lines = [f"{style.strong('lint')}: {summary(changes)}"]
    for word, finding, old in _told(changes):
        told = finding.diagnostic
        title = f"{told.severity.value}[{told.code}]"
        title = style.severity(told.severity, title) if not old else style.good(title)
        place = f"{told.span}{' (old)' if old else ''}" if told.span is not None else ""
        lines.append(f"  {style.faint(_MARKS[word])}  {title} {told.message}  {style.faint(place)}".rstrip())
    return "\n".join(lines)


def markdown(changes: Comparison) -> str:
    """A section of a comment; empty where nothing is found on either side."""
    from gatewayctl.cli.reports.markdown import code, plain

    if not changes:
        return ""
    lines = [f"#### Lint: {summary(changes)}", ""]
    for word, finding, _ in _told(changes):
        told = finding.diagnostic
        place = f" ({code(str(told.span))})" if told.span is not None else ""
        way_out = f"; {plain(told.help)}" if word == "introduced" and told.help else ""
        lines.append(f"- {word}: {told.severity.value} {code(told.code)}{place} {plain(told.message)}{way_out}")
    return "\n".join(lines).rstrip("\n")


def github(changes: Comparison) -> Iterator[str]:
    """A workflow command for each finding that is introduced."""
    from gatewayctl.cli.reports.github import annotation

    for finding in changes.introduced:
        told = finding.diagnostic
        yield annotation(by_severity(told, "error", "warning", "notice"), told.code, whole(told), told.span)


def sarif_run(changes: Comparison) -> dict[str, Any]:
    """A run of SARIF whose results say how they stand to the old side (``baselineState``: new, unchanged, absent)."""
    from gatewayctl.cli.reports.sarif import run_of
    from gatewayctl.lint import all_rules

    meanings = {one.rule.code: one.title for one in all_rules()}
    by = Checking("lint", "clean", "not clean", meanings, "finding", Severity.WARNING)
    runs = []
    for state, findings in (
        ("new", changes.introduced),
        ("unchanged", changes.unchanged),
        ("absent", changes.fixed),
    ):
        made = run_of([Checked("", tuple(finding.diagnostic for finding in findings), by=by)])
        for result in made["results"]:
            result["baselineState"] = state
        runs.append(made)
    whole_run = run_of([Checked("", tuple(f.diagnostic for f in _all(changes)), by=by)])
    whole_run["tool"]["driver"]["name"] = "gatewayctl lint"
    whole_run["results"] = [result for made in runs for result in made["results"]]
    codes = [rule["id"] for rule in whole_run["tool"]["driver"]["rules"]]
    for result in whole_run["results"]:
        result["ruleIndex"] = codes.index(result["ruleId"])
    return whole_run


def data(changes: Comparison | None) -> dict[str, Any] | None:
    """As JSON-able data; null where the sides have no texts to lint."""
    from gatewayctl.lint.document import findings_data

    if changes is None:
        return None
    return {
        "introduced": findings_data(changes.introduced),
        "fixed": findings_data(changes.fixed),
        "unchanged": findings_data(changes.unchanged),
    }


def _told(changes: Comparison) -> "Iterator[tuple[str, Finding, bool]]":
    """What is worth a line: the word, the finding, and whether its place is on the old side."""
    yield from (("introduced", finding, False) for finding in changes.introduced)
    yield from (("fixed", finding, True) for finding in changes.fixed)


def _all(changes: Comparison) -> "tuple[Finding, ...]":
    return (*changes.introduced, *changes.unchanged, *changes.fixed)
