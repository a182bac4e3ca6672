"""Comments that suppress findings: ``# lint: ignore[L101] the reason``.

Behind a value, or on a line of its own directly above, such a comment is about that value; behind or above the header of
a table it is about the table and the tables within it. The reason is required.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from gatewayctl.core.diagnostics import Span
from gatewayctl.core.frozen import frozen

if TYPE_CHECKING:
    from tree_sitter import Node

    from gatewayctl.config import Loaded
    from gatewayctl.lint.findings import Finding

_COMMENT: Final = re.compile(r"#+\s*lint:\s*ignore\b\s*(?:\[(?P<rules>[^\]]*)\])?[\s:,–-]*(?P<reason>.*)")
_TABLES: Final = frozenset({"table", "table_array_element"})


@frozen
class Suppression:
    """One comment: its place, the rules that it names (codes or names), its reason, and the lines it is about."""

    span: Span
    rules: tuple[str, ...]
    reason: str
    first: int
    last: int

    def covers(self, finding: "Finding") -> bool:
        """Whether it is about that finding, and says why."""
        place = finding.diagnostic.span
        if place is None or place.file != self.span.file or not self.reason:
            return False
        names = {word.lower() for word in self.rules}
        named = finding.rule.code.lower() in names or finding.rule.name in names
        return named and self.first <= place.line <= self.last


def suppressions_in(loaded: "Loaded") -> tuple[Suppression, ...]:
    """Those of all files, in the order of files and lines."""
    texts = {source.file: source.text for source in loaded.places.sources if not source.variables}
    return tuple(found for file, text in texts.items() if "lint:" in text for found in _of(text, file))


def _of(text: str, file: str) -> Iterator[Suppression]:
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    root = Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node
    lines = text.split("\n")
    ends = _extents(root)
    for node in _comments(root):
        row, column = node.start_point
        written = (node.text or b"").decode(errors="replace").rstrip("\r")
        found = _COMMENT.match(written)
        if found is None:
            continue
        start = len(lines[row].encode()[:column].decode(errors="replace"))
        span = Span(file, row + 1, start + 1, row + 1, start + len(written) + 1)
        names = tuple(word for word in re.split(r"[,\s]+", found["rules"] or "") if word)
        about = row
        if not lines[row][:start].strip():
            about = next((n for n in range(row + 1, len(lines)) if not lines[n].lstrip().startswith("#")), row)
        yield Suppression(span, names, found["reason"].strip(), about + 1, ends.get(about, about) + 1)


def _comments(root: "Node") -> Iterator["Node"]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "comment":
            yield node
        waiting.extend(reversed(node.children))


def _extents(root: "Node") -> Mapping[int, int]:
    """The last row of what begins in a row: a pair, or a table with the tables within it."""
    ends: dict[int, int] = {}
    tables = [node for node in root.children if node.type in _TABLES]
    for number, table in enumerate(tables):
        name = _name(table)
        last = table
        for other in tables[number + 1 :]:
            if not _name(other).startswith(f"{name}."):
                break
            last = other
        ends[table.start_point[0]] = _last_row(last)
    for holder in (root, *tables):
        for pair in holder.children:
            if pair.type == "pair":
                ends[pair.start_point[0]] = pair.end_point[0]
    return ends


def _name(table: "Node") -> str:
    key = table.named_child(0)
    return re.sub(r"\s", "", ((key.text if key is not None else None) or b"").decode(errors="replace"))


def _last_row(table: "Node") -> int:
    own = [child for child in table.children if child.type == "pair"]
    return own[-1].end_point[0] if own else table.start_point[0]
