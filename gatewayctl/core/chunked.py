"""The chunked transfer coding, decoded strictly and written plainly (RFC 9112 7.1).

Sizes are hexadecimal digits and nothing else; extensions are bounded and dropped; line ends are CRLF; trailers are
bounded, and whether they go on is the caller's choice.
"""

import re
from collections.abc import Callable
from typing import Final

from gatewayctl.core.fields import Field
from gatewayctl.core.framing import BadMessage

LAST_CHUNK: Final = b"0\r\n\r\n"

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_SIZE_LINE: Final = re.compile(
    rb"([0-9A-Fa-f]{1,15})((?:[ \t]*;[ \t]*"
    + _TOKEN
    + rb"(?:[ \t]*=[ \t]*(?:"
    + _TOKEN
    + rb'|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"))?)*)'
)
_MAX_SIZE_LINE: Final = 256
_MAX_EXTENSIONS: Final = 16 * 1024
_MAX_TRAILER_SECTION: Final = 8 * 1024
_MAX_TRAILERS: Final = 50

_SIZE, _DATA, _DATA_END, _TRAILERS, _DONE = range(5)


class ChunkedDecoder:
    """Takes the bytes of one chunked body as they come. ``reason`` is what a BadMessage of this side is called."""

    __slots__ = ("_buffer", "_extensions", "_left", "_parse_trailer", "_reason", "_state", "_trailer_size", "trailers")

    def __init__(self, reason: str, parse_trailer: Callable[[bytes], Field]) -> None:
        self._reason = reason
        self._parse_trailer = parse_trailer
        self._state = _SIZE
        self._buffer = b""
        self._left = 0
        self._extensions = 0
        self._trailer_size = 0
        self.trailers: list[Field] = []

    @property
    def done(self) -> bool:
        """Whether the body has ended, trailers and all."""
        return self._state == _DONE

    def feed(self, data: bytes) -> tuple[list[bytes], bytes]:
        """The pieces of body in ``data`` and, once the body is done, the bytes after it. Raises BadMessage."""
        pieces: list[bytes] = []
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        at, size = 0, len(data)
        while at < size:
            state = self._state
            if state == _DATA:
                take = min(self._left, size - at)
                pieces.append(data[at : at + take])
                at += take
                self._left -= take
                if not self._left:
                    self._state = _DATA_END
            elif state == _DATA_END:
                if not data.startswith(b"\r\n"[: size - at], at):
                    raise BadMessage(self._reason, "a chunk that does not end where it says")
                if size - at < 2:
                    break
                at += 2
                self._state = _SIZE
            elif state == _SIZE:
                end = data.find(b"\r\n", at)
                if end < 0:
                    self._check_partial(data, at, _MAX_SIZE_LINE, "a chunk size line that is too long")
                    break
                self._left = self._size(data[at:end])
                at = end + 2
                self._state = _DATA if self._left else _TRAILERS
            elif state == _TRAILERS:
                end = data.find(b"\r\n", at)
                if end < 0:
                    self._check_partial(data, at, _MAX_TRAILER_SECTION, "a trailer section that is too large")
                    break
                self._trailer(data[at:end])
                at = end + 2
            else:
                break
        rest = data[at:]
        if self._state == _DONE:
            return pieces, rest
        self._buffer = rest
        return pieces, b""

    def _check_partial(self, data: bytes, at: int, limit: int, problem: str) -> None:
        line = data[at:]
        if len(line) - line.endswith(b"\r") > limit:
            raise BadMessage(self._reason, problem)
        if b"\n" in line or b"\r" in line[:-1]:
            raise BadMessage(self._reason, "a bare CR or LF in the chunked coding")
        if self._state == _SIZE and _SIZE_LINE.match(line.rstrip(b"\r") or b"0") is None:
            raise BadMessage(self._reason, "a malformed chunk size")

    def _size(self, line: bytes) -> int:
        match = _SIZE_LINE.fullmatch(line) if len(line) <= _MAX_SIZE_LINE else None
        if match is None:
            raise BadMessage(self._reason, "a malformed chunk size")
        self._extensions += len(match[2])
        if self._extensions > _MAX_EXTENSIONS:
            raise BadMessage(self._reason, "too many chunk extensions")
        return int(match[1], 16)

    def _trailer(self, line: bytes) -> None:
        if not line:
            self._state = _DONE
            return
        self._trailer_size += len(line) + 2
        if self._trailer_size > _MAX_TRAILER_SECTION or len(self.trailers) >= _MAX_TRAILERS:
            raise BadMessage(self._reason, "a trailer section that is too large")
        try:
            self.trailers.append(self._parse_trailer(line))
        except BadMessage as error:
            raise BadMessage(self._reason, f"in a trailer: {error.detail}") from None


def chunk(data: bytes) -> bytes:
    """One chunk; ``data`` must not be empty."""
    return b"%x\r\n%b\r\n" % (len(data), data)
