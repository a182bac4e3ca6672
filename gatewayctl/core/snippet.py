"""Draws a diagnostic with the lines it is about and a caret under the place, for a terminal or a log.

    error[E104]: unknown load balancer "round-robin"
      --> conf.d/users.toml:7:17
       |
     7 | load_balancer = "round-robin"
       |                 ^^^^^^^^^^^^^ expected one of: round_robin, weighted, random, …
       = help: did you mean "round_robin"?

Long lines are cut around the caret, tabs become spaces, wide characters count as two cells. Nothing is printed here.
"""

import unicodedata
from collections.abc import Mapping
from typing import Final, Protocol

from gatewayctl.core.diagnostics import Diagnostic, Related, Severity, Span

WIDTH: Final = 120
"""The most cells of a source line that are shown; the rest is cut off on both sides of the caret."""

_TAB: Final = "    "
_ASCII: Final = {"…": "...", "–": "-", "—": "-", "→": "->", "“": '"', "”": '"', "‘": "'", "’": "'", "·": "-"}


class Style(Protocol):
    """How parts of a drawing are set off, by colours for example."""

    def severity(self, severity: Severity, text: str) -> str:
        """The word ``error[E104]``, and the carets of the place."""

    def strong(self, text: str) -> str:
        """The message."""

    def frame(self, text: str) -> str:
        """Gutter, arrow and line numbers."""


class Plain:
    """No setting off."""

    def severity(self, severity: Severity, text: str) -> str:
        return text

    def strong(self, text: str) -> str:
        return text

    def frame(self, text: str) -> str:
        return text


PLAIN: Final[Style] = Plain()


def render(
    diagnostic: Diagnostic, sources: Mapping[str, str], *, style: Style = PLAIN, ascii_only: bool = False
) -> str:
    """The drawing of one diagnostic, lines joined by line feeds, without one at the end.

    ``sources`` are the texts by the file name that spans carry; a span into a text that is not there is named only.
    ``ascii_only`` is for outputs that are not UTF-8: what is not ASCII is replaced or escaped.
    """
    places = [Related(diagnostic.span, diagnostic.label)] if diagnostic.span else []
    width = max((len(str(p.span.line)) for p in (*places, *diagnostic.related) if p.span.line), default=1)
    title = f"{diagnostic.severity.value}[{diagnostic.code}]"
    lines = [f"{style.severity(diagnostic.severity, title)}{style.strong(f': {_clean(diagnostic.message)}')}"]
    for place in places:
        lines += _place(place.span, place.message, "^", width, sources, diagnostic.severity, style)
    for related in diagnostic.related:
        lines += _place(related.span, related.message, "-", width, sources, Severity.NOTE, style)
    if diagnostic.help:
        lines.append(f"{style.frame(' ' * (width + 1) + ' =')} help: {_clean(diagnostic.help)}")
    text = "\n".join(lines)
    return _to_ascii(text) if ascii_only else text


def _place(
    span: Span, label: str, mark: str, width: int, sources: Mapping[str, str], severity: Severity, style: Style
) -> list[str]:
    arrow = "-->" if mark == "^" else ":::"
    line = _line(span, sources)
    name = f"{' ' * width} {style.frame(arrow)} {_clean(str(span))}"
    if line is None:
        return [f"{name}: {_clean(label)}" if label and mark == "-" else name]
    before, inside, after = _cut(line, span)
    carets = mark * max(1, cells(inside))
    label = f" {_clean(label)}" if label else ""
    gutter = style.frame(f"{' ' * width}  |")
    number = style.frame(f" {span.line:>{width}} |")
    return [
        name,
        gutter,
        f"{number} {before}{inside}{after}".rstrip(),
        f"{gutter} {' ' * cells(before)}{style.severity(severity, carets + label)}",
    ]


def _line(span: Span, sources: Mapping[str, str]) -> str | None:
    """The line a span is in, None where there is none to show."""
    if not span.line or span.file not in sources:
        return None
    lines = sources[span.file].split("\n")
    return lines[span.line - 1].rstrip("\r") if span.line <= len(lines) else ""


def _cut(line: str, span: Span) -> tuple[str, str, str]:
    """What stands before, inside and after a span in its line, no more than fits into ``WIDTH`` cells."""
    start = min(max(span.column, 1) - 1, len(line))
    end = max(start, min(span.end_column - 1, len(line))) if span.end_line == span.line else len(line)
    before, inside, after = _clean(line[:start]), _clean(line[start:end]), _clean(line[end:])
    if cells(before) + cells(inside) + cells(after) <= WIDTH:
        return before, inside, after
    inside = _first(inside, WIDTH // 2)
    before = _last(before, max(WIDTH // 4, WIDTH - cells(inside) - cells(after)))
    return before, inside, _first(after, WIDTH - cells(before) - cells(inside))


def _first(text: str, room: int) -> str:
    if cells(text) <= room:
        return text
    while text and cells(text) > room - 1:
        text = text[: min(len(text) - 1, room)]
    return text + "…"


def _last(text: str, room: int) -> str:
    return _first(text[::-1], room)[::-1]


def _clean(text: str) -> str:
    """Tabs as spaces, and every other control character as a visible escape, so that a file cannot steer a terminal."""
    if text.isprintable():
        return text
    return "".join(_TAB if c == "\t" else c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def cells(text: str) -> int:
    """How many cells of a terminal a text takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _to_ascii(text: str) -> str:
    for char, plain in _ASCII.items():
        text = text.replace(char, plain)
    return text.encode("ascii", "backslashreplace").decode("ascii")
