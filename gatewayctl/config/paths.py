"""Relative paths are relative to the file that contains them; the models hold absolute ones."""

from functools import cache
from pathlib import Path

from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.reading import absolute
from gatewayctl.config.selecting import Tree, select, tree
from gatewayctl.config.sources import Source

_WORDS = frozenset({"", "stdout", "stderr", "off"})


def resolve(source: Source, base: Path) -> None:
    """Makes all paths in the data of a source absolute, in place."""
    for hit in select(_paths(), source.data):
        path, holder, key, kind = hit
        value = hit.value
        if not isinstance(value, str) or path in source.unset or "\0" in value:
            continue
        if kind.path == "address":
            if value.startswith("unix:") and len(value) > len("unix:"):
                holder[key] = f"unix:{absolute(value[5:], base)}"
        elif value and not (kind.path == "log" and value in _WORDS):
            holder[key] = str(absolute(value, base))


@cache
def _paths() -> Tree[Kind]:
    return tree(lambda kind: bool(kind.path))
