"""A whole file in its canonical layout, from the tree that also gives the places; checked to say what it said before."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Final

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from gatewayctl.config.layout.columns import GAP, Line, joined
from gatewayctl.config.layout.values import key, pair, source, value
from gatewayctl.core.frozen import mutable

_TABLES: Final = ("table", "table_array_element")
_ALIGNED: Final = 32
"""Keys longer than this many characters do not move the others' equals signs."""


class UnformattableError(Exception):
    """The text is valid, but writing it anew would not say the same. ``row`` is the line, from 0, as far as known."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


@mutable
class _Entry:
    """A header, a pair or a comment on a line of its own. ``first`` and ``last`` are its rows."""

    kind: str
    node: Node
    first: int
    last: int
    comment: str = ""
    blank: bool = False
    """Whether an empty line stands before it."""


def formatted(text: str) -> str:
    """The canonical layout of a text that ``tomllib`` takes. Raises UnformattableError instead of changing what it says."""
    text = text.replace("\r\n", "\n")
    root = _tree(text)
    if root.has_error:
        raise UnformattableError(_wrong(root))
    entries = list(_entries(root))
    _separate(entries)
    blocks = [_block(block) for block in _blocks(entries)]
    made = "\n\n".join(blocks) + "\n" if blocks else ""
    if repr(tomllib.loads(made)) != repr(tomllib.loads(text)) or _comments(_tree(made)) != _comments(root):
        raise UnformattableError(0)
    return made


def _tree(text: str) -> Node:
    return Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node


def _wrong(root: Node) -> int:
    """The row of the first thing that the tree does not understand."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            return node.start_point.row
        waiting.extend(child for child in reversed(node.children) if child.has_error)
    return 0


def _comments(root: Node) -> Counter[str]:
    found: Counter[str] = Counter()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "comment":
            found[source(node).rstrip()] += 1
        waiting.extend(node.children)
    return found


def _entries(root: Node) -> Iterator[_Entry]:
    before: _Entry | None = None
    for node in _lines(root):
        first, last = node.start_point.row, node.end_point.row
        kind = node.type
        if kind in _TABLES:
            last = next(child for child in node.children if child.type in ("]", "]]")).end_point.row
        if before is not None and kind == "comment" and first == before.last and before.kind != "comment":
            before.comment = source(node).rstrip()
            continue
        if before is not None:
            yield before
        before = _Entry(kind, node, first, last, _behind(node), before is not None and first - before.last > 1)
    if before is not None:
        yield before


def _behind(node: Node) -> str:
    """The comment that the tree takes for a part of a pair."""
    inside = node.type == "pair" and next((child for child in node.children if child.type == "comment"), None)
    return source(inside).rstrip() if inside else ""


def _lines(root: Node) -> Iterator[Node]:
    """Headers, pairs and comments in the order of the file."""
    for node in root.children:
        yield node
        if node.type in _TABLES:
            yield from (child for child in node.children if child.type in ("pair", "comment"))


def _separate(entries: list[_Entry]) -> None:
    """An empty line before each header with the comments on top of it, none below it."""
    for number, entry in enumerate(entries):
        if entry.kind in _TABLES:
            top = number
            while top and not entries[top].blank and entries[top - 1].kind == "comment":
                top -= 1
            entries[top].blank = top > 0
        elif number and entries[number - 1].kind in _TABLES:
            entry.blank = False


def _blocks(entries: list[_Entry]) -> Iterator[list[_Entry]]:
    """What stands between two empty lines."""
    block: list[_Entry] = []
    for entry in entries:
        if entry.blank and block:
            yield block
            block = []
        block.append(entry)
    if block:
        yield block


def _block(entries: list[_Entry]) -> str:
    pairs = {id(entry): pair(entry.node) for entry in entries if entry.kind == "pair"}
    lengths = [len(name) for name, _ in pairs.values()]
    column = max((length for length in lengths if length <= _ALIGNED), default=0)
    lines: list[Line] = []
    for entry in entries:
        if entry.kind == "pair":
            name, held = pairs[id(entry)]
            start = f"{name.ljust(column)} = "
            lines.append(Line(start + value(held, indent="", column=len(start)), entry.comment))
        elif entry.kind == "comment":
            lines.append(Line(source(entry.node).rstrip()))
        else:
            name = key(next(child for child in entry.node.children if child.is_named))
            lines.append(Line(f"[{name}]" if entry.kind == "table" else f"[[{name}]]"))
            if entry.comment:  # which is about the table, and in no column with those of its keys
                lines[-1].text += f"{' ' * GAP}{entry.comment}"
    return joined(lines)
