"""Lines with what stands behind them: comments of neighbouring lines begin in one column."""

from collections.abc import Iterable
from typing import Final

from gatewayctl.core.frozen import mutable

GAP: Final = 2
"""Blanks between a line and the comment behind it."""


@mutable
class Line:
    """One entry as it is written, over one or several lines of text, and the comment behind its end."""

    text: str
    comment: str = ""

    @property
    def width(self) -> int:
        """Characters in its last line."""
        return len(self.text) - self.text.rfind("\n") - 1


def joined(lines: Iterable[Line]) -> str:
    """The text of lines that follow each other; runs of commented lines have their comments in one column."""
    written: list[str] = []
    run: list[Line] = []
    for line in [*lines, Line("")]:
        if line.comment and line.text.strip() and "\n" not in line.text:
            run.append(line)
            continue
        written += _run(run)
        run = []
        written.append(_alone(line))
    return "\n".join(written[:-1])


def _run(lines: list[Line]) -> list[str]:
    column = max((line.width for line in lines), default=0) + GAP
    return [f"{line.text.ljust(column)}{line.comment}" for line in lines]


def _alone(line: Line) -> str:
    if not line.comment:
        return line.text
    return f"{line.text}{' ' * GAP}{line.comment}" if line.text.strip() else f"{line.text}{line.comment}"
