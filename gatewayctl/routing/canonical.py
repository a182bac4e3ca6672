"""Canonical paths: the one form in which paths are matched and forwarded, and what else a server may read in them.

Unreserved percent-escapes are decoded, hex digits upper-cased, ``.`` and ``..`` resolved (RFC 3986 6.2.2). Refused are
a path that escapes the root, an encoded slash (see ``encoded_slashes``), backslash or control byte, a raw byte that no
request target has, and a broken escape. ``//`` (unless ``merge_slashes``) and ``;…`` are kept.
"""

import re
from typing import Final

from gatewayctl.core.grammar import PLAIN_PATH
from gatewayctl.routing.spec import EncodedSlashes

_plainly_canonical: Final = PLAIN_PATH.fullmatch
_PLAIN: Final = re.compile(rb"/[!\"$&->@-\[\]-~]*").fullmatch
"""Only bytes that may stand in a canonical path, ``%`` left aside."""
_DOTS: Final = re.compile(rb"/\.\.?(?:/|\Z)")
HIDDEN_DOTS: Final = re.compile(rb"(?:/|%2F)\.\.?%2F|%2F\.\.?(?:/|%2F|\Z)")
"""What a server that decodes ``%2F`` would read as ``.`` or ``..`` segments: refused where encoded slashes are kept."""
_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class PathError(ValueError):
    """A path that is refused with 400; ``reason`` says why in a few words for the log and the answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _escapes() -> dict[bytes, bytes]:
    """Two hex digits in any case → what stands in a canonical path; the refused ones are missing."""
    table = {}
    for value in range(32, 256):
        if value == 127 or value in b"/\\":
            continue
        canonical = bytes([value]) if value in _UNRESERVED else b"%%%02X" % value
        digits = f"{value:02x}"
        for first in {digits[0], digits[0].upper()}:
            for second in {digits[1], digits[1].upper()}:
                table[(first + second).encode()] = canonical
    return table


_CANONICAL: Final = _escapes()
_CANONICAL_WITH_SLASH: Final = {**_CANONICAL, b"2f": b"%2F", b"2F": b"%2F"}


def canonical_path(path: bytes, *, encoded_slashes: EncodedSlashes, merge_slashes: bool) -> bytes:
    """The canonical form of a request's path (without its query); the very same object if it is canonical already.

    Raises PathError for a path that has none.
    """
    if _plainly_canonical(path):
        return path
    if path[:1] != b"/":
        raise PathError("the path does not begin with /")
    made = _decoded(path, encoded_slashes) if b"%" in path else path
    if not _PLAIN(made.replace(b"%", b"")):
        raise PathError(_raw_fault(made))
    if merge_slashes and b"//" in made:
        made = merged(made)
    if _DOTS.search(made):
        made = resolved(made, clamp=False)
    if encoded_slashes == "keep" and HIDDEN_DOTS.search(made):
        raise PathError("a dot segment beside an encoded slash")
    return path if made == path else made


def canonical_escape(digits: bytes, encoded_slashes: EncodedSlashes) -> bytes:
    """What ``%`` and these two digits are in a canonical path. Raises PathError where it has no place there."""
    canonical = (_CANONICAL if encoded_slashes == "reject" else _CANONICAL_WITH_SLASH).get(digits)
    if canonical is None:
        raise PathError(_escape_fault(digits))
    return canonical


def _decoded(path: bytes, encoded_slashes: EncodedSlashes) -> bytes:
    parts = path.split(b"%")
    made = [parts[0]]
    for part in parts[1:]:
        made.append(canonical_escape(part[:2], encoded_slashes))
        made.append(part[2:])
    return b"".join(made)


def _escape_fault(digits: bytes) -> str:
    try:
        value = int(digits, 16) if len(digits) == 2 and digits.isalnum() else -1
    except ValueError:
        value = -1
    if value < 0:
        return "a percent-escape is broken"
    return {0x2F: "an encoded slash", 0x5C: "an encoded backslash"}.get(value, "an encoded control byte")


def _raw_fault(path: bytes) -> str:
    bad = next(value for value in path if not 33 <= value <= 126 or value in b"\\?#")
    if bad > 126:
        return "a byte above 126"
    names = {0x20: "a space", 0x5C: "a backslash", 0x3F: "a question mark", 0x23: "a fragment"}
    return names.get(bad, "a control byte")


def merged(path: bytes) -> bytes:
    """Every run of slashes as one."""
    while b"//" in path:
        path = path.replace(b"//", b"/")
    return path


def resolved(path: bytes, *, clamp: bool) -> bytes:
    """``.`` and ``..`` segments resolved (RFC 3986 5.2.4). Above the root: PathError, or with ``clamp`` the root."""
    made: list[bytes] = []
    segment = b""
    for segment in path[1:].split(b"/"):
        if segment == b"..":
            if made:
                made.pop()
            elif not clamp:
                raise PathError("the path escapes the root")
        elif segment != b".":
            made.append(segment)
    if segment in (b".", b".."):
        made.append(b"")
    return b"/" + b"/".join(made)


def other_readings(path: bytes) -> list[bytes]:
    """The other paths that a server behind may read from this canonical one: slashes merged, ``;…`` cut from each
    segment, both. Empty for a path without ``//`` and ``;``."""
    readings = []
    cut = b"/".join(segment.partition(b";")[0] for segment in path.split(b"/")) if b";" in path else path
    for reading in (merged(path), resolved(cut, clamp=True), resolved(merged(cut), clamp=True)):
        for variant in (reading, merged(reading)):
            if variant != path and variant not in readings:
                readings.append(variant)
    return readings
