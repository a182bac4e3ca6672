"""Message heads as they are handed on: what a request and a response say, with nothing left to interpret."""

from typing import Final

from gatewayctl.core.fields import Field
from gatewayctl.core.frozen import frozen


@frozen
class Wishes:
    """What a client wants of a connection beyond a plain answer (RFC 9110 7.6, 7.8, 10.1)."""

    expects_continue: bool = False
    takes_trailers: bool = False
    upgrade: bytes = b""
    """The protocol asked for with ``Connection: upgrade``, lower case; empty if none."""
    dropped_names: frozenset[bytes] = frozenset()
    """Names that Connection lists: hop-by-hop for this message (RFC 9110 7.6.1)."""


PLAIN: Final = Wishes()


def first_of(fields: list[Field], tally: list[int] | None, kind: int) -> bytes:
    """The value of the first field of a kind, which must be there."""
    if tally is not None:
        return fields[tally.index(kind)][2]
    return next(f[2] for f in fields if f[0] == kind)


class RequestHead:
    """A request's head as it was received, its body's framing decided. Built by ``HeadParser.request``."""

    __slots__ = (
        "authority",
        "body",
        "fields",
        "host",
        "keep_alive",
        "kinds",
        "method",
        "minor",
        "path",
        "plain",
        "query",
        "repeated",
        "tally",
        "wishes",
    )

    method: bytes
    path: bytes
    """As received, still percent-encoded; ``*`` for the asterisk form."""
    plain: bool
    """Whether the path is canonical as it stands, reads the same to every server, and may stand in quotes."""
    query: bytes | None
    """What follows the ``?``, byte for byte; None without one, empty for a bare ``?``."""
    minor: int
    """0 or 1: the minor version of HTTP/1."""
    fields: list[Field]
    kinds: int
    """All kinds of ``fields``, or-ed."""
    tally: list[int] | None
    """See ``tally_of``."""
    authority: bytes
    """The Host as sent, with its port; empty if there is none (HTTP/1.0)."""
    host: bytes
    """The host in lower case without port and trailing dot, for routing."""
    body: int
    """Length in bytes, 0 for none, or ``CHUNKED``."""
    keep_alive: bool
    wishes: Wishes
    """What the client wants of this connection; mostly ``PLAIN``."""
    repeated: bool
    """Whether the connection said these very field lines with its last request (see ``Said``)."""

    def first(self, kind: int) -> bytes:
        """The value of the first field of a kind, which must be there."""
        return first_of(self.fields, self.tally, kind)

    @property
    def upgrade(self) -> bytes:
        """The protocol asked for, lower case; empty if none."""
        return self.wishes.upgrade

    @property
    def dropped_names(self) -> frozenset[bytes]:
        """Names that Connection lists."""
        return self.wishes.dropped_names


class Said:
    """The field lines that a connection sent last, as they were read: a client that says the same again, as most do on a
    kept connection, is understood by one comparison.

    It belongs to its connection and ends with it, so that, unlike what a parser remembers, it may hold credentials.
    """

    __slots__ = ("block", "parsed", "parser")

    MAX: Final = 1024
    """Bytes of field lines that are kept; ten thousand idle connections keep them too."""

    def __init__(self) -> None:
        self.block = b""
        self.parser: object = None
        self.parsed: tuple[list[Field], list[int] | None, int, bytes, bytes, int] = ([], [], 0, b"", b"", 0)

    def learn(self, block: bytes, parser: object, head: RequestHead) -> None:
        """Keeps what ``parser`` made of ``block``, where nothing of it depends on the request line or is ever changed."""
        if len(block) <= self.MAX and head.minor and head.keep_alive and head.wishes is PLAIN:
            self.block = block
            self.parser = parser
            self.parsed = head.fields, head.tally, head.kinds, head.authority, head.host, head.body


class ResponseHead:
    """An upstream's response head. Built by ``HeadParser.response``; the body's framing depends on the request too."""

    __slots__ = (
        "dated",
        "dropped_names",
        "fields",
        "framing",
        "keep_alive",
        "kinds",
        "length",
        "line",
        "minor",
        "passed",
        "status",
        "status_class",
        "tally",
        "upgrade",
    )

    status: int
    status_class: int
    """Its first digit."""
    line: bytes
    """The status line in the form it is sent on, with CRLF."""
    minor: int
    fields: list[Field]
    kinds: int
    keep_alive: bool
    dated: bool
    """Whether it has a Date."""
    length: int
    """Content-Length in bytes, ``CHUNKED``, or -2 when neither is given."""
    framing: int
    """The body's framing, unless the request was a HEAD."""
    upgrade: bytes
    dropped_names: frozenset[bytes]
    tally: list[int] | None
    """See ``tally_of``."""
    passed: bytes
    """The lines of the fields that go on, unless something edits them or ``dropped_names`` names one."""

    def first(self, kind: int) -> bytes:
        """The value of the first field of a kind, which must be there."""
        return first_of(self.fields, self.tally, kind)


UNSTATED: Final = -2
NO_NAMES: Final[frozenset[bytes]] = frozenset()
