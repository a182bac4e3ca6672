"""Any text, and the names of files."""

from typing import Annotated, Any

from gatewayctl.config.kinds.base import Kind, invalid, text


def read_text(value: Any) -> str:
    """Any string."""
    return text(value, "a string")


def read_path(value: Any) -> str:
    """The name of a file, "" for none. The loader has made it absolute."""
    written = text(value, "a file's name")
    if "\0" in written:
        raise invalid("E120", "a file's name cannot hold NUL", label="not a file's name", help="remove it")
    return written


_TARGETS = {"type": "string", "examples": ["stdout", "stderr", "off", "log/access.log"]}

Text = Annotated[str, Kind(read_text, {"type": "string", "examples": ["text"]}, free=True)]
FilePath = Annotated[str, Kind(read_path, {"type": "string", "examples": ["certs/ca.pem"]}, path="file", free=True)]
SourcePath = Annotated[
    str, Kind(read_path, {"type": "string", "examples": ["endpoints/orders.json"]}, path="source", free=True)
]
"""A file that something else writes while the gateway runs: it need not be there, and is no part of the configuration."""
LogTarget = Annotated[str, Kind(read_path, _TARGETS, path="log", free=True)]
"""``stdout``, ``stderr``, ``off`` or the name of a file."""
