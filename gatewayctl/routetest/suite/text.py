"""A failed case in words: expected and actual side by side, then the explanation of what happens to the request."""

from collections.abc import Sequence

from gatewayctl.core.snippet import cells
from gatewayctl.routetest.suite.coverage import Coverage
from gatewayctl.routetest.suite.expectations import Difference
from gatewayctl.routetest.suite.running import Result
from gatewayctl.routetest.text import Style, explanation_text
from gatewayctl.routetest.visible import visible

_INDENT = "    "


def failure_text(file: str, result: Result, *, width: int | None, style: Style) -> str:
    """The case, what differs, and the chain."""
    line = f":{result.case.span.line}" if result.case.span else ""
    head = f"{style.bad('failed')} {style.strong(visible(result.case.name))}  {style.faint(f'{file}{line}')}"
    inner = None if width is None else max(width - len(_INDENT), 20)
    chain = explanation_text(result.report, width=inner, style=style)
    indented = "\n".join(f"{_INDENT}{text}".rstrip() for text in chain.split("\n"))
    return f"{head}\n{differences_text(result.differences, width=width, style=style)}\n\n{indented}"


def differences_text(differences: Sequence[Difference], *, width: int | None, style: Style) -> str:
    """A table of three columns; on a narrow terminal the two values stand below each other."""
    rows = [("", "expected", "actual"), *(tuple(map(visible, found)) for found in differences)]
    sizes = [max(cells(row[at]) for row in rows) for at in range(3)]
    lines = []
    narrow = width is not None and sum(sizes) + 8 > width
    for number, (what, expected, actual) in enumerate(rows):
        if narrow:
            if number:
                lines += [f"  {what}", f"    expected  {style.good(expected)}", f"    actual    {style.bad(actual)}"]
            continue
        first, second = what.ljust(sizes[0]), expected + " " * (sizes[1] - cells(expected))
        if number:
            lines.append(f"  {first}  {style.good(second)}  {style.bad(actual)}")
        else:
            lines.append(f"  {first}  {style.faint(second)}  {style.faint(actual)}".rstrip())
    return "\n".join(lines)


def coverage_text(coverage: Coverage, style: Style) -> str:
    """``coverage: 5 of 6 routes, 1 of 1 policies, 86 %``, and what is missing with its place."""
    parts = []
    for routes, noun in ((True, "routes"), (False, "policies")):
        items = coverage.of(routes=routes)
        if items:
            parts.append(f"{sum(item.met for item in items)} of {len(items)} {noun}")
    lines = [f"coverage: {', '.join(parts) or 'nothing to cover'}, {coverage.percent:.0f} %"]
    size = max((len(f"{item.section}.{item.name}") for item in coverage.missing), default=0)
    lines += [
        f"  not exercised: {f'{item.section}.{item.name}'.ljust(size)}  {style.faint(str(item.at))}"
        for item in coverage.missing
    ]
    return "\n".join(lines)
