"""A token's text, taken apart strictly (RFC 7515 3.1, 7.1; RFC 8725 3): three parts, plain headers, nothing fetched.

Nothing here says that a token is true; what it says about itself is only read as far as choosing a key needs it.
"""

import base64
import json
import re
from typing import Any, Final, NamedTuple

LONGEST: Final = 8 * 1024
"""Bytes of a token that is looked at at all."""
_COMPACT: Final = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_FETCHES: Final = ("jku", "x5u", "jwk", "x5c")
"""Headers that would let a token bring its own key (RFC 8725 3.5, 3.10)."""


class BadToken(ValueError):  # noqa: N818 - it says what it is
    """Why a token is refused, in words for whoever sent it."""


class Header(NamedTuple):
    """What of a header is needed. ``id`` is its kid, "" for none; ``type`` as it is compared."""

    algorithm: str
    id: str
    type: str


def header_of(token: bytes) -> Header:
    """The header of a token. Raises BadToken."""
    if len(token) > LONGEST:
        raise BadToken("the token is larger than 8 KiB")
    match = _COMPACT.fullmatch(token)
    if match is None:
        raise BadToken("this is no JSON Web Token in three parts")
    header = json_object(match[1], "header")
    for name in _FETCHES:
        if name in header:
            raise BadToken(f"the token brings a key of its own ({name})")
    if "crit" in header:
        raise BadToken("the token asks for extensions that are not known here (crit)")
    if "b64" in header:
        raise BadToken("the token is not encoded as usual (b64)")
    if "zip" in header or "enc" in header:
        raise BadToken("the token is compressed or encrypted")
    algorithm, id, type = header.get("alg"), header.get("kid", ""), header.get("typ", "")
    if not isinstance(algorithm, str) or not isinstance(id, str) or not isinstance(type, str):
        raise BadToken("the token's header is malformed")
    return Header(algorithm, id, type.lower().removeprefix("application/"))


def claims_of(token: bytes) -> dict[str, Any]:
    """The claims of a token that ``header_of`` took. Raises BadToken."""
    return json_object(token.split(b".")[1], "claims")


def json_object(part: bytes, what: str) -> dict[str, Any]:
    """A part of a token as a JSON object without a name that stands there twice, in UTF-8 (RFC 8725 3.7). Raises
    BadToken.

    Half a character (an escaped surrogate without its other half) has no form in UTF-8: it is no text.
    """
    try:
        text = base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True).decode("utf-8")
        said = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
        if "\\u" in text:
            json.dumps(said, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise BadToken(f"the token's {what} cannot be read") from None
    if not isinstance(said, dict):
        raise BadToken(f"the token's {what} cannot be read")
    return said


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name twice")
    return made


def _no_number(word: str) -> None:
    raise ValueError(word)
