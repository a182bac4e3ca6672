"""Where the configuration says something: ``file:line``, an environment variable, or nowhere: a built-in default."""

from typing import Any, Final, NamedTuple

from gatewayctl.config import Loaded
from gatewayctl.plan.model import KeyPath

_ENVIRONMENT: Final = "environment "
DEFAULT: Final = "built-in default"


class Place(NamedTuple):
    """One place. ``file`` and ``line`` for files, ``variable`` for the environment, neither for a built-in default."""

    file: str = ""
    line: int = 0
    variable: str = ""

    def __str__(self) -> str:
        if self.variable:
            return f"${self.variable}"
        return f"{self.file}:{self.line}" if self.file else DEFAULT

    def data(self) -> dict[str, Any] | None:
        """The same as JSON-able data, None for a built-in default."""
        if self.variable:
            return {"file": None, "line": None, "variable": self.variable}
        return {"file": self.file, "line": self.line, "variable": None} if self.file else None


def place(loaded: Loaded, key: KeyPath) -> Place:
    """The place that says what is at ``key``: the key's line; for a table the line of its header."""
    origin = loaded.origin(*key)
    if origin == "default":
        return Place()
    if origin.startswith(_ENVIRONMENT):
        return Place(variable=origin.removeprefix(_ENVIRONMENT))
    span = loaded.key_span(*key)
    return Place(span.file, span.line) if span is not None else Place()
