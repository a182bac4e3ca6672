"""From key paths to places: which source a value comes from, and where it stands there. Positions only when asked."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from gatewayctl.config.finding import Finding, KeyPath
from gatewayctl.config.sources import Source, holds
from gatewayctl.core.diagnostics import Diagnostic, Related, Span
from gatewayctl.core.frozen import mutable

if TYPE_CHECKING:
    from gatewayctl.config.positions import Index


@mutable
class Places:
    """The places of merged data. ``sources`` are in the order they were merged: the last one that has a path wins."""

    data: dict[str, Any]
    sources: Sequence[Source]

    def source(self, path: KeyPath) -> Source | None:
        """Where the effective value at a path comes from; None for a built-in default."""
        if not path or not holds(self.data, path):
            return None
        return next((source for source in reversed(self.sources) if holds(source.data, path)), None)

    def span(self, path: KeyPath) -> Span | None:
        """The place of the value, else of the nearest table that is written; None where nothing of it is."""
        return self._nearest(path, lambda index, part: index.value(part))

    def key_span(self, path: KeyPath) -> Span | None:
        """The place of the key, or its part of a table's header, else the nearest table that is written."""
        found = self._exact(path, lambda index, part: index.key(part))
        return found or self.span(path)

    def origin(self, path: KeyPath) -> str:
        """``file:line``, ``environment NAME`` or ``default``."""
        source = self.source(path)
        if source is None:
            return "default"
        variable = _variable(source, path)
        if variable is not None:
            return f"environment {variable[0]}"
        span = self._exact(path, lambda index, part: index.value(part))
        return f"{span.file}:{span.line}" if span else source.file

    def diagnostic(self, finding: Finding, fallback: Source | None) -> Diagnostic:
        """The diagnostic for a finding. ``fallback`` is the file to name where nothing of the path is written."""
        place = self.key_span(finding.path) if finding.on_key else self.span(finding.path)
        if place is None and fallback is not None:
            place = first_line(fallback)
        related = [Related(span, words) for path, words in finding.related if (span := self.span(path)) is not None]
        source = next((s for n in range(len(finding.path), 0, -1) if (s := self.source(finding.path[:n]))), None)
        chain = source.chain() if source is not None else ()
        return Diagnostic(
            finding.code, finding.severity, finding.message, place, finding.label, finding.help, (*related, *chain)
        )

    def _nearest(self, path: KeyPath, find: Callable[["Index", KeyPath], Span | None]) -> Span | None:
        for length in range(len(path), 0, -1):
            span = self._exact(path[:length], find)
            if span is not None:
                return span
        return None

    def _exact(self, path: KeyPath, find: Callable[["Index", KeyPath], Span | None]) -> Span | None:
        source = self.source(path)
        if source is None:
            return None
        variable = _variable(source, path)
        if source.variables or variable is not None:
            return variable[1] if variable else None
        return find(source.index(), path)


def first_line(source: Source) -> Span:
    """The first line of a source that says something, to point at where nothing better is there."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            return Span(source.file, number, 1, number, len(line.rstrip()) + 1)
    return Span(source.file, 1, 1, 1, 2)


def _variable(source: Source, path: KeyPath) -> tuple[str, Span] | None:
    """The variable that set a path, or one above it (a list, a table in one variable)."""
    return next((v for n in range(len(path), 0, -1) if (v := source.variables.get(path[:n]))), None)
