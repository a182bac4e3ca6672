"""Tables and lists in plain text: aligned columns where they fit, one block a row where a terminal is too narrow.

What goes to a pipe or a file is never cut, wrapped or left out, so that it can be searched and compared.
"""

from collections.abc import Sequence
from typing import Final

from gatewayctl.cli.styles import Style
from gatewayctl.core.snippet import cells
from gatewayctl.routetest.visible import visible

_GAP: Final = "  "
NOTHING: Final = "-"
"""What stands in a cell that has nothing to say."""


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, width: int | None, style: Style) -> str:
    """The rows under their headings; the first column holds names. ``width`` None: not for a terminal."""
    shown = [[visible(cell) or NOTHING for cell in row] for row in rows]
    if width is not None:
        kept = [i for i, _ in enumerate(headings) if i == 0 or any(row[i] != NOTHING for row in shown)]
        headings = [headings[i] for i in kept]
        shown = [[row[i] for i in kept] for row in shown]
    sizes = [max(cells(cell) for cell in column) for column in zip(headings, *shown, strict=True)]
    if width is not None and sum(sizes) + len(_GAP) * (len(sizes) - 1) > width:
        return _blocks(headings, shown, style)
    lines = [style.faint(_line(headings, sizes))]
    for row in shown:
        first = row[0] + " " * (sizes[0] - cells(row[0]))
        line = _line([first, *row[1:]], sizes)
        lines.append(style.name(first.rstrip()) + line[len(first.rstrip()) :])
    return "\n".join(lines)


def _line(row: Sequence[str], sizes: Sequence[int]) -> str:
    return _GAP.join(cell + " " * (size - cells(cell)) for cell, size in zip(row, sizes, strict=True)).rstrip()


def _blocks(headings: Sequence[str], rows: Sequence[Sequence[str]], style: Style) -> str:
    """One block a row: the name, then what the other columns say, each on its line."""
    label = max(len(heading) for heading in headings)
    blocks = []
    for row in rows:
        lines = [style.name(row[0])]
        lines += [
            f"  {style.faint(heading.ljust(label))}  {cell}"
            for heading, cell in zip(headings[1:], row[1:], strict=True)
            if cell != NOTHING
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
