"""One header field as the gateway handles it, and what kind of treatment its name calls for.

A ``Field`` is parsed once: ``name`` lower-cased for comparison, ``value`` without surrounding white space, ``line`` the
normal form that goes on the wire (name as it was sent, one space, CRLF), so that a field nobody changes costs no more
than joining a list. ``kind`` is a bit: 0 for a name that means nothing special to an intermediary, so that the kinds of
a whole head are one integer and "nothing to do here" is one comparison.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import itemgetter, or_
from typing import Final, NamedTuple


class Kind:
    """What a name means to an intermediary; the bits of all fields of a head, or-ed, are its ``kinds``.

    Plain integers: an ``IntFlag`` costs ten times as much for each comparison, and each field is compared.
    """

    PLAIN: Final = 0
    CONTENT_LENGTH: Final = 1
    TRACESTATE: Final = 2
    VIA: Final = 4
    DATE: Final = 8
    USER_AGENT: Final = 16
    HOST: Final = 32
    TRANSFER_ENCODING: Final = 64
    EXPECT: Final = 128
    CONNECTION: Final = 256
    KEEP_ALIVE: Final = 512
    TE: Final = 1024
    UPGRADE: Final = 2048
    PROXY_ONLY: Final = 4096
    TRAILER: Final = 8192
    FORWARDED: Final = 16384
    REQUEST_ID: Final = 32768
    TRACEPARENT: Final = 65536
    UNDERSCORE: Final = 131072
    SET_COOKIE: Final = 262144
    FORWARDED_OTHER: Final = 524288


class Field(NamedTuple):
    """A header field. ``name`` is lower case, ``line`` is ``Name: value CRLF`` as it is sent on."""

    kind: int
    name: bytes
    value: bytes
    line: bytes


KINDS: Final[dict[bytes, int]] = {
    b"content-length": Kind.CONTENT_LENGTH,
    b"tracestate": Kind.TRACESTATE,
    b"via": Kind.VIA,
    b"date": Kind.DATE,
    b"user-agent": Kind.USER_AGENT,
    b"set-cookie": Kind.SET_COOKIE,
    b"host": Kind.HOST,
    b"transfer-encoding": Kind.TRANSFER_ENCODING,
    b"expect": Kind.EXPECT,
    b"connection": Kind.CONNECTION,
    b"keep-alive": Kind.KEEP_ALIVE,
    b"te": Kind.TE,
    b"upgrade": Kind.UPGRADE,
    b"trailer": Kind.TRAILER,
    b"proxy": Kind.PROXY_ONLY,
    b"proxy-connection": Kind.PROXY_ONLY,
    b"proxy-authenticate": Kind.PROXY_ONLY,
    b"proxy-authorization": Kind.PROXY_ONLY,
    b"proxy-authentication-info": Kind.PROXY_ONLY,
    b"http2-settings": Kind.PROXY_ONLY,
    b"x-forwarded-for": Kind.FORWARDED,
    b"x-forwarded-proto": Kind.FORWARDED,
    b"x-forwarded-host": Kind.FORWARDED,
    b"x-forwarded-port": Kind.FORWARDED,
    b"x-forwarded-prefix": Kind.FORWARDED,
    b"x-forwarded-server": Kind.FORWARDED,
    b"x-forwarded-ssl": Kind.FORWARDED,
    b"x-real-ip": Kind.FORWARDED,
    b"forwarded": Kind.FORWARDED,
    b"client-cert": Kind.FORWARDED,
    b"client-cert-chain": Kind.FORWARDED,
    b"traceparent": Kind.TRACEPARENT,
}
"""Names with a treatment of their own. The request id's name is configured; the head parser adds it."""

HOP_BY_HOP: Final = (
    Kind.TRANSFER_ENCODING | Kind.CONNECTION | Kind.KEEP_ALIVE | Kind.TE | Kind.UPGRADE | Kind.PROXY_ONLY | Kind.TRAILER
)
"""Fields that end at the gateway whatever the direction (RFC 9110 7.6.1); it makes its own where it needs one."""

REQUEST_DROPS: Final = HOP_BY_HOP | (
    Kind.HOST | Kind.FORWARDED | Kind.REQUEST_ID | Kind.TRACEPARENT | Kind.EXPECT | Kind.UNDERSCORE
)
"""Request fields that do not go on as they came: ended here, or written anew by the gateway."""

RESPONSE_DROPS: Final = HOP_BY_HOP | Kind.REQUEST_ID
"""Response fields that do not go on as they came."""


def field(name: bytes, value: bytes) -> Field:
    """A field made by the gateway itself; ``name`` in the case it is to be sent in, ``value`` already valid."""
    lower = name.lower()
    return Field(KINDS.get(lower, Kind.PLAIN), lower, value, b"%b: %b\r\n" % (name, value))


_KIND_OF: Final = itemgetter(0)
_LINE_OF: Final = itemgetter(3)


def tally_of(fields: Sequence[Field]) -> tuple[list[int] | None, int]:
    """The kind of each field, and all kinds or-ed. The list is None where a kind other than ``PLAIN`` occurs twice.

    Kinds are bits, so their sum is their union exactly if it has as many bits as there are fields with a kind: no loop
    of ours is needed to know.
    """
    tally = list(map(_KIND_OF, fields))
    kinds = sum(tally)
    if kinds.bit_count() == len(tally) - tally.count(0):
        return tally, kinds
    return None, reduce(or_, tally)


def lines_without(fields: Sequence[Field], tally: list[int] | None, kinds: int, drops: int) -> list[bytes]:
    """The lines of the fields that are of no kind in ``drops``; a dropped one may be left as an empty line."""
    if tally is None:
        return [f[3] for f in fields if not f[0] & drops]
    lines = list(map(_LINE_OF, fields))
    dropped = kinds & drops
    while dropped:
        kind = dropped & -dropped
        lines[tally.index(kind)] = b""
        dropped ^= kind
    return lines


def combined(fields: Iterable[Field], name: bytes) -> bytes | None:
    """The values of all fields of that lower-case name joined with ``, `` (RFC 9110 5.2), None if there is none."""
    found = [f[2] for f in fields if f[1] == name]
    return b", ".join(found) if found else None


def list_members(fields: Sequence[Field], kind: int) -> list[bytes]:
    """The lower-cased members of the comma-separated lists of that kind (RFC 9110 5.6.1); empty ones are dropped."""
    members = []
    for f in fields:
        if f[0] & kind:
            members += [m for part in f[2].split(b",") if (m := part.strip(b" \t").lower())]
    return members
