r"""The front end of regular expressions: one subset of RE2, the same in paths, headers and queries.

Literals, classes (with \d \w \s and their opposites), groups, ``|``, ``*``, ``+``, ``?``, ``{m,n}`` and ``(?i)``. The
expression always matches in full. What is left out is refused with its place and with what to write instead.

In a path one *character* is a byte or a whole percent-escape: ``.`` and every class that holds ``%`` take ``%C3`` as
one, and a literal ``%`` is written with its two digits. So no group can ever split an escape, and expressions are made
canonical like paths: ``%7e`` is ``~``, ``%c3`` is ``%C3``.
"""

from typing import Final

from gatewayctl.routing.regex_ast import ALL_BYTES, EMPTY, Alt, Cat, Group, Node, Repeat, size_of
from gatewayctl.routing.regex_chars import CharReader, Place, RegexError
from gatewayctl.routing.regex_classes import ANCHOR_REFUSED, GROUPS_REFUSED, NEWLINE

__all__ = ["MAX_COUNT", "MAX_DEPTH", "MAX_SIZE", "Place", "RegexError", "parse_regex"]

MAX_SIZE: Final = 4000
MAX_COUNT: Final = 1000
MAX_DEPTH: Final = 50


def parse_regex(text: str, place: Place, *, encoded_slash: bool = False) -> Node:
    """The nodes of an expression. ``encoded_slash``: whether a canonical path may hold ``%2F``. Raises RegexError."""
    parser = _Parser(text, place, encoded_slash)
    node = parser.alternatives(0)
    if parser.at < len(text):
        raise RegexError("this ) closes nothing", parser.at, parser.at + 1, r"write \) for the character itself")
    if size_of(node) > MAX_SIZE:
        message = f"this expression is too large: written out it has {size_of(node)} characters, {MAX_SIZE} may be"
        raise RegexError(message, 0, len(text), "use smaller counts in {m,n}")
    return node


class _Parser(CharReader):
    """Recursive descent over what the characters make up."""

    def __init__(self, text: str, place: Place, encoded_slash: bool) -> None:
        super().__init__(text, place, encoded_slash)
        self.names: set[str] = set()

    def alternatives(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise RegexError("groups are nested too deeply", self.at, self.at + 1, f"at most {MAX_DEPTH} levels may be")
        fold = self.fold
        options = [self.sequence(depth)]
        while self.peek() == "|":
            self.at += 1
            options.append(self.sequence(depth))
        self.fold = fold
        return options[0] if len(options) == 1 else Alt(tuple(options))

    def sequence(self, depth: int) -> Node:
        items: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            if self.text.startswith("(?i)", self.at):
                self.fold = True
                self.at += 4
                continue
            items.append(self.repeated(self.atom(depth)))
        return items[0] if len(items) == 1 else Cat(tuple(items))

    def repeated(self, item: Node) -> Node:
        start = self.at
        char = self.peek()
        if char not in ("*", "+", "?", "{"):
            return item
        if char == "{":
            low, high = self.counts()
        else:
            self.at += 1
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        again = self.peek()
        if again and again in "?+*{":
            kind = {"?": "lazy repetitions are", "+": "possessive repetitions are"}.get(
                again, "a repetition of a repetition is"
            )
            help = "let the class say where to stop, such as [^-]*" if again == "?" else "put the inner one into (?:…)"
            raise RegexError(f"{kind} not part of the subset", start, self.at + 1, help)
        return EMPTY if high == 0 else Repeat(item, low, high)

    def counts(self) -> tuple[int, int | None]:
        start = self.at
        end = self.text.find("}", start)
        low_text, comma, high_text = self.text[start + 1 : end].partition(",") if end > 0 else ("", "", "")
        if not _digits(low_text) or (high_text and not _digits(high_text)):
            help = r"write {3}, {2,5} or {2,}; the character itself is \{"
            raise RegexError("this { begins no count", start, start + 1, help)
        self.at = end + 1
        low = int(low_text)
        high = low if not comma else int(high_text) if high_text else None
        if high is not None and high < low:
            raise RegexError("the count falls", start, self.at, f"write {{{high},{low}}}")
        if max(low, high or 0) > MAX_COUNT:
            raise RegexError(f"a count may be at most {MAX_COUNT}", start, self.at, "write a smaller one")
        return low, high

    def atom(self, depth: int) -> Node:
        start, char = self.at, self.text[self.at]
        if char == "(":
            return self.group(depth)
        if char == "[":
            return self.units(self.char_class(), start)
        if char == ".":
            self.at += 1
            return self.units(ALL_BYTES & ~NEWLINE, start)
        if char in "^$":
            raise RegexError(ANCHOR_REFUSED[0], start, start + 1, ANCHOR_REFUSED[1])
        if char in "*+?{":
            raise RegexError(
                f"this {char} repeats nothing", start, start + 1, f"write \\{char} for the character itself"
            )
        if char in "]}":
            raise RegexError(
                f"this {char} closes nothing", start, start + 1, f"write \\{char} for the character itself"
            )
        if char == "\\":
            return self.escape()
        self.at += 1
        if char == "%" and self.place != "value":
            return self.percent(start)
        return self.literal(char, start)

    def group(self, depth: int) -> Node:
        start = self.at
        name = self.opening()
        fold = self.fold
        self.fold = fold or self.text.startswith("(?i:", start)
        inner = self.alternatives(depth + 1)
        self.fold = fold
        if self.peek() != ")":
            raise RegexError(
                "this ( is not closed", start, start + 1, r"add the ), or write \( for the character itself"
            )
        self.at += 1
        return Group(name, inner) if name else inner

    def opening(self) -> str:
        """Reads what opens a group; its name, empty if it has none."""
        start, text = self.at, self.text
        if not text.startswith("(?", start):
            self.at += 1
            return ""
        for opening in ("(?:", "(?i:"):
            if text.startswith(opening, start):
                self.at += len(opening)
                return ""
        for opening, message, help in GROUPS_REFUSED:
            if text.startswith(opening, start):
                raise RegexError(message, start, start + len(opening), help)
        for opening in ("(?P<", "(?<"):
            if text.startswith(opening, start):
                return self.group_name(start, start + len(opening))
        raise RegexError(
            "this group is not part of the subset", start, min(start + 3, len(text)), "write (?:…) or (?i)"
        )

    def group_name(self, start: int, begin: int) -> str:
        end = self.text.find(">", begin)
        name = self.text[begin:end] if end > 0 else ""
        if not (name.isascii() and name.isidentifier()):
            help = "a parameter's name is letters, digits and _, not beginning with a digit"
            raise RegexError("this is no name for a group", start, max(end, begin), help)
        if self.place != "path":
            what = "the parameter has its name already" if self.place == "segment" else "conditions have no parameters"
            raise RegexError("named groups are for path_regex", start, end + 1, f"write (?:…): {what}")
        if name in self.names:
            raise RegexError(f"two groups are named {name!r}", start, end + 1, "give each its own name")
        self.names.add(name)
        self.at = end + 1
        return name


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6
