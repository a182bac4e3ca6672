"""Markdown for a comment on a pull request: the verdict, then a table of what was found."""

import re
from collections.abc import Sequence
from typing import Final

from gatewayctl.cli.problems import counted
from gatewayctl.cli.reports.base import Checked, all_found
from gatewayctl.core.diagnostics import Diagnostic

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>|#~])")


def report(checked: Sequence[Checked]) -> str:
    """A heading, a line for each configuration, and the table."""
    bad = sum(not one.ok for one in checked)
    by = checked[0].by
    lines = [f"### Configuration: {by.bad if bad else by.good}", ""]
    for one in checked:
        noted = counted(one.diagnostics)
        about = ", ".join(part for part in (one.size if one.ok else "", noted) if part)
        lines.append(f"- {code(one.name)}: {by.good if one.ok else f'**{by.bad}**'}{f', {about}' if about else ''}")
    found = list(all_found(checked))
    if found:
        lines += ["", *table(["", "where", "what", "way out"], map(_row, found))]
    return "\n".join(lines)


def _row(found: Diagnostic) -> list[str]:
    label = f" ({found.label})" if found.label else ""
    return [
        f"{found.severity.value} {code(found.code)}",
        code(str(found.span)) if found.span else "",
        plain(found.message + label),
        plain(found.help),
    ]


def table(headings: Sequence[str], rows: "Sequence[Sequence[str]] | map[list[str]]") -> list[str]:
    """The lines of a table; the cells are Markdown already."""
    lines = [f"| {' | '.join(headings)} |", f"|{' --- |' * len(headings)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def plain(text: str) -> str:
    """Text in which nothing is taken for markup, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Text in a fixed font, fit for the cell of a table."""
    fence = "``" if "`" in text else "`"
    space = " " if "`" in text else ""
    return f"{fence}{space}{' '.join(text.split())}{space}{fence}".replace("|", "\\|")
