"""The byte sets and refusals that the regular-expression front end knows by name."""

from typing import Final

from gatewayctl.routing.regex_ast import ALL_BYTES, letters, span

DIGITS: Final = span(ord("0"), ord("9"))
UPPER: Final = span(ord("A"), ord("Z"))
LOWER: Final = span(ord("a"), ord("z"))
HEX_UPPER: Final = DIGITS | span(ord("A"), ord("F"))
WORD: Final = DIGITS | UPPER | LOWER | letters("_")
SPACE: Final = letters("\t\n\f\r ")
NEWLINE: Final = letters("\n")

CANONICAL: Final = span(33, 126) & ~letters("\\?#")
"""The bytes that may stand in a canonical path: printable ASCII without space, ``\\``, ``?`` and ``#``."""

NAMED_SETS: Final[dict[str, int]] = {
    "d": DIGITS,
    "D": ALL_BYTES & ~DIGITS,
    "w": WORD,
    "W": ALL_BYTES & ~WORD,
    "s": SPACE,
    "S": ALL_BYTES & ~SPACE,
}
CONTROLS: Final[dict[str, int]] = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "a": 7}

_IN_FULL = "regular expressions always match in full: leave it out, and write .* where something may stand around it"

ESCAPES_REFUSED: Final[dict[str, tuple[str, str]]] = {
    "b": ("word boundaries are not part of the subset", "write the characters that may stand there, such as [-_.]"),
    "B": ("word boundaries are not part of the subset", "write the characters that may stand there, such as [a-z0-9]"),
    "p": ("Unicode properties are not part of the subset", "write a class of bytes, such as [A-Za-z]"),
    "P": ("Unicode properties are not part of the subset", "write a class of bytes, such as [^A-Za-z]"),
    "A": ("anchors are not part of the subset", _IN_FULL),
    "z": ("anchors are not part of the subset", _IN_FULL),
    "Z": ("anchors are not part of the subset", _IN_FULL),
    "G": ("anchors are not part of the subset", _IN_FULL),
    "k": (
        "backreferences are not part of the subset",
        "name the part twice and compare the parameters behind the gateway",
    ),
    "Q": (r"\Q…\E is not part of the subset", r"put a \ before each special character"),
    "E": (r"\Q…\E is not part of the subset", r"put a \ before each special character"),
    "C": (r"\C is not part of the subset", "write . for any one character"),
    "X": (r"\X is not part of the subset", "write . for any one character"),
    "R": (r"\R is not part of the subset", "values have no line breaks: leave it out"),
}
ANCHOR_REFUSED: Final = ("anchors are not part of the subset", _IN_FULL)
BACKREFERENCE: Final = (
    "backreferences are not part of the subset",
    "a regular expression cannot compare two of its parts: write out the values it may have",
)

GROUPS_REFUSED: Final[tuple[tuple[str, str, str], ...]] = (
    ("(?=", "lookahead is not part of the subset", "write the whole of what may follow, or use two routes"),
    (
        "(?!",
        "lookahead is not part of the subset",
        "let a second route with a higher priority take what is to be left out",
    ),
    ("(?<=", "lookbehind is not part of the subset", "write the whole of what may stand before, or use two routes"),
    (
        "(?<!",
        "lookbehind is not part of the subset",
        "let a second route with a higher priority take what is to be left out",
    ),
    ("(?P=", *BACKREFERENCE),
    ("(?P>", "recursion is not part of the subset", "write the part out as often as it may occur"),
    ("(?#", "comments are not part of the subset", "write a TOML comment beside the value"),
    ("(?>", "atomic groups are not part of the subset", "write (?:…): matching takes linear time in any case"),
    ("(?|", "branch resets are not part of the subset", "write (?:…)"),
)
