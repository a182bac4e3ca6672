"""What a request has in common with others: the keys that limits count by and that the hash balancer goes by."""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from typing import Final, Protocol
from urllib.parse import unquote_to_bytes

from gatewayctl.core.fields import combined
from gatewayctl.core.messages import RequestHead
from gatewayctl.policy.auth.identity import Identity

_LONGEST: Final = 64
"""Bytes of a value that are kept as they are; a longer one is kept as a digest, so that a key's size is bounded."""
_STANDS_IN: Final = b"\x01"
"""Before the address that stands in for what a request lacks: no value of a request can begin with it."""

COLON: Final = ord(":")
"""In an address of IPv6 alone. A number is found in bytes at once; for bytes in bytes, CPython first raises an error."""
_NETWORK: Final = 8
"""Bytes of an IPv6 address that tell clients apart."""
_CONTROL: Final = re.compile(rb"[\x00-\x1f]")


class Keyed(Protocol):
    """What of a request can be part of a key."""

    head: RequestHead
    path: bytes
    params: Mapping[str, bytes]
    identity: Identity | None

    @property
    def client_ip(self) -> bytes: ...
    @property
    def route_name(self) -> str: ...
    @property
    def service_name(self) -> str: ...


Part = Callable[[Keyed], bytes | None]


def client_address(request: Keyed) -> bytes:
    """The client's address; of IPv6 the first 64 bits, for whoever has one such address has them all."""
    address = request.client_ip
    if COLON not in address:
        return address
    try:
        parsed = ip_address(address.decode("latin-1"))
    except ValueError:
        return address  # a unix socket, or no address at all
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped).encode()
    return parsed.packed[:8]


def cookie(head: RequestHead, name: bytes) -> bytes | None:
    """The value of a cookie (RFC 6265 5.4), the first of that name; None if there is none."""
    sent = combined(head.fields, b"cookie")
    if sent is None:
        return None
    for pair in sent.replace(b",", b";").split(b";"):
        found, equals, value = pair.strip().partition(b"=")
        if equals and found == name:
            return value
    return None


def part_of(word: str) -> Part:
    """What takes that part of a key from a request: ``client_ip``, ``header:NAME``, …; it gives None where it is lacking."""
    if word == "client_ip":
        return client_address
    kind, _, name = word.partition(":")
    written = name.encode()
    parts: dict[str, Part] = {
        "global": lambda request: b"",
        "route": lambda request: request.route_name.encode(),
        "service": lambda request: request.service_name.encode(),
        "consumer": _consumer,
        "claim": lambda request: None if request.identity is None else _plain(request.identity.claim_text(name)),
        "path": lambda request: request.path,
        "header": lambda request: combined(request.head.fields, written),
        "cookie": lambda request: cookie(request.head, written),
        "param": lambda request: None if name not in request.params else unquote_to_bytes(request.params[name]),
    }
    return parts[kind]


def _consumer(request: Keyed) -> bytes | None:
    """The consumer's name; None for nobody, and for somebody without a name."""
    identity = request.identity
    return None if identity is None else _plain(identity.consumer.encode("utf-8", "replace") or None)


def _plain(value: bytes | None) -> bytes | None:
    """What a token says may hold any character: with control characters it could be read as something else in a key."""
    if value is None or not _CONTROL.search(value):
        return value
    return blake2b(value, digest_size=16).hexdigest().encode()


def key_maker(words: Sequence[str]) -> Callable[[Keyed], bytes]:
    """What makes the key of a request from these parts; where one is lacking, the client's address stands in for it."""
    if tuple(words) == ("client_ip",):
        return client_address
    parts = tuple(part_of(word) for word in words)
    return lambda request: b"\0".join([_bounded(part(request), request) for part in parts])


def shown_key(words: Sequence[str], request: Keyed) -> str:
    """The key of a request for people: its parts in their order with ", " between them; "global" for what is counted as
    one, ``client_ip ADDRESS`` where the client's address stands in for what is lacking. Nothing is shortened."""
    return ", ".join(_shown_part(word, part_of(word)(request), request) for word in words)


def _shown_part(word: str, value: bytes | None, request: Keyed) -> str:
    if word == "global":
        return word
    if word == "client_ip":
        return _shown_address(request)
    return f"client_ip {_shown_address(request)}" if value is None else value.decode("utf-8", "backslashreplace")


def _shown_address(request: Keyed) -> str:
    """The address that counts; of IPv6 the network, as ``2001:db8::/64``."""
    address = client_address(request)
    if len(address) != _NETWORK or b"." in address:
        return address.decode("utf-8", "backslashreplace")
    return f"{IPv6Address(address.ljust(16, bytes(1)))}/64"


def _bounded(value: bytes | None, request: Keyed) -> bytes:
    if value is None:
        return _STANDS_IN + client_address(request)
    return value if len(value) <= _LONGEST else blake2b(value, digest_size=16).digest()
