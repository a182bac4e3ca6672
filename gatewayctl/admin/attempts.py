"""Counts wrong tokens by client address, so that a token cannot be guessed in quantity. Time is an argument."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from cachetools import FIFOCache

LIMIT: Final = 10
WINDOW: Final = 60.0
"""Seconds, from an address's first failure on."""
_ROUNDING: Final = 1e-6
"""Seconds; whoever waits exactly as told has waited, whatever the sum of the times is rounded to."""
MAX_ADDRESSES: Final = 1024
"""Addresses that are remembered; the one that failed least recently goes first."""


class FailedAttempts:
    """After ``limit`` failures within ``window`` seconds an address has to wait for the rest of them."""

    __slots__ = ("_limit", "_seen", "_window")

    def __init__(self, limit: int = LIMIT, window: float = WINDOW, max_addresses: int = MAX_ADDRESSES) -> None:
        self._limit = limit
        self._window = window
        self._seen: FIFOCache[str, tuple[float, int]] = FIFOCache(max_addresses)

    def wait(self, address: str, now: float) -> float:
        """Seconds until that address may try again; 0 if it may now."""
        end, failures = self._seen.get(address, (now, 0))
        left = end - now
        return left if failures >= self._limit and left > _ROUNDING else 0.0

    def failed(self, address: str, now: float) -> None:
        """One failure of that address."""
        end, failures = self._seen.pop(address, (0.0, 0))
        if end <= now:
            end, failures = now + self._window, 0
        self._seen[address] = (end, failures + 1)  # taken out before, so that it counts as the newest


def group_of(host: str | None) -> str:
    """Under what an address is counted: itself, the /64 of an IPv6 address, ``unix`` where there is none."""
    if host is None:
        return "unix"
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped is not None else str(ip_network((address, 64), strict=False))
