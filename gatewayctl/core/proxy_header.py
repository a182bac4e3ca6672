"""The PROXY protocol, versions 1 and 2 (haproxy.org, 2020): who the client is, said before the first byte of it.

``needed`` says how many more bytes must be looked at, ``read_header`` reads a header that is whole. Strict: what is not
exactly a header is ``BadHeader``.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, NamedTuple

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
V1: Final = b"PROXY "
LONGEST_V1: Final = 107
"""Bytes with the line end."""
LONGEST_V2: Final = 16 + 2048
"""Bytes that are taken; addresses need up to 216, the rest are extensions, which are passed over."""
_HEAD: Final = 16


class BadHeader(ValueError):  # noqa: N818
    """These bytes are no PROXY header."""


class Said(NamedTuple):
    """``address`` is the client's, None where the header says that the connection itself is meant (LOCAL, UNKNOWN)."""

    address: str | None


def length(start: bytes) -> int | None:
    """How long the header is that begins so, as far as ``start`` shows it; None where more has to be seen. Raises BadHeader."""
    seen = start[: len(SIGNATURE)]
    if SIGNATURE.startswith(seen):
        if len(start) < _HEAD:
            return None
        whole = _HEAD + int.from_bytes(start[14:16], "big")
        if whole > LONGEST_V2:
            raise BadHeader("a PROXY header that is too long")
        return whole
    if V1.startswith(start[: len(V1)]):
        end = start.find(b"\r\n")
        if end >= 0 and end + 2 <= LONGEST_V1:
            return end + 2
        if end >= 0 or len(start) >= LONGEST_V1:
            raise BadHeader("a PROXY line that is too long")
        return None
    raise BadHeader("no PROXY header")


def read_header(header: bytes) -> Said:
    """What a whole header says. Raises BadHeader."""
    return _version_1(header) if header.startswith(V1) else _version_2(header)


def _version_1(header: bytes) -> Said:
    try:
        words = header[:-2].decode("ascii").split(" ")
    except UnicodeDecodeError:
        raise BadHeader("a PROXY line that is no text") from None
    if words[1:2] == ["UNKNOWN"]:
        return Said(None)
    if len(words) != 6 or words[1] not in ("TCP4", "TCP6"):
        raise BadHeader("a malformed PROXY line")
    if b"%" in header:
        raise BadHeader("a PROXY line with a zone, which means nothing on another machine")
    kind = IPv4Address if words[1] == "TCP4" else IPv6Address
    try:
        source, _ = kind(words[2]), kind(words[3])
    except ValueError:
        raise BadHeader("a PROXY line with addresses that are none") from None
    for port in words[4:]:
        if not (port.isdigit() and port.isascii() and (port == "0" or port[0] != "0") and int(port) <= 65535):
            raise BadHeader("a PROXY line with ports that are none")
    return Said(_plain(source))


def _version_2(header: bytes) -> Said:
    version, command = header[12] >> 4, header[12] & 15
    family = header[13]
    if version != 2 or command > 1:
        raise BadHeader("a PROXY header of another version")
    if command == 0:
        return Said(None)
    body = header[_HEAD:]
    sizes = {0x11: 4, 0x21: 16}  # TCP over IPv4, over IPv6
    size = sizes.get(family)
    if size is None:
        if family in (0x00, 0x31):  # unspecified, or a unix socket: the connection itself is meant
            return Said(None)
        raise BadHeader("a PROXY header for another protocol than TCP")
    if len(body) < 2 * size + 4:
        raise BadHeader("a PROXY header that is too short for its addresses")
    return Said(_plain(ip_address(body[:size])))


def _plain(address: IPv4Address | IPv6Address) -> str:
    return str(getattr(address, "ipv4_mapped", None) or address)
