"""What stands in the way of an import, and what an import leaves behind: both are diagnostics."""

from gatewayctl.core.diagnostics import Diagnostic, Severity, Span

NOT_A_DOCUMENT = "E701"
REMOTE = "E702"
CYCLE = "E703"
NO_ADDRESS = "E704"
NOT_INSTALLED = "E705"
LEFT = "W701"


class RefusedImportError(Exception):
    """Nothing can be made of the document. ``sources`` are the texts that the diagnostics point into."""

    def __init__(self, diagnostics: list[Diagnostic], sources: dict[str, str]) -> None:
        super().__init__("; ".join(diagnostic.message for diagnostic in diagnostics))
        self.diagnostics = diagnostics
        self.sources = sources


def wrong(code: str, message: str, span: Span | None, help: str, label: str = "") -> Diagnostic:
    """What makes an import impossible."""
    return Diagnostic(code, Severity.ERROR, message, span, label, help)


def left(message: str, span: Span | None, help: str) -> Diagnostic:
    """What the document says and the configuration does not, with what to do about it."""
    return Diagnostic(LEFT, Severity.WARNING, message, span, "", help)
