"""How long a body is, decided once, so that nobody behind can decide otherwise (RFC 9112 6).

A message with both Content-Length and Transfer-Encoding, with a coding other than exactly ``chunked``, or with a length
that is not plain digits is refused, not repaired.
"""

from collections.abc import Sequence
from typing import Final

from gatewayctl.core.fields import Field, Kind

NO_BODY: Final = 0
CHUNKED: Final = -1
UNTIL_CLOSE: Final = -3


class BadMessage(Exception):  # noqa: N818 - it is a message, and it is bad
    """A message that is refused. ``reason`` is a word of the failure table, ``detail`` says what is wrong with it."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def request_framing(fields: Sequence[Field], minor: int) -> int:
    """The body's length in bytes or ``CHUNKED``, for a request with a Content-Length or Transfer-Encoding field."""
    length = NO_BODY
    chunked = False
    stated = False
    for f in fields:
        if f[0] & Kind.CONTENT_LENGTH:
            length, stated = int(f[2]), True
        elif f[0] & Kind.TRANSFER_ENCODING:
            if f[2].lower() != b"chunked":
                raise BadMessage("bad_request", "a Transfer-Encoding other than chunked")
            chunked = True
    if chunked:
        if stated:
            raise BadMessage("bad_request", "both Content-Length and Transfer-Encoding")
        if minor == 0:
            raise BadMessage("bad_request", "Transfer-Encoding in an HTTP/1.0 request")
        return CHUNKED
    return length


def response_framing(status: int, length: int) -> int:
    """The length of a response's body: bytes, ``CHUNKED`` or ``UNTIL_CLOSE`` (RFC 9112 6.3); to a HEAD there is none.

    ``length`` is what the head states (Content-Length, ``CHUNKED``, or a value below that when it states nothing).
    """
    if status == 204 or status == 304 or status < 200:
        return NO_BODY
    return length if length >= CHUNKED else UNTIL_CLOSE
