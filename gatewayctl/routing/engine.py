"""The engine behind regular expressions: RE2 (linear time) in Latin-1 mode, so that a byte is a character."""

import re
from typing import Any, Final

from gatewayctl.routing.compiled import Kind, Piece
from gatewayctl.routing.regex import RegexError, parse_regex
from gatewayctl.routing.regex_ast import Cat, Node, byte

LAZY_TEXT: Final[dict[int, bytes]] = {
    Kind.PARAM: rb"(?:[^%]|%[0-9A-F]{2})+?",
    Kind.INT: rb"[0-9]+?",
    Kind.UUID: rb"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
    Kind.SLUG: rb"[a-z0-9]+?(?:-[a-z0-9]+?)*?",
}
"""What a parameter without an expression of its own takes, as little as it can, for RE2."""

SOURCE: Final[dict[int, str]] = {
    Kind.PARAM: "[^/]+",
    Kind.INT: "[0-9]+",
    Kind.UUID: "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
    Kind.SLUG: "[a-z0-9]+(?:-[a-z0-9]+)*",
}
"""The same languages in the subset that routes are written in."""


# A row of byte sets of which at most the last is repeated without a fixed count, with groups around any of them: no
# engine can need more than one pass for it, so the standard library's, three times as quick to call, is as safe as RE2.
_SET: Final = rb"(?:\\x[0-9a-f]{2}|\[[^\]]+\]|[A-Za-z0-9/_])"
_ONE_PASS: Final = rb"(?:%b(?:\{[0-9]+\})?|\(\?P<\w+>|\))*(?:%b(?:[*+?]|\{[0-9]+,[0-9]*\}))?\)*" % (_SET, _SET)


def compile_regex(text: bytes) -> Any:
    """What matches a canonical text in full, RE2 or what does the same for a simple expression; it has ``fullmatch``,
    whose result has ``groups``. Raises RegexError if RE2 finds the expression too large."""
    if re.fullmatch(_ONE_PASS, text):
        return re.compile(text)
    import re2  # most configurations have no expression that needs it

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as error:
        message = "RE2 finds this expression too large"
        raise RegexError(message, 0, 1, "use smaller counts in {m,n}") from error


def check_regex(text: bytes) -> None:
    """Raises RegexError if ``compile_regex`` would."""
    if not re.fullmatch(_ONE_PASS, text):
        compile_regex(text)


def node_of(piece: Piece) -> Node:
    """The expression of a piece of a segment, parsed again from what was written."""
    if piece.kind == Kind.LITERAL:
        return Cat(tuple(byte(value) for value in piece.text))
    return parse_regex(SOURCE.get(piece.kind) or piece.source, "segment", encoded_slash=True)
