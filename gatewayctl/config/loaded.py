"""What loading gives: the configuration with its diagnostics, and where every value came from."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.locating import Places
from gatewayctl.core.diagnostics import Diagnostic, Severity, Span
from gatewayctl.core.frozen import frozen

if TYPE_CHECKING:
    from gatewayctl.config.models.root import GatewayConfig


@frozen
class Loaded:
    """A configuration that was read.

    ``config`` is None when there are errors. ``sources`` are the texts by display name, secrets masked, for snippets.
    ``files`` is everything that was read or looked for: what a watcher must watch. ``digest`` changes whenever anything
    that was read changes, secrets too, so it is for comparing, not for showing. ``secrets`` are the key paths whose
    value must not be shown, ``unset`` those whose value is only a placeholder, with what is written there.
    """

    config: "GatewayConfig | None"
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]
    files: tuple[Path, ...]
    digest: str
    valid: "GatewayConfig | None" = None
    """All objects that are valid in themselves, also where others are not: for finding further problems in one run."""
    secrets: frozenset[KeyPath] = frozenset()
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The files that the configuration names and that were looked into, by path: certificates and keys."""
    unset: Mapping[KeyPath, str] = field(default_factory=dict)
    places: Places = field(default_factory=lambda: Places({}, ()), repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Whether it can be used: there are no errors."""
        return self.config is not None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that are errors."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    def span(self, *key: str | int) -> Span | None:
        """The place of the value at that key path, or of the nearest table around it; None for a built-in default."""
        return self.places.span(key)

    def key_span(self, *key: str | int) -> Span | None:
        """The place of that key, or of its part of a table's header."""
        return self.places.key_span(key)

    def origin(self, *key: str | int) -> str:
        """Where the effective value came from: ``file:line``, ``environment NAME`` or ``default``."""
        return self.places.origin(key)
