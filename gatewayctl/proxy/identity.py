"""Request ids and trace context: what a request is found by later.

Trace context follows W3C Trace Context: a valid ``traceparent`` is continued (same trace, a span of our own as parent,
flags kept), anything else starts a new trace with the sampling decision made here.
"""

import os
import re
from collections.abc import Callable
from struct import Struct
from typing import Final

from gatewayctl.core.fields import Field, Kind
from gatewayctl.core.grammar import TRACEPARENT

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._~:/+=@-]{1,128}")
_POOL: Final = 4096
_IDENTITY: Final = Struct("32s16s")
_LOT: Final = Struct("18x14s16x")
"""The digits of one identity, read in two ways."""
_IDENTITIES: Final = 170
"""Made at once."""
_FLAG_SAMPLED: Final = 1
_FLAG_RANDOM: Final = 2


class Entropy:
    """Random hex digits: one system call for a hundred identifiers. ``source(n)`` gives n random bytes."""

    __slots__ = ("_at", "_hex", "_identities", "_source")

    def __init__(self, source: Callable[[int], bytes] = os.urandom) -> None:
        self._source = source
        self._identities: list[tuple[tuple[bytes, bytes], tuple[bytes]]] = []
        self._hex = b""
        self._at = 0

    def identity(self) -> tuple[tuple[bytes, bytes], tuple[bytes]]:
        """A trace id and a span id, and apart the last 14 digits of the trace id (see ``sample_below``)."""
        made = self._identities
        if not made:
            digits = self._source(_IDENTITY.size // 2 * _IDENTITIES).hex().encode()
            made += zip(_IDENTITY.iter_unpack(digits), _LOT.iter_unpack(digits), strict=True)
        return made.pop()

    def hex(self, digits: int) -> bytes:
        """That many random hexadecimal digits; at most 64."""
        at = self._at
        end = at + digits
        if end > len(self._hex):
            self._hex = self._source(_POOL).hex().encode()
            at, end = 0, digits
        self._at = end
        return self._hex[at:end]


def acceptable_request_id(value: bytes) -> bool:
    """Whether a request id from a trusted peer is fit to be kept."""
    return _REQUEST_ID.fullmatch(value) is not None


def continued_trace(fields: list[Field]) -> tuple[bytes, bytes] | None:
    """(trace id, flags) of a request's traceparent; None if there is none, several, or it is invalid."""
    found = [f[2] for f in fields if f[0] == _TRACEPARENT]
    if len(found) != 1:
        return None
    value = found[0]
    if value[:3] == b"00-":  # the usual version, read without an expression
        parts = value.split(b"-")
        if (
            len(value) == 55
            and [len(part) for part in parts] == _LENGTHS
            and not value.translate(None, _HEX_AND_DASH)
            and parts[1] != _NO_TRACE
            and parts[2] != _NO_SPAN
        ):
            return parts[1], parts[3]
        return None
    match = TRACEPARENT.fullmatch(value)
    return None if match is None else (match[1], match[3])


_TRACEPARENT: Final = Kind.TRACEPARENT
_HEX_AND_DASH: Final = b"0123456789abcdef-"
_LENGTHS: Final = [2, 32, 16, 2]
_NO_TRACE: Final = b"0" * 32
_NO_SPAN: Final = b"0" * 16

SAMPLED: Final = b"%02x" % (_FLAG_SAMPLED | _FLAG_RANDOM)
NOT_SAMPLED: Final = b"%02x" % _FLAG_RANDOM


def sample_below(ratio: float) -> bytes:
    """The bound under which the last 14 digits of a random trace id mean "sampled", for a share of ``ratio`` (0 to 1).

    Digits of equal length compare as the numbers do (W3C Trace Context 2, 7.1: the rightmost 7 bytes are random).
    """
    return b"g" if ratio >= 1 else b"%014x" % int(ratio * (1 << 56))
