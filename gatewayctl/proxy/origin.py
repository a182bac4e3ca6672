"""Who is asking, and what of it is told to services (RFC 7239 and the X-Forwarded family, which are one family here).

Nobody is believed by default: from an untrusted peer all of the family is replaced. From a trusted one the configured
header alone is read, from the right to the first address that is not itself trusted; what is unreadable ends the walk.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from gatewayctl.core.fields import Field, combined
from gatewayctl.core.frozen import frozen
from gatewayctl.core.grammar import HOST

_MAX_HOPS: Final = 32
_MEMORY: Final = 4096
_MAPPED: Final = "::ffff:"
_PARAMETER: Final = re.compile(r'\s*([A-Za-z0-9!#$%&\'*+.^_`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))\s*')


@frozen
class Origin:
    """``client_ip`` as text, ``scheme`` http or https as the client used it, ``lines`` ready for the upstream's head."""

    client_ip: bytes
    scheme: bytes
    lines: bytes


class OriginRules:
    """One generation's view of trusted proxies. ``resolve`` remembers what it said to the last few thousand peers."""

    __slots__ = ("_header", "_memory", "_networks", "_send_forwarded", "_send_x", "_trust", "_trust_unix")

    def __init__(
        self, trusted: Sequence[str], *, trust_unix: bool, header: str, send_x_forwarded: bool, send_forwarded: bool
    ) -> None:
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(cidr, strict=False) for cidr in trusted]
        self._trust_unix = trust_unix
        self._header = header.lower()
        self._send_x = send_x_forwarded
        self._send_forwarded = send_forwarded
        self._memory: dict[tuple[bytes, bytes, bytes], Origin] = {}
        self._trust: dict[bytes, bool] = {}

    def trusts(self, peer: bytes) -> bool:
        """Whether that address (``unix:`` for a unix socket) may say who the client is."""
        known = self._trust.get(peer)
        if known is None:
            if len(self._trust) >= _MEMORY:
                self._trust.clear()
            known = self._trust[peer] = self._decide_trust(peer)
        return known

    def _decide_trust(self, peer: bytes) -> bool:
        if peer == b"unix:":
            return self._trust_unix
        if not self._networks:
            return False
        try:
            address = ip_address(peer.decode("ascii"))
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        if mapped is not None:
            address = mapped
        return any(address in network for network in self._networks)

    def resolve(self, peer: bytes, scheme: bytes, authority: bytes, fields: list[Field], family: bool) -> Origin:
        """The origin of a request from ``peer``. ``family`` says whether any field of the family is there at all."""
        if family and self.trusts(peer):
            return self._from_trusted(peer, scheme, authority, fields)
        key = (peer, scheme, authority)
        known = self._memory.get(key)
        if known is None:
            if len(self._memory) >= _MEMORY:
                self._memory.clear()
            client = b"127.0.0.1" if peer == b"unix:" else peer
            known = self._memory[key] = Origin(client, scheme, self._lines([client], scheme, authority))
        return known

    def _from_trusted(self, peer: bytes, scheme: bytes, authority: bytes, fields: list[Field]) -> Origin:
        proto, host = b"", b""
        elements: list[dict[str, str]] = []
        if self._header == "forwarded":
            elements = _forwarded_elements(combined(fields, b"forwarded") or b"")
            hops = [_address(element.get("for", "")) for element in elements]
        else:
            value = combined(fields, self._header.encode()) or b""
            hops = [_address(part.strip()) for part in value.decode("latin-1").split(",")] if value else []
            proto = (combined(fields, b"x-forwarded-proto") or b"").split(b",")[-1].strip().lower()
            host = (combined(fields, b"x-forwarded-host") or b"").split(b",")[-1].strip()
        chain = [b"127.0.0.1" if peer == b"unix:" else peer]
        for at in range(len(hops) - 1, max(len(hops) - 1 - _MAX_HOPS, -1), -1):
            hop = hops[at]
            if hop is None:
                break
            chain.insert(0, hop)
            if elements:  # the hop that names the client says how the client came
                proto = elements[at].get("proto", "").lower().encode("latin-1", "replace")
                host = elements[at].get("host", "").encode("latin-1", "replace")
            if not self.trusts(hop):
                break
        if proto in {b"http", b"https"}:
            scheme = proto
        if host and HOST.fullmatch(host):
            authority = host
        return Origin(chain[0], scheme, self._lines(chain, scheme, authority))

    def _lines(self, chain: list[bytes], scheme: bytes, authority: bytes) -> bytes:
        lines = b""
        if self._send_x:
            lines += b"X-Forwarded-For: %b\r\nX-Forwarded-Proto: %b\r\n" % (b", ".join(chain), scheme)
            if authority:
                lines += b"X-Forwarded-Host: %b\r\n" % authority
        if self._send_forwarded:
            elements = [b"for=" + (b'"[%b]"' % hop if b":" in hop else hop) for hop in chain]
            elements[-1] += b";proto=" + scheme + (b';host="%b"' % authority if authority else b"")
            lines += b"Forwarded: %b\r\n" % b", ".join(elements)
        return lines


def _address(text: str) -> bytes | None:
    """An address out of one hop: plain, bracketed, with a port or without; None if it is none ("unknown", "_hidden").

    An IPv4 address in IPv6 clothes is the IPv4 one; a zone means nothing on another machine.
    """
    text = text.strip()
    if text.startswith("["):
        text, bracket, _ = text[1:].partition("]")
        if not bracket:
            return None
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return plain_address(text)


def plain_address(text: str) -> bytes | None:
    """An IP address in its canonical form, IPv4-mapped ones as IPv4; None for anything else."""
    if "%" in text:
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address).encode()


def peer_address(host: str) -> bytes:
    """A peer's address as it is known everywhere: without a zone, an IPv4 address in IPv6 clothes as IPv4."""
    host = host.partition("%")[0]
    return (host.removeprefix(_MAPPED) if "." in host else host).encode()


def _forwarded_elements(value: bytes) -> list[dict[str, str]]:
    """The elements of a Forwarded field (RFC 7239 4), each with its parameters; a malformed one reads as empty."""
    return [_parameters(part) for part in _split_outside_quotes(value.decode("latin-1"), ",")]


def _parameters(element: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for pair in _split_outside_quotes(element, ";"):
        match = _PARAMETER.fullmatch(pair)
        if match is None or match[1].lower() in parameters:
            return {}
        quoted, plain = match[2], match[3]
        parameters[match[1].lower()] = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
    return parameters


def _split_outside_quotes(text: str, separator: str) -> list[str]:
    parts, start, quoted, escaped = [], 0, False, False
    for at, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == separator and not quoted:
            parts.append(text[start:at])
            start = at + 1
    parts.append(text[start:])
    return [part for part in parts if part.strip()]
