"""The literal characters of path patterns, brought into canonical form or reported with what to write instead."""

from typing import Final

from gatewayctl.routing.canonical import PathError, canonical_escape
from gatewayctl.routing.spec import RouteProblem, RoutingOptions

PATTERN: Final = "E301"
UNREACHABLE: Final = "E302"

_MEANT: Final = {
    "*": (PATTERN, "* stands only at the end, as a segment of its own", r"end the pattern with /*, or write {name:\*}"),
    "}": (PATTERN, "this } closes nothing", r"write {name:\}} for the character itself"),
    "\\": (UNREACHABLE, "a path with a backslash is refused", "write / to separate segments"),
    "?": (UNREACHABLE, "a path ends before the ?", 'match the query with query = { name = "value" }'),
    "#": (UNREACHABLE, "clients do not send what follows a #", "leave it out; %23 is the character itself"),
    " ": (UNREACHABLE, "a canonical path has no space", "write %20"),
}


def canonical_text(text: str, start: int, options: RoutingOptions, problems: list[RouteProblem]) -> tuple[bytes, int]:
    """The canonical bytes of a literal, and how many characters they are (an escape is one). ``start`` is where the
    literal begins in the pattern; what is wrong is added to ``problems``."""
    made, units, at = bytearray(), 0, 0
    while at < len(text):
        width = 3 if text[at] == "%" else 1
        piece = text[at : at + width]
        fault = None
        try:
            made += _percent(piece, options) if text[at] == "%" else _plain(piece)
        except _RefusedError as refused:
            fault = refused.args
        if fault is not None:
            code, message, help = fault
            problems.append(RouteProblem("path", message, start + at, start + at + len(piece), help, code=code))
        units, at = units + 1, at + width
    return bytes(made), units


class _RefusedError(ValueError):
    """Code, message and help for a character that cannot stand in a pattern."""


def _plain(char: str) -> bytes:
    if char in _MEANT:
        raise _RefusedError(*_MEANT[char])
    if ord(char) > 126 and char != "\x7f":
        help = "write " + "".join(f"%{value:02X}" for value in char.encode())
        raise _RefusedError(UNREACHABLE, f"a canonical path has no {char!r}", help)
    if ord(char) < 32 or char == "\x7f":
        raise _RefusedError(UNREACHABLE, "a path with a control character is refused", "leave it out")
    return char.encode()


def _percent(escape: str, options: RoutingOptions) -> bytes:
    try:
        return canonical_escape(escape[1:].encode(), options.encoded_slashes)
    except PathError as error:
        if error.reason == "a percent-escape is broken":
            raise _RefusedError(
                PATTERN, "a % needs its two hex digits", "write %25 for the character itself"
            ) from error
        help = 'write / or set encoded_slashes = "keep"' if error.reason == "an encoded slash" else "leave it out"
        raise _RefusedError(UNREACHABLE, f"{error.reason} is refused in paths", help) from error
