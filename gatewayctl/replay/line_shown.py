"""A line of a log that could not be read, as it may be shown: a short piece of it, with what could be a secret masked."""

import re
from typing import Final

_SHOWN: Final = 60
"""Characters of a line that are shown."""
_VALUE: Final = re.compile(r"=[^&\s\"]+")
_USER: Final = re.compile(r"//[^/@\s]+@")
_REST: Final = re.compile(r"\{|:(?=\s|$)")
"""From here on a line is taken for JSON, or for what is written much like it."""
_PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?$)|[^\s"{}\[\],:]+', re.DOTALL)
_NAME: Final = re.compile(r"\s*:")


def shown_line(line: bytes) -> str:
    """The beginning of a line. Of JSON only names and what is between them is shown; elsewhere what stands behind a ``=``
    or a ``: ``, and users and passwords of URLs, are masked."""
    text = line.decode(errors="replace")
    rest = _REST.search(text)
    at = len(text) if rest is None else rest.start()
    head = _USER.sub("//*@", _VALUE.sub("=*", text[:at]))
    tail = text[at : at + 4 * _SHOWN]
    named = _PIECE.sub(lambda found: found[0] if _is_name(found) else "*", tail)
    whole = head + named
    return whole if len(whole) <= _SHOWN and len(tail) == len(text) - at else f"{whole[:_SHOWN]}…"


def _is_name(found: re.Match[str]) -> bool:
    return found[0][:1] == '"' and found[0][-1:] == '"' and _NAME.match(found.string, found.end()) is not None
