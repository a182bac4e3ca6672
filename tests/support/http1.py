"""A strict reader of HTTP/1.1 messages (RFC 9110, RFC 9112), written apart from the gateway to judge what it sends.

It accepts exactly what a careful peer may send and nothing a lenient one would forgive: CRLF line ends, token names, no
folding, one framing field, one Host. ``MalformedError`` means the bytes can never become a message,
``IncompleteError`` that they ended too early. It reads from bytes or, through ``more``, from a connection.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

Fields = tuple[tuple[bytes, bytes], ...]

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST_LINE = re.compile(rb"(%b) ([\x21-\x7e]+) HTTP/1\.([01])" % _TOKEN)
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?")
_FIELD = re.compile(
    rb"(%b):[ \t]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[ \t]*" % _TOKEN
)
_LENGTH = re.compile(rb"[0-9]{1,19}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})")
_EXTENSION = (
    rb"[ \t]*;[ \t]*%b(?:[ \t]*=[ \t]*(?:%b|\"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*\"))?"
    % (
        _TOKEN,
        _TOKEN,
    )
)
_CHUNK_WITH_EXTENSIONS = re.compile(rb"([0-9A-Fa-f]{1,16})((?:%b)*)" % _EXTENSION)


class MalformedError(Exception):
    """These bytes are no HTTP/1.1 message, whatever follows."""


class IncompleteError(Exception):
    """The bytes ended inside a message; ``partial`` is what had come of the piece being read."""

    def __init__(self, message: str, partial: bytes = b"") -> None:
        super().__init__(message)
        self.partial = partial


@dataclass(frozen=True, slots=True)
class Head:
    """The fields of a message, with lower-case names, and the bytes they came in."""

    fields: Fields
    raw: bytes

    def values(self, name: bytes) -> list[bytes]:
        """Every value of that (lower-case) name, in order."""
        return [value for n, value in self.fields if n == name]

    def value(self, name: bytes) -> bytes | None:
        """The values joined with a comma, None where there is none."""
        found = self.values(name)
        return b", ".join(found) if found else None

    def tokens(self, name: bytes) -> list[bytes]:
        """The members of a comma-separated list, lower-cased."""
        return [m for m in (p.strip().lower() for v in self.values(name) for p in v.split(b",")) if m]


@dataclass(frozen=True, slots=True)
class Request(Head):
    method: bytes
    target: bytes
    version: bytes
    body: bytes = b""
    trailers: Fields = ()


@dataclass(frozen=True, slots=True)
class Response(Head):
    version: bytes
    status: int
    reason: bytes
    body: bytes = b""
    trailers: Fields = ()
    interim: list["Response"] = field(default_factory=list)
    delimited: str = "none"
    """How the body's end is known: ``none`` (there is no body), ``length``, ``chunked``, ``close``, ``tunnel``."""
    cut: bool = False
    """Whether the connection ended before the body did."""
    chunks: tuple[int, ...] = ()


class Source:
    """Bytes to read a message from. ``more()`` gives further ones and b"" at the end of the stream."""

    def __init__(self, data: bytes = b"", more: Callable[[], bytes] | None = None) -> None:
        self.buffer = bytearray(data)
        self.taken = bytearray()
        self._more = more

    def pull(self) -> bool:
        """Whether there were more bytes to be had."""
        data = self._more() if self._more is not None else b""
        self.buffer += data
        return bool(data)

    def take(self, count: int) -> bytes:
        piece = bytes(self.buffer[:count])
        del self.buffer[:count]
        self.taken += piece
        return piece

    def line(self) -> bytes:
        """A line without its CRLF; a bare LF or CR in it is malformed."""
        start = 0
        while (end := self.buffer.find(b"\n", start)) < 0:
            start = len(self.buffer)
            if not self.pull():
                raise IncompleteError(f"ended inside the line {bytes(self.buffer)[:80]!r}", bytes(self.buffer))
        line = self.take(end + 1)
        if not line.endswith(b"\r\n"):
            raise MalformedError(f"a line that ends in a bare LF: {line[:80]!r}")
        if b"\r" in line[:-2]:
            raise MalformedError(f"a bare CR in {line[:80]!r}")
        return line[:-2]

    def exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            if not self.pull():
                raise IncompleteError(f"{len(self.buffer)} of {count} bytes came", self.take(len(self.buffer)))
        return self.take(count)

    def rest(self) -> bytes:
        while self.pull():
            pass
        return self.take(len(self.buffer))

    def raw(self) -> bytes:
        """The bytes taken since the last call."""
        raw = bytes(self.taken)
        self.taken.clear()
        return raw


def read_request_head(source: Source) -> Request:
    """A request head whose framing is beyond doubt; the body stays in ``source``."""
    source.raw()
    line = source.line()
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise MalformedError(f"no request line: {line[:80]!r}")
    fields = _read_fields(source)
    request = Request(fields, source.raw(), match[1], match[2], b"1." + match[3])
    hosts = len(request.values(b"host"))
    if hosts > 1 or (hosts == 0 and request.version == b"1.1"):
        raise MalformedError(f"{hosts} Host fields")
    _check_framing(request)
    return request


def read_request(source: Source, extensions: bool = False) -> Request:
    """A whole request. ``extensions`` says whether chunk extensions are accepted (the gateway must never send any)."""
    head = read_request_head(source)
    body: bytes = b""
    trailers: Fields = ()
    if head.values(b"transfer-encoding"):
        body, trailers, _ = _read_chunked(source, extensions)
    elif head.values(b"content-length"):
        body = source.exactly(int(head.values(b"content-length")[0]))
    return Request(head.fields, head.raw + source.raw(), head.method, head.target, head.version, body, trailers)


def read_response(source: Source, method: bytes = b"GET", lenient: bool = False) -> Response:
    """The final response to a request of that method, with the interim ones before it; a short body is ``cut``.

    ``lenient`` accepts what a service may say but the gateway may not: chunk extensions, a Content-Length on a 204.
    """
    interim: list[Response] = []
    while True:
        head = _read_response_head(source, lenient)
        if head.status >= 200 or head.status == 101:
            break
        interim.append(head)
    body, cut, delimited = b"", False, "none"
    trailers: Fields = ()
    chunks: list[int] = []
    try:
        if head.status == 101:
            delimited = "tunnel"
        elif method == b"HEAD" or head.status in (204, 304):
            delimited = "none"
        elif head.values(b"transfer-encoding"):
            delimited = "chunked"
            body, trailers, chunks = _read_chunked(source, lenient)
        elif head.values(b"content-length"):
            delimited = "length"
            body = source.exactly(int(head.values(b"content-length")[0]))
        else:
            delimited = "close"
            body = source.rest()
    except IncompleteError as end:
        body, cut = end.partial, True
    return Response(
        head.fields, head.raw + source.raw(), head.version, head.status, head.reason, body, trailers, interim,
        delimited, cut, tuple(chunks),
    )  # fmt: skip


def requests_in(data: bytes) -> list[Request]:
    """Every request that is whole in these bytes; a half one at the end is left out, anything malformed raises."""
    source, found = Source(data), []
    while source.buffer:
        try:
            found.append(read_request(source))
        except IncompleteError:
            break
    return found


def _read_response_head(source: Source, lenient: bool) -> Response:
    source.raw()
    line = source.line()
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        raise MalformedError(f"no status line: {line[:80]!r}")
    fields = _read_fields(source)
    head = Response(fields, source.raw(), b"1." + match[1], int(match[2]), match[3] or b"")
    if (head.status < 200 or (head.status == 204 and not lenient)) and (
        head.values(b"content-length") or head.values(b"transfer-encoding")
    ):
        raise MalformedError(f"framing fields in a {head.status}")
    _check_framing(head)
    return head


def _read_fields(source: Source) -> Fields:
    fields = []
    while line := source.line():
        match = _FIELD.fullmatch(line)
        if match is None:
            raise MalformedError(f"no header field: {line[:80]!r}")
        fields.append((match[1].lower(), match[2]))
    return tuple(fields)


def _check_framing(head: Request | Response) -> None:
    lengths, codings = head.values(b"content-length"), head.values(b"transfer-encoding")
    if len(lengths) + len(codings) > 1:
        raise MalformedError(f"more than one framing field: {lengths + codings!r}")
    if lengths and not _LENGTH.fullmatch(lengths[0]):
        raise MalformedError(f"Content-Length {lengths[0]!r}")
    if codings and (codings[0].lower() != b"chunked" or head.version == b"1.0"):
        raise MalformedError(f"Transfer-Encoding {codings[0]!r} in HTTP/{head.version.decode()}")


def _read_chunked(source: Source, extensions: bool) -> tuple[bytes, Fields, list[int]]:
    pattern = _CHUNK_WITH_EXTENSIONS if extensions else _CHUNK
    body = bytearray()
    sizes: list[int] = []
    try:
        while True:
            line = source.line()
            match = pattern.fullmatch(line)
            if match is None:
                raise MalformedError(f"no chunk size: {line[:80]!r}")
            size = int(match[1], 16)
            if size == 0:
                return bytes(body), _read_fields(source), sizes
            sizes.append(size)
            body += source.exactly(size)
            if (end := source.exactly(2)) != b"\r\n":
                raise MalformedError(f"a chunk that ends in {end!r}")
    except IncompleteError as end:
        partial = end.partial if len(body) < sum(sizes) else b""
        raise IncompleteError(str(end), bytes(body) + partial) from None


def lines(*parts: bytes) -> bytes:
    """A head from its lines: joined and ended with CRLF, and the empty line."""
    return b"".join(part + b"\r\n" for part in parts) + b"\r\n"


def chunked(*pieces: bytes, trailers: Iterable[bytes] = ()) -> bytes:
    """A chunked body of these pieces and trailer lines."""
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return body + b"0\r\n" + b"".join(line + b"\r\n" for line in trailers) + b"\r\n"
