"""The characters of regular expressions: literals, escapes, classes and percent-escapes, as sets of bytes.

In a path one character is a byte or a whole percent-escape; see ``regex.py`` for what follows from that.
"""

from typing import Final, Literal

from gatewayctl.routing.regex_ast import ALL_BYTES, Alt, Cat, Chars, Node, byte, letters, span
from gatewayctl.routing.regex_classes import (
    BACKREFERENCE,
    CANONICAL,
    CONTROLS,
    ESCAPES_REFUSED,
    HEX_UPPER,
    LOWER,
    NAMED_SETS,
    UPPER,
)

Place = Literal["segment", "path", "value"]
"""Where an expression stands: inside a segment of a pattern, as a ``path_regex``, or for a header or query value."""

_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_ESCAPE: Final = Cat((byte(ord("%")), Chars(HEX_UPPER), Chars(HEX_UPPER)))


class RegexError(ValueError):
    """What is wrong, from which character to which (offsets in the expression), and what to write instead."""

    def __init__(self, message: str, start: int, end: int, help: str) -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.help = message, start, end, help


class CharReader:
    """Reads characters of ``text`` from ``at`` on; ``fold`` says whether ``(?i)`` holds here."""

    def __init__(self, text: str, place: Place, encoded_slash: bool) -> None:
        self.text, self.place, self.encoded_slash = text, place, encoded_slash
        self.at = 0
        self.fold = False
        self.allowed = ALL_BYTES if place == "value" else CANONICAL
        if place == "segment":
            self.allowed &= ~letters("/")

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def literal(self, char: str, start: int) -> Node:
        if ord(char) > 126 and self.place == "value":
            return Cat(tuple(map(byte, char.encode())))
        if ord(char) > 126:
            raise RegexError(f"a canonical path has no {char!r}", start, self.at, f"write {_percent(char)}")
        return self.units(letters(char), start)

    def percent(self, start: int) -> Node:
        digits = self.text[self.at : self.at + 2]
        if len(digits) < 2 or not _HEX.issuperset(digits):
            raise RegexError("a % needs its two hex digits", start, start + 1, "write %25 for the character itself")
        self.at += 2
        value = int(digits, 16)
        if value < 32 or value == 127 or chr(value) == "\\" or (chr(value) == "/" and not self.encoded_slash):
            help = 'set encoded_slashes = "keep", or leave it out' if chr(value) == "/" else "leave it out"
            raise RegexError(f"a canonical path has no %{digits.upper()}", start, self.at, help)
        if chr(value) in _UNRESERVED:
            return self.units(letters(chr(value)), start)
        return Cat(tuple(map(byte, f"%{value:02X}".encode())))

    def escape(self) -> Node:
        start, char = self.at, self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if char in NAMED_SETS:
            return self.units(NAMED_SETS[char], start)
        value = self.escaped_byte(start, char)
        if value == ord("%") and self.place != "value":
            return self.percent(start)
        return self.units(1 << value, start)

    def escaped_byte(self, start: int, char: str) -> int:
        """The byte that ``\\`` and ``char`` stand for; reads on for ``\\xHH``."""
        if char in ESCAPES_REFUSED:
            message, help = ESCAPES_REFUSED[char]
            raise RegexError(message, start, start + 2, help)
        if char.isdigit():
            raise RegexError(BACKREFERENCE[0], start, start + 2, BACKREFERENCE[1])
        if char == "x":
            digits = self.text[self.at : self.at + 2]
            if len(digits) < 2 or not _HEX.issuperset(digits):
                raise RegexError(r"\x needs two hex digits", start, self.at, r"write \x2e, for example")
            self.at += 2
            return int(digits, 16)
        if char in CONTROLS:
            return CONTROLS[char]
        if char and char.isascii() and not char.isalnum():
            return ord(char)
        if not char:
            raise RegexError(r"a \ at the end escapes nothing", start, start + 1, r"write \\ for the character itself")
        raise RegexError(
            f"\\{char} is not part of the subset", start, start + 2, f"write {char} for the character itself"
        )

    def char_class(self) -> int:
        start = self.at
        self.at += 1
        negated = self.peek() == "^"
        self.at += negated
        mask, first = 0, True
        while first or self.peek() != "]":
            if not self.peek():
                raise RegexError(
                    "this [ is not closed", start, start + 1, r"add the ], or write \[ for the character itself"
                )
            mask |= self.class_item()
            first = False
        self.at += 1
        if self.fold:
            mask = _folded(mask)
        return ALL_BYTES & ~mask if negated else mask

    def class_item(self) -> int:
        """A byte, a range or a named set inside ``[…]``."""
        start = self.at
        low = self.class_char()
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return low
        self.at += 1
        high = self.class_char()
        if low.bit_count() != 1 or high.bit_count() != 1 or high < low:
            help = "write the lower character first, such as a-z; a literal - stands last"
            raise RegexError("this range is no range", start, self.at, help)
        return span(low.bit_length() - 1, high.bit_length() - 1)

    def class_char(self) -> int:
        """One character inside ``[…]`` as a set."""
        start, char = self.at, self.peek()
        if not char:
            raise RegexError(
                "this [ is not closed", start - 1, start, r"add the ], or write \[ for the character itself"
            )
        if self.text.startswith("[:", start) and ":]" in self.text[start + 2 :]:
            end = self.text.index(":]", start + 2) + 2
            raise RegexError("POSIX classes are not part of the subset", start, end, _posix_help(self.text[start:end]))
        if char == "\\":
            name = self.text[start + 1 : start + 2]
            self.at += 2
            return NAMED_SETS[name] if name in NAMED_SETS else 1 << self.escaped_byte(start, name)
        self.at += 1
        if ord(char) > 126:
            help = f"write (?:{char}|…)" if self.place == "value" else f"write (?:{_percent(char)}|…)"
            raise RegexError("a class holds ASCII characters only", start, self.at, help)
        return letters(char)

    def units(self, mask: int, start: int) -> Node:
        """One character of the set; where it may be a percent-escape, all of the escape."""
        mask = _folded(mask) if self.fold else mask
        inside = mask & self.allowed
        if mask and not inside:
            raise RegexError(*self.impossible(mask, start))
        percent = letters("%")
        if self.place == "value" or not inside & percent:
            return Chars(inside)
        single = Chars(inside & ~percent)
        return Alt((single, _ESCAPE)) if single.mask else _ESCAPE

    def impossible(self, mask: int, start: int) -> tuple[str, int, int, str]:
        """The arguments of the error about characters that the value never has."""
        if mask & letters("/"):
            help = "let the pattern say where segments end, or use {name:path} or path_regex"
            return "a regular expression inside a pattern cannot contain /", start, self.at, help
        char = chr(mask.bit_length() - 1)
        help = "leave it out" if not 32 <= ord(char) < 127 or char == "\\" else f"write {_percent(char)}"
        return f"a canonical path has no {char!r}", start, self.at, help


def _percent(text: str) -> str:
    return "".join(f"%{value:02X}" for value in text.encode())


def _posix_help(text: str) -> str:
    known = {
        "[:alpha:]": "A-Za-z",
        "[:digit:]": "0-9",
        "[:alnum:]": "A-Za-z0-9",
        "[:lower:]": "a-z",
        "[:upper:]": "A-Z",
    }
    return f"write [{known.get(text, 'A-Za-z0-9')}]"


def _folded(mask: int) -> int:
    """The set with both cases of each letter in it."""
    return mask | (mask & UPPER) << 32 | (mask & LOWER) >> 32
