"""Access lists: whether an address may come in. deny wins; with allow, the rest is denied."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from gatewayctl.plan.identity import AccessListPlan

_MEMORY: Final = 4096
"""Addresses whose answer is remembered before starting afresh."""


class Blocks:
    """Address blocks; asking costs a look-up for each prefix length that occurs, however many blocks there are."""

    __slots__ = ("_by_version",)

    def __init__(self, blocks: Iterable[str]) -> None:
        self._by_version: dict[int, dict[int, set[int]]] = {4: {}, 6: {}}
        for block in blocks:
            network = ip_network(block)
            shift = network.max_prefixlen - network.prefixlen
            prefixes = self._by_version[network.version].setdefault(shift, set())
            prefixes.add(int(network.network_address) >> shift)

    def __bool__(self) -> bool:
        return any(self._by_version.values())

    def hold(self, address: str) -> bool:
        """Whether one of them has the address. An IPv4 address in IPv6 clothes is the IPv4 one; no address is in none."""
        try:
            read = ip_address(address)
        except ValueError:
            return False
        if isinstance(read, IPv6Address) and read.ipv4_mapped is not None:
            read = read.ipv4_mapped
        number = int(read)
        return any(number >> shift in prefixes for shift, prefixes in self._by_version[read.version].items())


class AccessList:
    """One list. What it said to the last few thousand addresses is remembered."""

    __slots__ = ("_allow", "_deny", "_known")

    def __init__(self, plan: AccessListPlan) -> None:
        self._allow = Blocks(plan.allow)
        self._deny = Blocks(plan.deny)
        self._known: dict[bytes, bool] = {}

    def lets_in(self, address: bytes) -> bool:
        """Whether that address may come in."""
        known = self._known.get(address)
        if known is None:
            if len(self._known) >= _MEMORY:
                self._known.clear()
            text = address.decode("latin-1")
            known = not self._deny.hold(text) and (not self._allow or self._allow.hold(text))
            self._known[address] = known
        return known
