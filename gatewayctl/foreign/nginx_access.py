"""nginx's ``allow`` and ``deny``, of which the first that has the address decides, as an access list, where ``deny`` wins.

The set of addresses is worked out, so that the list says exactly the same, in the words of the file where these do.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Final, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network
MOST: Final = 64
"""The longest list of blocks that is written in place of other ones; nobody reads a longer one."""
_ALL: Final = {"all": ("0.0.0.0/0", "::/0")}


def access_table(rules: Sequence[tuple[str, str]]) -> dict[str, list[str]] | None:
    """The table for ``rules``, each a verb and a network, in their order. None where nobody may come in; empty where
    everybody may. Raises ValueError where one of them is no network, or where it would take more than ``MOST`` blocks."""
    read = [(verb, ip_network(text, strict=False)) for verb, word in rules for text in _ALL.get(word, (word,))]
    said: dict[str, list[Network]] = {"allow": [], "deny": []}
    left = [ip_network(text) for text in _ALL["all"]]
    for verb, network in read:
        said[verb] += [part for one in left if (part := _shared(one, network)) is not None]
        left = _without(left, network)
    allowed, denied = _merged([*said["allow"], *left]), _merged(said["deny"])
    if not allowed:
        return None
    written = {verb: _words(one for at, one in rules if at == verb and one != "all") for verb in ("deny", "allow")}
    written["allow"] = written["allow"] if rules[-1] == ("deny", "all") else []
    candidates = [written, {"allow": [], "deny": list(map(_short, denied))}, {"allow": list(map(_short, allowed))}]
    same = [table for table in candidates if _let_in(table) == allowed]
    best = same[0] if same[0] is written else min(same, key=lambda table: sum(map(len, table.values())))
    if sum(map(len, best.values())) > MOST:
        raise ValueError(f"it takes more than {MOST} blocks to say the same")
    return {verb: best[verb] for verb in ("allow", "deny") if best.get(verb)}


def _let_in(table: dict[str, list[str]]) -> list[Network]:
    """The addresses that such an access list lets in."""
    left = [ip_network(text) for text in table["allow"] or _ALL["all"]]
    for text in table.get("deny", ()):
        left = _without(left, ip_network(text))
    return _merged(left)


def _words(written: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(_short(ip_network(word, strict=False)) for word in written))


def _short(network: Network) -> str:
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _shared(one: Network, other: Network) -> Network | None:
    """What is in both: of two blocks one is within the other, or they have nothing in common."""
    if one.version != other.version:
        return None
    return one if _within(one, other) else other if _within(other, one) else None


def _within(inner: Network, outer: Network) -> bool:
    return outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def _without(blocks: Iterable[Network], taken: Network) -> list[Network]:
    made: list[Network] = []
    for block in blocks:
        if _shared(block, taken) is None:
            made.append(block)
        elif not _within(block, taken):
            made += _around(block, taken)
    return made


def _around(block: Network, hole: Network) -> Iterable[Network]:
    """``block`` without ``hole``, which is in it."""
    if isinstance(block, IPv4Network) and isinstance(hole, IPv4Network):
        return block.address_exclude(hole)
    if isinstance(block, IPv6Network) and isinstance(hole, IPv6Network):
        return block.address_exclude(hole)
    raise TypeError("blocks of two versions")


def _merged(blocks: Iterable[Network]) -> list[Network]:
    """The fewest blocks with these addresses, in order: equal for equal sets."""
    held = list(blocks)
    four = collapse_addresses(one for one in held if isinstance(one, IPv4Network))
    return [*four, *collapse_addresses(one for one in held if isinstance(one, IPv6Network))]
