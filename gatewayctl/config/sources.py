"""The files of a configuration: each with its text, its data, and who included it."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Optional

from gatewayctl.config.finding import KeyPath
from gatewayctl.core.diagnostics import Related, Span
from gatewayctl.core.frozen import mutable

if TYPE_CHECKING:
    from gatewayctl.config.positions import Index

ENVIRONMENT: Final = "environment"
"""The name under which settings from the environment are shown."""


@mutable
class Source:
    """One file (or the environment): what it says after substitution, before merging.

    ``site`` says where it is included, None for a file of the command line. ``secrets`` are the key paths whose value
    came from a secret, ``unset`` those whose value stands in for something that is not there, with what is written.
    ``variables`` is only for the environment: which variable set a key, and its place.
    """

    path: Path
    file: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)
    site: Optional["Site"] = None
    secrets: set[KeyPath] = field(default_factory=set)
    unset: dict[KeyPath, str] = field(default_factory=dict)
    variables: Mapping[KeyPath, tuple[str, Span]] = field(default_factory=dict)
    _index: Optional["Index"] = None

    def index(self) -> "Index":
        """The positions in its text, read when they are first asked for."""
        if self._index is None:
            from gatewayctl.config.positions import index

            self._index = index(self.text, self.file)
        return self._index

    def chain(self) -> tuple[Related, ...]:
        """Who included it, nearest first."""
        return self.site.chain() if self.site is not None else ()


class Site(NamedTuple):
    """One entry of an ``include``. Its place is looked up only when something is said about it."""

    source: Source
    number: int

    def place(self) -> Span:
        """Where it stands."""
        found = self.source.index().value(("include", self.number))
        return found or Span(self.source.file, 1, 1, 1, 2)

    def chain(self) -> tuple[Related, ...]:
        """It, and who included the file that has it."""
        return Related(self.place(), "included here"), *self.source.chain()


def holds(data: Any, path: KeyPath) -> bool:
    """Whether there is anything at that path."""
    for part in path:
        if isinstance(data, dict):
            if part not in data:
                return False
        elif not (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            return False
        data = data[part]
    return True


def at(data: Any, path: KeyPath) -> Any:
    """What is at that path; None where there is nothing."""
    return _walk(data, path) if holds(data, path) else None


def _walk(data: Any, path: KeyPath) -> Any:
    for part in path:
        data = data[part]
    return data
