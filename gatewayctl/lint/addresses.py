"""What an address says about who can reach it."""

from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

_INNER_NAMES: Final = (".internal", ".local", ".localhost", ".svc", ".cluster.local", ".lan", ".home.arpa")


def open_to_the_world(host: str) -> bool:
    """Whether a listener on that host is on all addresses or on a public one. A name is not judged."""
    if host == "":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_unspecified or address.is_global


def inner(host: str) -> bool:
    """Whether a host is this machine or of a private network: a private address, or a name without a public domain."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_INNER_NAMES)


def overlapping(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    """Whether two blocks have an address in common."""
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return one.overlaps(other)
    return isinstance(one, IPv6Network) and isinstance(other, IPv6Network) and one.overlaps(other)
