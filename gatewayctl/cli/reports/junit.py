"""JUnit XML, as build servers read it: a suite for everything that was checked, a case for each, a failure an error."""

from collections.abc import Iterable, Sequence
from html import escape  # xml.sax.saxutils brings a whole HTTP client with it
from typing import NamedTuple

from gatewayctl.cli.reports.base import Checked, whole
from gatewayctl.core.diagnostics import Diagnostic


class Case(NamedTuple):
    """One case: ``failure`` is its headline, empty where it passed; ``detail`` what there is to say beyond it."""

    name: str
    group: str
    file: str
    failure: str = ""
    detail: str = ""
    line: int = 0


def report(checked: Sequence[Checked]) -> str:
    """A suite of all configurations."""
    return document([(f"gatewayctl {checked[0].by.command}", [_case(one) for one in checked])])


def document(suites: Iterable[tuple[str, Sequence[Case]]]) -> str:
    """The XML of suites, each with a name and its cases."""
    suites = list(suites)
    cases = [case for _, inside in suites for case in inside]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_counts(cases)}>"]
    for name, inside in suites:
        lines.append(f"  <testsuite name={_attribute(name)} {_counts(inside)}>")
        for case in inside:
            lines += _lines(case)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"])


def _case(one: Checked) -> Case:
    wrong, by = one.failures, one.by
    if not wrong:
        return Case(one.name, by.command, one.name)
    noun = by.noun if len(wrong) == 1 else f"{by.noun}s"
    return Case(one.name, by.command, one.name, f"{len(wrong)} {noun}", "\n".join(map(_line, wrong)))


def _line(found: Diagnostic) -> str:
    return f"{found.code} {found.span or ''}: {whole(found)}"


def _lines(case: Case) -> list[str]:
    line = f" line={_attribute(str(case.line))}" if case.line else ""
    start = f"    <testcase name={_attribute(case.name)} classname={_attribute(case.group)} file={_attribute(case.file)}{line}"
    if not case.failure:
        return [f"{start}/>"]
    failure = f"<failure message={_attribute(case.failure)}>{escape(_fit(case.detail), quote=False)}</failure>"
    return [f"{start}>", f"      {failure}", "    </testcase>"]


def _counts(cases: Sequence[Case]) -> str:
    return f'tests="{len(cases)}" failures="{sum(bool(case.failure) for case in cases)}" errors="0"'


def _attribute(text: str) -> str:
    escaped = escape(_fit(text)).replace("\n", "&#10;").replace("\t", "&#9;")
    return f'"{escaped}"'


def _fit(text: str) -> str:
    """Without what XML 1.0 cannot hold, not even escaped: control characters, lone surrogates."""
    return "".join(
        c if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff") else "�"
        for c in text
    )
