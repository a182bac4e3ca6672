"""Results of route tests in the formats that other tools read."""

from collections.abc import Callable, Mapping
from typing import Final

from gatewayctl.cli.reports import github as annotations
from gatewayctl.cli.reports import junit as xml
from gatewayctl.cli.reports.markdown import code, plain, table
from gatewayctl.cli.styles import Style
from gatewayctl.cli.testing import Ran
from gatewayctl.cli.words import count
from gatewayctl.core.diagnostics import Span
from gatewayctl.routetest.suite.expectations import Difference
from gatewayctl.routetest.suite.running import Result
from gatewayctl.routetest.suite.text import failure_text


def github(ran: Ran) -> str:
    """An annotation at each case that failed, then the verdict for the log of the job."""
    lines = []
    for file, results in ran.files:
        for result in results:
            if not result.passed:
                span = result.case.span or Span(file)
                lines.append(annotations.annotation("error", result.case.name, _in_words(result), span))
    return "\n".join([*lines, verdict(ran)])


def junit(ran: Ran) -> str:
    """A suite a file, a case a case."""
    plain_style = Style(False)
    suites = [
        (
            file,
            [
                xml.Case(
                    result.case.name,
                    file,
                    file,
                    _in_words(result),
                    "" if result.passed else failure_text(file, result, width=None, style=plain_style),
                    result.case.span.line if result.case.span else 0,
                )
                for result in results
            ],
        )
        for file, results in ran.files
    ]
    return xml.document(suites)


def markdown(ran: Ran) -> str:
    """For a comment: the verdict, the cases that failed, what is not covered."""
    lines = [f"### Route tests: {verdict(ran)}"]
    rows = [
        [plain(result.case.name), code(f"{file}:{result.case.span.line if result.case.span else 1}"), *map(code, found)]
        for file, results in ran.files
        for result in results
        for found in result.differences
    ]
    if rows:
        lines += ["", *table(["case", "where", "what", "expected", "actual"], rows)]
    for name, covered in ran.coverages:
        lines += ["", f"Coverage of {code(name)}: {covered.percent:.0f} %"]
        lines += [f"- not exercised: {code(f'{item.section}.{item.name}')}" for item in covered.missing]
    return "\n".join(lines)


def verdict(ran: Ran) -> str:
    """``7 passed, 1 failed``."""
    total = len(ran.results)
    return f"{total - ran.failures} passed, {ran.failures} failed" if ran.failures else f"{count(total, 'case')} passed"


def _in_words(result: Result) -> str:
    return "; ".join(map(_difference, result.differences))


def _difference(found: Difference) -> str:
    return f"{found.what}: expected {found.expected}, got {found.actual}"


WRITERS: Final[Mapping[str, Callable[[Ran], str]]] = {"github": github, "junit": junit, "markdown": markdown}
"""By the word of ``--format``."""
