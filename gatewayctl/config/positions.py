"""Where each key and value stands in a TOML text, by tree-sitter. Asked only when a place is needed.

``tomllib`` gives values without places; this index gives places for the same key paths. It also reads broken files as
far as they make sense, and finds what is defined twice. Of a large file only headers are read at first; what stands in
a table when something in it is asked for.
"""

import tomllib
from enum import Enum
from typing import Final

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from gatewayctl.config.finding import KeyPath
from gatewayctl.core.diagnostics import Span

_DEEPEST: Final = 80
"""Nesting that is followed; the loader refuses files that are deeper (``parsing.DEEPEST``)."""
_KEYS: Final = frozenset({"bare_key", "quoted_key", "dotted_key"})
_TABLES: Final = frozenset({"table", "table_array_element"})


class _State(Enum):
    IMPLICIT = 1
    """Named in the header of a table below it; may still get a header of its own."""
    DOTTED = 2
    """Made by a dotted key."""
    SET = 3
    """Has its header or its value."""


class Index:
    """The places of one text."""

    def __init__(self, file: str, source: bytes) -> None:
        self.file = file
        self.keys: dict[KeyPath, Node] = {}
        self.values: dict[KeyPath, Node] = {}
        self.counts: dict[KeyPath, int] = {}
        self._lines = source.split(b"\n")
        self._states: dict[KeyPath, _State] = {}
        self._twice: list[tuple[KeyPath, Node, Node]] = []
        self._unread: dict[KeyPath, Node] = {}

    def value(self, path: KeyPath) -> Span | None:
        """The value at that path; for a table its header, for an inline table the table itself."""
        node = self.node(path)
        return self.span(node) if node is not None else None

    def key(self, path: KeyPath) -> Span | None:
        """The key of that path, or its part of a table's header."""
        node = self.node(path)
        return self.span(self.keys.get(path, node)) if node is not None else None

    def node(self, path: KeyPath) -> Node | None:
        """The node that ``value`` gives the place of."""
        for length in range(len(path) + 1):
            self._read(path[:length])
        return self.values.get(path)

    def everything(self) -> dict[KeyPath, Node]:
        """The nodes of all values."""
        for path in list(self._unread):
            self._read(path)
        return self.values

    def twice(self) -> list[tuple[KeyPath, Node, Node]]:
        """What is defined again: the path, the first place, the second."""
        self.everything()
        return self._twice

    def span(self, node: Node) -> Span:
        """A node's place in characters. Of what goes over several lines, it is the first."""
        end = _closing(node)
        row, column = node.start_point
        end_row, end_column = end.end_point
        line = self._lines[row] if row < len(self._lines) else b""
        if end_row != row:
            end_column = len(line.rstrip(b"\r"))
        start = _characters(line, column)
        return Span(self.file, row + 1, start + 1, row + 1, max(_characters(line, end_column), start + 1) + 1)

    def mention(self, path: KeyPath, key: Node, place: Node, state: _State) -> None:
        """A table that is only passed through."""
        if state is _State.DOTTED and self._states.get(path) is _State.SET and not _is_header(self.values[path]):
            self._twice.append((path, self.values[path], place))
        self._states.setdefault(path, state)
        self.keys.setdefault(path, key)
        self.values.setdefault(path, place)

    def define(self, path: KeyPath, key: Node, place: Node) -> None:
        """A table's header, or a key with its value."""
        before = self._states.get(path)
        if before is not None and not (before is _State.IMPLICIT and _is_header(place)):
            self._twice.append((path, self.values[path], place))
            return
        self._states[path] = _State.SET
        self.keys[path], self.values[path] = key, place

    def later(self, path: KeyPath, table: Node) -> None:
        """A table whose keys are read when they are needed."""
        if path in self._unread:
            self._read(path)
        self._unread[path] = table

    def _read(self, path: KeyPath) -> None:
        table = self._unread.pop(path, None)
        for child in table.children if table is not None else ():
            if child.type == "pair":
                _pair(self, path, child)


def index(text: str, file: str) -> Index:
    """The places in that text, ``file`` being the name that the spans carry."""
    source = text.encode()
    tree = Parser(Language(tree_sitter_toml.language())).parse(source)
    found = Index(file, source)
    for node in tree.root_node.children:
        if node.type == "pair":
            _pair(found, (), node)
        elif node.type in _TABLES:
            _table(found, node)
    return found


def _table(found: Index, node: Node) -> None:
    header = node.named_child(0)
    parts = _parts(header) if header is not None and header.type in _KEYS else []
    if not parts or len(parts) > _DEEPEST:
        return
    path: KeyPath = ()
    for name, key in parts[:-1]:
        path = (*path, name)
        found.mention(path, key, node, _State.IMPLICIT)
        if path in found.counts:
            path = (*path, found.counts[path])
    name, key = parts[-1]
    path = (*path, name)
    if node.type == "table_array_element":
        found.counts[path] = number = found.counts.get(path, -1) + 1
        found.mention(path, key, node, _State.SET)
        path = (*path, number)
    found.define(path, key, node)
    found.later(path, node)


def _pair(found: Index, table: KeyPath, node: Node) -> None:
    header = next((child for child in node.children if child.type in _KEYS), None)
    parts = _parts(header) if header is not None else []
    if not parts or len(table) + len(parts) > _DEEPEST:
        return
    path = table
    for name, key in parts[:-1]:
        path = (*path, name)
        found.mention(path, key, key, _State.DOTTED)
    name, key = parts[-1]
    path = (*path, name)
    value = next((child for child in node.children[1:] if child.is_named and child.type != "comment"), key)
    found.define(path, key, value)
    _value(found, path, value)


def _value(found: Index, path: KeyPath, node: Node) -> None:
    if len(path) > _DEEPEST:
        return
    if node.type == "array":
        items = [child for child in node.children if child.is_named and child.type != "comment"]
        for number, item in enumerate(items):
            found.values[(*path, number)] = item
            _value(found, (*path, number), item)
    elif node.type == "inline_table":
        for child in node.children:
            if child.type == "pair":
                _pair(found, path, child)


def _parts(key: Node) -> list[tuple[str, Node]]:
    """The names in a key, with their nodes; a dotted key is nested to the left, so it is walked without recursion."""
    names: list[tuple[str, Node]] = []
    waiting = [key]
    while waiting:
        node = waiting.pop()
        if node.type == "dotted_key":
            waiting.extend(child for child in reversed(node.children) if child.type in _KEYS)
        else:
            names.append((_name(node), node))
    return names


def _name(node: Node) -> str:
    written = (node.text or b"").decode(errors="replace")
    if node.type == "bare_key":
        return written
    try:
        return str(next(iter(tomllib.loads(f"{written} = 0"))))
    except tomllib.TOMLDecodeError:
        return written


def _is_header(node: Node) -> bool:
    return node.type in _TABLES


def _closing(node: Node) -> Node:
    """Where a node ends: a table with its header, anything else with itself."""
    if node.type not in _TABLES:
        return node
    bracket = node.child(2)  # "[", the name, "]"
    return bracket if bracket is not None else node


def _characters(line: bytes, column: int) -> int:
    return len(line[:column].decode(errors="replace"))
