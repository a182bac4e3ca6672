"""Where compiling collects what is wrong: diagnostics with their exact place inside a value."""

from gatewayctl.config import Loaded
from gatewayctl.core.diagnostics import Diagnostic, Related, Severity, Span
from gatewayctl.plan.model import KeyPath


def secret_parts(*sides: Loaded) -> frozenset[tuple[str, str]]:
    """The part of a route (``headers``, ``path``, …) and the name in it (empty for all of it) of each secret by which
    a route of any of these configurations matches."""
    return frozenset(
        (str(key[2]), str(key[3]).lower() if len(key) > 3 and key[2] in ("headers", "query") else "")
        for loaded in sides
        for key in loaded.secrets
        if key[0] == "routes" and len(key) > 2
    )


class Findings:
    """The diagnostics of one compilation. Positions are looked up only when something is found."""

    __slots__ = ("_loaded", "all")

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.all: list[Diagnostic] = []

    def error(
        self, code: str, message: str, at: KeyPath, *, label: str = "", help: str, related: tuple[Related, ...] = ()
    ) -> None:
        """An error at the value of a key."""
        self.all.append(Diagnostic(code, Severity.ERROR, message, self.span(at), label, help, related))

    def warning(self, code: str, message: str, at: KeyPath, *, help: str) -> None:
        """A warning at the value of a key; the same one is kept once, however many routes meet it."""
        found = Diagnostic(code, Severity.WARNING, message, self.span(at), "", help)
        if found not in self.all:
            self.all.append(found)

    def error_within(
        self, code: str, message: str, at: KeyPath, start: int, end: int, *, help: str, of_key: bool = False
    ) -> None:
        """An error at the characters ``start`` to ``end`` of the string that a key has (of the key itself with ``of_key``)."""
        span = self._loaded.key_span(*at) if of_key else self.span(at)
        if span is not None and span.line and span.line == span.end_line:
            quotes = 0 if of_key else 1
            width = span.end_column - span.column
            if start < end and end <= width - 2 * quotes:
                first = span.column + quotes + start
                span = Span(span.file, span.line, first, span.line, first + end - start)
        self.all.append(Diagnostic(code, Severity.ERROR, message, span, "", help))

    @property
    def secret_parts(self) -> frozenset[tuple[str, str]]:
        """What of requests is secret, since a route matches it by a secret: see ``routing.Witness.shown``."""
        return secret_parts(self._loaded)

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return sum(found.severity is Severity.ERROR for found in self.all)

    def is_placeholder(self, at: KeyPath) -> bool:
        """Whether the value there only stands in for a variable that is not set (offline)."""
        return at in self._loaded.unset

    def span(self, at: KeyPath) -> Span | None:
        """The place of a key's value, or of the nearest table around it."""
        return self._loaded.span(*at)

    def also_at(self, at: KeyPath, message: str) -> tuple[Related, ...]:
        """A second place, if it has one."""
        span = self._loaded.key_span(*at)
        return () if span is None else (Related(span, message),)
