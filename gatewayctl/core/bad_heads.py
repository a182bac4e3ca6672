"""Heads that are refused: what exactly is wrong with them, and what can still be told of the request."""

from typing import Final

from gatewayctl.core.fields import Field, Kind
from gatewayctl.core.framing import NO_BODY, BadMessage
from gatewayctl.core.grammar import TOKEN
from gatewayctl.core.messages import PLAIN, RequestHead

ONCE: Final = Kind.HOST | Kind.CONTENT_LENGTH | Kind.TRANSFER_ENCODING
"""Fields of which a second one is an attack or a mistake, never a list."""


def check_repeated(fields: list[Field], reason: str) -> None:
    """Raises BadMessage where a field occurs twice that may occur once only."""
    seen = 0
    for f in fields:
        if f[0] & seen & ONCE:
            raise BadMessage(reason, f"more than one {f[1].decode()} field")
        seen |= f[0]


def salvage(raw: bytes) -> RequestHead:
    """What can be told of a request that is refused, for its log line and its answer: method and target if they are readable."""
    head = RequestHead()
    head.method, head.path, head.query, head.minor, head.plain = b"-", b"", None, 1, False
    head.tally = []
    head.fields, head.kinds, head.authority, head.host = [], 0, b"", b""
    head.body, head.keep_alive, head.wishes, head.repeated = NO_BODY, False, PLAIN, False
    parts = raw[:1024].split(b"\r\n", 1)[0].split(b" ")
    if len(parts) > 1 and TOKEN.fullmatch(parts[0]) and len(parts[0]) <= 32:
        head.method = parts[0]
        head.path, mark, query = parts[1].partition(b"?")
        head.query = query if mark else None
    return head


def bad_request_line(line: bytes) -> BadMessage:
    if not line.isascii() or any(c < 0x20 or c == 0x7F for c in line):
        return BadMessage("bad_request", "the request line holds control or non-ASCII bytes")
    parts = line.split(b" ")
    if len(parts) == 3 and parts[2].startswith(b"HTTP/"):
        if not parts[2].startswith((b"HTTP/1.0", b"HTTP/1.1")) or len(parts[2]) != 8:
            return BadMessage("bad_request", "only HTTP/1.0 and HTTP/1.1 are spoken here")
        if b"#" in parts[1]:
            return BadMessage("bad_request", "the request target holds a fragment")
    return BadMessage("bad_request", "malformed request line")


def bad_field_line(line: bytes) -> BadMessage:
    if line[:1] in {b" ", b"\t"}:
        return BadMessage("bad_request", "a folded header line")
    name, colon, value = line.partition(b":")
    if not colon or not name:
        return BadMessage("bad_request", "a header line without a name")
    if name[-1:] in {b" ", b"\t"}:
        return BadMessage("bad_request", "white space between a header name and its colon")
    if any((c < 0x20 and c != 9) or c == 0x7F for c in value):
        return BadMessage("bad_request", "a control byte in a header value")
    return BadMessage("bad_request", "malformed header name")
