"""Regular expressions as data: six node kinds over sets of bytes, and their one canonical text for RE2.

A set of bytes is an integer of 256 bits. Nothing else is kept of how an expression was written, so two spellings of
one expression give one text, and the later exact analysis can build its automata straight from the nodes.
"""

from functools import reduce
from typing import Final, NamedTuple, TypeAlias


class Chars(NamedTuple):
    """One byte out of a set (bit b stands for byte b). The empty set matches nothing."""

    mask: int


class Cat(NamedTuple):
    """One after the other; no items match the empty text."""

    items: "tuple[Node, ...]"


class Alt(NamedTuple):
    """One of several, the first that fits preferred (which matters only to what groups capture)."""

    options: "tuple[Node, ...]"


class Repeat(NamedTuple):
    """``item`` at least ``low`` times and at most ``high`` (None: without bound)."""

    item: "Node"
    low: int
    high: int | None


class Group(NamedTuple):
    """A named group: what it matches is a parameter."""

    name: str
    item: "Node"


Node: TypeAlias = Chars | Cat | Alt | Repeat | Group

EMPTY: Final = Cat(())
ALL_BYTES: Final = (1 << 256) - 1


def byte(value: int) -> Chars:
    """The set of that one byte."""
    return Chars(1 << value)


def span(low: int, high: int) -> int:
    """The set of the bytes ``low`` to ``high``, both included."""
    return (1 << (high + 1)) - (1 << low)


def letters(text: str) -> int:
    """The set of the (ASCII) characters of ``text``."""
    return reduce(lambda mask, char: mask | 1 << ord(char), text, 0)


def members(mask: int) -> list[int]:
    """The bytes of a set, rising."""
    return [value for value in range(256) if mask >> value & 1]


def text_of(node: Node) -> str:
    """The canonical text: ASCII, for RE2 in Latin-1 mode."""
    if isinstance(node, Chars):
        return _chars(node.mask)
    if isinstance(node, Cat):
        return "".join(f"(?:{text_of(item)})" if isinstance(item, Alt) else text_of(item) for item in node.items)
    if isinstance(node, Alt):
        return "|".join(text_of(option) for option in node.options)
    if isinstance(node, Group):
        return f"(?P<{node.name}>{text_of(node.item)})"
    inner = text_of(node.item)
    atom = inner if isinstance(node.item, Chars | Group) else f"(?:{inner})"
    counts = {(0, None): "*", (1, None): "+", (0, 1): "?"}
    if (node.low, node.high) in counts:
        return atom + counts[node.low, node.high]
    if node.high == node.low:
        return f"{atom}{{{node.low}}}"
    return f"{atom}{{{node.low},{'' if node.high is None else node.high}}}"


def takes_empty(node: Node) -> bool:
    """Whether the empty text is in the language."""
    if isinstance(node, Chars):
        return False
    if isinstance(node, Cat):
        return all(map(takes_empty, node.items))
    if isinstance(node, Alt):
        return any(map(takes_empty, node.options))
    return (isinstance(node, Repeat) and not node.low) or takes_empty(node.item)


def literal_prefix(node: Node) -> bytes:
    """The longest text that every match is seen to begin with, from the fixed bytes at the left."""
    return _prefix(node)[0]


def mirrored(node: Node) -> Node:
    """The expression of the same texts read from right to left."""
    if isinstance(node, Cat):
        return Cat(tuple(mirrored(item) for item in reversed(node.items)))
    if isinstance(node, Alt):
        return Alt(tuple(mirrored(option) for option in node.options))
    if isinstance(node, Chars):
        return node
    return node._replace(item=mirrored(node.item))


def exact_text(node: Node) -> bytes | None:
    """The one text that the node matches, if its shape shows that there is only one."""
    prefix, whole = _prefix(node)
    return prefix if whole else None


def size_of(node: Node) -> int:
    """How many byte sets the expression has when its counted repetitions are written out."""
    if isinstance(node, Chars):
        return 1
    if isinstance(node, Cat):
        return max(1, sum(map(size_of, node.items)))
    if isinstance(node, Alt):
        return sum(map(size_of, node.options))
    if isinstance(node, Group):
        return size_of(node.item)
    return size_of(node.item) * max(node.low, node.high or 0, 1)


def bytes_of(node: Node) -> int:
    """The set of all bytes that occur anywhere in the expression."""
    if isinstance(node, Chars):
        return node.mask
    if isinstance(node, Cat):
        return reduce(lambda mask, item: mask | bytes_of(item), node.items, 0)
    if isinstance(node, Alt):
        return reduce(lambda mask, item: mask | bytes_of(item), node.options, 0)
    return bytes_of(node.item)


def _prefix(node: Node) -> tuple[bytes, bool]:
    """The fixed bytes at the left, and whether they are all of it."""
    if isinstance(node, Chars):
        one = node.mask and not node.mask & (node.mask - 1)
        return (bytes([node.mask.bit_length() - 1]), True) if one else (b"", False)
    if isinstance(node, Group):
        return _prefix(node.item)
    if isinstance(node, Cat):
        parts = []
        for item in node.items:
            prefix, whole = _prefix(item)
            parts.append(prefix)
            if not whole:
                return b"".join(parts), False
        return b"".join(parts), True
    if isinstance(node, Alt):
        prefixes = [_prefix(option) for option in node.options]
        return _common([prefix for prefix, _ in prefixes]), False
    prefix, whole = _prefix(node.item)
    if not whole:
        return (prefix if node.low else b""), False
    return prefix * node.low, node.high == node.low


def _common(texts: list[bytes]) -> bytes:
    low, high = min(texts), max(texts)
    length = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:length]


def _chars(mask: int) -> str:
    values = members(mask)
    if len(values) == 1:
        return _one(values[0])
    if not values:
        return r"[^\x00-\xff]"
    ranges: list[list[int]] = []
    for value in values:
        if ranges and ranges[-1][1] == value - 1:
            ranges[-1][1] = value
        else:
            ranges.append([value, value])
    return "[" + "".join(_one(a) if a == b else f"{_one(a)}-{_one(b)}" for a, b in ranges) + "]"


def _one(value: int) -> str:
    char = chr(value)
    return char if char.isascii() and (char.isalnum() or char in "/_") else f"\\x{value:02x}"
