"""Edits of a TOML text by key path, by positions in it: what is not meant stays as it is, comments above all."""

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from gatewayctl.config.finding import KeyPath
from gatewayctl.core.frozen import frozen

if TYPE_CHECKING:
    from tree_sitter import Node

_TABLES: Final = frozenset({"table", "table_array_element"})


@frozen
class Remove:
    """Takes out a key with its value, an item of a list, or a table with all below it."""

    path: KeyPath


@frozen
class Replace:
    """Puts other TOML in place of the value at ``path``."""

    path: KeyPath
    toml: str


@frozen
class Add:
    """A new key at the end of the table at ``path``; ``toml`` is its value."""

    path: KeyPath
    key: str
    toml: str


Edit: TypeAlias = Remove | Replace | Add


def edited(text: str, edit: Edit) -> str | None:
    """The text after that edit; None where its place is not there."""
    from gatewayctl.config.positions import index

    places = index(text, "")
    node = places.node(edit.path)
    if node is None:
        return None
    source = text.encode()
    if isinstance(edit, Replace):
        made = None if node.type in _TABLES else _spliced(source, node.start_byte, node.end_byte, edit.toml.encode())
    elif isinstance(edit, Add):
        made = _added(source, node, edit)
    elif node.type in _TABLES:
        nodes = [
            found
            for path, found in places.everything().items()
            if path[: len(edit.path)] == edit.path and found.type in _TABLES
        ]
        made = _without_tables(source, nodes)
    else:
        made = _without(source, node)
    return None if made is None else made.decode()


def _spliced(source: bytes, start: int, end: int, new: bytes) -> bytes:
    return source[:start] + new + source[end:]


def _added(source: bytes, node: "Node", edit: Add) -> bytes | None:
    line = f"{edit.key} = {edit.toml}".encode()
    if node.type == "inline_table":
        empty = not any(child.type == "pair" for child in node.children)
        at = node.end_byte - 1
        body = source[:at].rstrip()
        return body + (b" " if empty else b", ") + line + b" " + source[at:]
    if node.type not in _TABLES:
        return None
    pairs = [child for child in node.children if child.type == "pair"]
    after = pairs[-1].end_byte if pairs else node.children[2].end_byte  # "[", the name, "]"
    end = source.find(b"\n", after)
    if end < 0:
        return source + b"\n" + line + b"\n"
    ending = b"\r\n" if source[end - 1 : end] == b"\r" else b"\n"
    return _spliced(source, end + 1, end + 1, line + ending)


def _without_tables(source: bytes, nodes: "list[Node]") -> bytes:
    for node in sorted({(node.start_byte, node.end_byte): node for node in nodes}.values(), key=_start, reverse=True):
        own = [child for child in node.children if child.type != "comment"]
        last = own[-1].end_byte
        kept = [c for c in node.children if c.type == "comment" and c.start_byte > source.find(b"\n", last) >= 0]
        end = _line_start(source, kept[0].start_byte) if kept else _line_end(source, last)
        start = _line_start(source, node.start_byte)
        gap = re.match(rb"(?:[ \t]*\r?\n)*", source[end:])
        source = _spliced(source, start, end + (gap.end() if gap else 0), b"")
    return source.rstrip(b"\r\n") + b"\n" if source.strip() else b""


def _start(node: "Node") -> int:
    return node.start_byte


def _without(source: bytes, node: "Node") -> bytes | None:
    whole = node.parent if node.parent is not None and node.parent.type == "pair" else node
    holder = whole.parent
    if holder is not None and holder.type in ("array", "inline_table"):
        return _without_item(source, whole)
    if whole.type != "pair":
        return None
    start, end = _line_start(source, whole.start_byte), _line_end(source, whole.end_byte)
    comment = source[node.end_byte : end].strip()  # which the grammar counts to the pair
    return _spliced(source, start, end, comment + b"\n" if comment else b"")


def _without_item(source: bytes, item: "Node") -> bytes:
    """Takes out an item with one comma: the one behind it, else the one before it. A line that is then empty goes too."""
    behind = re.match(rb"\s*,[ \t]*", source[item.end_byte :])
    if behind:
        start, end = item.start_byte, item.end_byte + behind.end()
    else:
        before = re.search(rb",\s*\Z", source[: item.start_byte])
        start, end = before.start() if before else item.start_byte, item.end_byte
    line, after = _line_start(source, start), _line_end(source, end)
    alone = source[end:after].endswith(b"\n") and not (source[line:start] + source[end:after]).strip()
    return _spliced(source, line, after, b"") if alone else _spliced(source, start, end, b"")


def _line_start(source: bytes, at: int) -> int:
    return source.rfind(b"\n", 0, at) + 1


def _line_end(source: bytes, at: int) -> int:
    end = source.find(b"\n", at)
    return len(source) if end < 0 else end + 1
