"""Keys and values as they are written: one blank here, none there, a list over several lines where it has to be."""

import re
from typing import Final

from tree_sitter import Node

from gatewayctl.config.layout.columns import Line, joined

WIDEST: Final = 120
"""Characters of a line; a list that would be longer has a line for each of its values."""
STEP: Final = "  "
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_KEYS: Final = ("bare_key", "quoted_key", "dotted_key")


def source(node: Node) -> str:
    """The node as it was written."""
    return (node.text or b"").decode()


def key(node: Node) -> str:
    """A key: no blanks around its dots, no quotes that it does not need."""
    if node.type == "dotted_key":
        return ".".join(key(child) for child in node.children if child.type in _KEYS)
    written = source(node)
    if node.type == "bare_key":
        return written
    return written[1:-1] if _BARE.fullmatch(written[1:-1]) else _quoted(written)


def pair(node: Node) -> tuple[str, Node]:
    """The key of ``key = value``, and the node of the value."""
    name, *rest = [child for child in node.children if child.is_named and child.type != "comment"]
    return key(name), rest[-1]


def value(node: Node, *, indent: str, column: int) -> str:
    """A value whose first line begins at ``column``; its further lines stand at ``indent`` or deeper."""
    if node.type == "string":
        return _quoted(source(node))
    if node.type == "inline_table":
        return _inline(node, indent=indent, column=column)
    if node.type == "array":
        flat = None if _spread(node) else _flat(node, indent=indent, column=column)
        return flat if flat is not None else _tall(node, indent=indent)
    return source(node)


def _quoted(written: str) -> str:
    """A literal string that says the same in double quotes stands in these."""
    inner = written[1:-1]
    plain = written[0] == "'" and not written.startswith("'''") and not {'"', "\\"} & set(inner)
    return f'"{inner}"' if plain else written


def _inline(node: Node, *, indent: str, column: int) -> str:
    pieces: list[str] = []
    for child in node.children:
        if child.type == "pair":
            name, held = pair(child)
            at = column + 2 + sum(len(piece) + 2 for piece in pieces) + len(name) + 3
            pieces.append(f"{name} = {value(held, indent=indent, column=at)}")
    return f"{{ {', '.join(pieces)} }}" if pieces else "{}"


def _spread(node: Node) -> bool:
    """Whether a list goes over several lines: its author put the first value on a new one, or it holds a comment."""
    first = next((child for child in node.children if child.is_named), None)
    if first is None:
        return False
    return first.start_point.row > node.start_point.row or any(child.type == "comment" for child in node.children)


def _flat(node: Node, *, indent: str, column: int) -> str | None:
    """The list on one line; None where it does not fit there."""
    pieces: list[str] = []
    at = column + 1
    for child in node.children:
        if child.is_named:
            pieces.append(value(child, indent=indent, column=at))
            at += len(pieces[-1]) + 2
    text = f"[{', '.join(pieces)}]"
    fits = column + len(text) <= WIDEST or len(pieces) < 2
    return text if fits or "\n" in text else None


def _tall(node: Node, *, indent: str) -> str:
    """The list with a line for each value and comment, a comma behind every value."""
    deeper = indent + STEP
    lines: list[Line] = []
    row = node.start_point.row
    for child in node.children:
        if not child.is_named:
            row = child.end_point.row if child.type == "," else row
            continue
        begins = child.start_point.row
        free = bool(lines) and not lines[-1].comment and not lines[-1].text.lstrip().startswith("#")
        if child.type == "comment" and begins == row and free:
            lines[-1].comment = source(child).rstrip()
            continue
        if lines and begins - row > 1:
            lines.append(Line(""))
        if child.type == "comment":
            lines.append(Line(f"{deeper}{source(child).rstrip()}"))
        else:
            lines.append(Line(f"{deeper}{value(child, indent=deeper, column=len(deeper))},"))
        row = child.end_point.row
    return f"[\n{joined(lines)}\n{indent}]"
