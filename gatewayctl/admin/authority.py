"""Whose address was asked for, and from which page: the two questions that keep a browser from being used against us.

A page whose name is made to resolve to this machine (DNS rebinding) asks under a foreign ``Host``; a page that sends a
form across sites carries a foreign ``Origin``. Neither is believed.
"""

import re
from collections.abc import Container
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

_AUTHORITY: Final = re.compile(r"(?:\[([^\[\]]+)\]|([^\[\]:/?#@\\\s]+))(?::([0-9]{1,5}))?")
_ORIGIN: Final = re.compile(r"(https?)://(.+)", re.IGNORECASE)
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


class Authority(NamedTuple):
    """``host`` in lower case, an IPv6 address without brackets; ``literal`` whether it is an address and not a name."""

    host: str
    port: str
    literal: bool


def read_authority(text: str) -> Authority | None:
    """The host and port of a Host field (RFC 9110 7.2), None if it is malformed. A final dot is not part of a name."""
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        return None
    bracketed, plain, port = match.groups()
    try:
        address = ip_address(bracketed or plain)
    except ValueError:
        name = "" if bracketed else plain.lower().removesuffix(".")
        return Authority(name, port or "", False) if name else None
    if isinstance(address, IPv6Address) != bool(bracketed):
        return None
    return Authority(str(address), port or "", True)


def may_be_asked_for(authority: Authority, hosts: Container[str]) -> bool:
    """Whether the admin face answers under that host: an IP address, localhost, or one of ``hosts`` (lower case)."""
    return authority.literal or authority.host == "localhost" or authority.host in hosts


def same_origin(origin: str, asked: Authority) -> bool:
    """Whether an Origin field (RFC 6454 7) names the address that was asked for. ``null`` names none.

    The scheme is only used for the default port: a proxy that ends TLS in front of us changes it.
    """
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        return False
    page, default = read_authority(match[2]), _DEFAULT_PORTS[match[1].lower()]
    return page is not None and (page.host, page.port or default) == (asked.host, asked.port or default)
