"""The effective configuration with where each value came from: a line of a file, a variable, or a built-in default."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.loaded import Loaded
from gatewayctl.config.output import to_data

WIDEST = 100
"""Cells of a line of TOML up to which the places stand in one column."""


class Value(NamedTuple):
    """One value: its key path, and where it came from. ``written`` is what stands there, where that holds a variable."""

    path: KeyPath
    value: Any
    origin: str
    written: str = ""


def values(loaded: Loaded) -> Iterator[Value]:
    """Every value of the effective configuration, secrets masked, in the order of ``to_data``. A list of values that are
    no tables is one value, as it is when layers are merged."""
    yield from _below(loaded, (), to_data(loaded, redact=True))


def to_toml_with_places(loaded: Loaded) -> str:
    """The effective configuration as TOML, each value with a comment that says where it came from."""
    blocks = []
    lines: list[tuple[str, str]] = []
    table: tuple[str | int, ...] | None = None
    for found in values(loaded):
        if found.path[:-1] != table:
            table = found.path[:-1]
            blocks.append(lines)
            lines = [(header, "") for header in _header(table)]
        first, *more = _assignment(str(found.path[-1]), found.value)
        lines += [(first, place_of(found)), *((line, "") for line in more)]
    blocks.append(lines)
    return "\n\n".join(_drawn(block) for block in blocks if block)


def place_of(found: Value) -> str:
    """Where a value came from, in words; with what is written there where that is a variable."""
    return f"{found.origin}, {found.written}" if found.written else found.origin


def _below(loaded: Loaded, path: KeyPath, value: Any) -> Iterator[Value]:
    if isinstance(value, dict) and (value or not path):
        plain = {key: item for key, item in value.items() if not _has_tables(item)}
        for key in [*plain, *(key for key in value if key not in plain)]:
            yield from _below(loaded, (*path, key), value[key])
    elif _has_tables(value):
        for number, item in enumerate(value):
            yield from _below(loaded, (*path, number), item)
    else:
        yield Value(path, value, loaded.origin(*path), _written(loaded, path))


def _has_tables(value: Any) -> bool:
    """Whether a value is written as tables of their own."""
    if isinstance(value, dict):
        return bool(value)
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and item for item in value)


def _written(loaded: Loaded, path: KeyPath) -> str:
    """The text of a value in its file, where it holds a variable and stands on one line; secrets in it are masked."""
    span = loaded.span(*path) if loaded.origin(*path) != "default" else None
    if span is None or not span.line or span.line != span.end_line or span.file not in loaded.sources:
        return ""
    line = loaded.sources[span.file].split("\n")[span.line - 1]
    text = line[span.column - 1 : span.end_column - 1]
    return text if "${" in text else ""


def _header(table: KeyPath) -> list[str]:
    if not table:
        return []
    listed = isinstance(table[-1], int)
    name = ".".join(_key(str(part)) for part in table if isinstance(part, str))
    return [f"[[{name}]]" if listed else f"[{name}]"]


def _assignment(key: str, value: Any) -> list[str]:
    from tomli_w import dumps

    text = dumps({key: value}) if value != {} else f"{_key(key)} = {{}}"
    return text.rstrip("\n").split("\n")


def _key(name: str) -> str:
    from tomli_w import dumps

    return dumps({name: 0}).rpartition(" = ")[0]


def _drawn(block: list[tuple[str, str]]) -> str:
    column = max((len(line) for line, place in block if place and len(line) <= WIDEST), default=0)
    return "\n".join(f"{line.ljust(column)}  # {place}" if place else line for line, place in block)
