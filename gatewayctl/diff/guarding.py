"""Who may: authentication, requirements, access lists and CORS."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from gatewayctl.diff.difference import UNSET, Difference, by_rules, difference, presence, shown
from gatewayctl.diff.handling import Part, policy
from gatewayctl.diff.limiting import limit_differences
from gatewayctl.diff.rules import AUTH, CORS, REQUIRE
from gatewayctl.diff.side import Side

_Sides = tuple[Side, Side]


def auth_differences(sides: _Sides, old: Part, new: Part) -> Iterator[Difference]:
    """The differences of how two routes authenticate."""
    one_sided = presence(old, new, "auth", "D301", "D302", "public")
    if one_sided is not None:
        yield from one_sided
    else:
        yield from _schemes(sides, old, new, old.settings["auth"], new.settings["auth"])


def _schemes(sides: _Sides, old: Part, new: Part, before: str, now: str) -> Iterator[Difference]:
    """Every scheme that one of the two accepts, those of ``any`` one by one."""
    schemes = [_each(side, name) for side, name in zip(sides, (before, now), strict=True)]
    # Schemes are told apart by their names; where every name is another one, the scheme itself is compared.
    if len(schemes[0]) == len(schemes[1]) == 1:
        pairs = [(schemes[0][0], schemes[1][0])]
    else:
        pairs = [(name, name) for name in schemes[0] if name in schemes[1]]
        for name in sorted(set(schemes[0]) - set(schemes[1])):
            yield difference("D304", old, new, "auth", f"auth: {name} is no longer accepted")
        for name in sorted(set(schemes[1]) - set(schemes[0])):
            yield difference("D303", old, new, "auth", f"auth: {name} is accepted as well")
    for one, other in pairs:
        first, second = policy(sides[0], "auth", one), policy(sides[1], "auth", other)
        kinds = first.settings.get("type"), second.settings.get("type")
        if kinds[0] != kinds[1]:
            yield Difference("D305", new.where("auth"), "auth", f"{one} ({kinds[0]})", f"{other} ({kinds[1]})")
        else:
            yield from by_rules(first, second, AUTH[str(kinds[0])], f"auth {other}: ")


def _each(side: Side, name: str) -> list[str]:
    scheme = side.data.get("auth", {}).get(name, {})
    return list(scheme["of"]) if scheme.get("type") == "any" else [name]


def require_differences(sides: _Sides, old: Part, new: Part) -> Iterator[Difference]:
    """The differences of what an authenticated client must have. Without auth there is nobody to ask."""
    first = Part((*old.at, "require"), old.settings.get("require") or {})
    second = Part((*new.at, "require"), new.settings.get("require") or {})
    yield from by_rules(first, second, REQUIRE, "require.")
    for key in ("consumers", "tags"):  # one of them is enough: none asks for nothing, fewer ask for more
        yield from _one_of(first, second, key, first.settings.get(key), second.settings.get(key))
    before, now = (part.settings.get("claims") or {} for part in (first, second))
    for claim in sorted(before.keys() | now.keys()):
        one, other = (Part((*part.at, "claims"), part.settings.get("claims") or {}) for part in (first, second))
        for found in _one_of(one, other, claim, before.get(claim), now.get(claim)):
            yield found._replace(detail=f"require.claims.{claim}")


def _one_of(old: Part, new: Part, key: str, before: Any, now: Any) -> Iterator[Difference]:
    one, other = set(before or ()), set(now or ())
    if one == other:
        return
    weaker = not other or (one and other > one)
    stricter = not one or (other and other < one)
    code = "D306" if weaker else "D307" if stricter else "D306"
    yield difference(code, old, new, key, f"require.{key}")


def access_differences(sides: _Sides, old: Part, new: Part) -> Iterator[Difference]:
    """The differences of which addresses are let in, whatever the lists are called."""
    lists = [
        policy(side, "access", part.settings.get("access", "")) for side, part in zip(sides, (old, new), strict=True)
    ]
    before, now = (let_in(part.settings) for part in lists)
    if before == now:
        return
    texts = _access_text(lists[0].settings), _access_text(lists[1].settings)
    cause = lists[1].at if old.settings.get("access") == new.settings.get("access") else new.where("access")
    if not _within(now, before):
        yield Difference("D308", cause, "access", *texts)
    if not _within(before, now):
        yield Difference("D309", cause, "access", *texts)


Ranges = list[tuple[int, int]]


def let_in(settings: dict[str, Any]) -> tuple[Ranges, Ranges]:
    """The addresses (IPv4, IPv6) that a list lets in, as ranges of numbers."""
    made = []
    for version, bits in ((4, 32), (6, 128)):
        allow = _ranges(settings.get("allow") or (), version)
        if not settings.get("allow"):
            allow = [(0, (1 << bits) - 1)]
        made.append(_without(allow, _ranges(settings.get("deny") or (), version)))
    return made[0], made[1]


def _ranges(blocks: Any, version: int) -> Ranges:
    found: Ranges = []
    for block in blocks:
        network = ip_network(block, strict=False) if _is_block(block) else None
        if network is not None and network.version == version:
            found.append((int(network.network_address), int(network.broadcast_address)))
    merged: Ranges = []
    for low, high in sorted(found):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _is_block(block: str) -> bool:
    return block != "unix"


def _without(ranges: Ranges, holes: Ranges) -> Ranges:
    for start, end in holes:
        ranges = [
            part
            for low, high in ranges
            for part in ((low, min(high, start - 1)), (max(low, end + 1), high))
            if part[0] <= part[1]
        ]
    return ranges


def _within(inner: tuple[Ranges, Ranges], outer: tuple[Ranges, Ranges]) -> bool:
    """Whether all addresses of ``inner`` are in ``outer``."""
    return all(not _without(one, other) for one, other in zip(inner, outer, strict=True))


def _access_text(settings: dict[str, Any]) -> str:
    if not settings.get("allow") and not settings.get("deny"):
        return "everybody"
    parts = [f"{word} {shown(settings[word])}" for word in ("allow", "deny") if settings.get(word)]
    return ", ".join(parts)


def cors_differences(sides: _Sides, old: Part, new: Part) -> Iterator[Difference]:
    """The differences of which pages of other origins may read answers."""
    one_sided = presence(old, new, "cors", "D313", "D312")
    if one_sided is not None:
        yield from one_sided
    else:
        first, second = (policy(side, "cors", p.settings["cors"]) for side, p in zip(sides, (old, new), strict=True))
        yield from by_rules(first, second, CORS, "cors ")


def trust_differences(old: Part, new: Part) -> Iterator[Difference]:
    """The differences of which peers are believed."""
    key = "trusted_proxies"
    before, now = old.settings[key], new.settings[key]
    one, other = (_trusted(value) for value in (before, now))
    if not _within(other, one) or ("unix" in now and "unix" not in before):
        yield difference("D315", old, new, key, f"server.{key}")
    if not _within(one, other) or ("unix" in before and "unix" not in now):
        yield difference("D316", old, new, key, f"server.{key}")


def _trusted(blocks: Any) -> tuple[Ranges, Ranges]:
    return _ranges(blocks, 4), _ranges(blocks, 6)


def consumer_differences(sides: _Sides) -> Iterator[Difference]:
    """Consumers and keys that come or go."""
    before, now = (side.data.get("consumers", {}) for side in sides)
    for name in sorted(before.keys() | now.keys()):
        at = ("consumers", name)
        if name not in now:
            yield Difference("D311", at, f"consumer {name}", "known", UNSET, gone=True)
        elif name not in before:
            yield Difference("D310", at, f"consumer {name}", UNSET, "known")
        else:
            keys = [set(table[name].get("api_keys") or ()) for table in (before, now)]
            if keys[0] - keys[1]:
                yield Difference("D311", (*at, "api_keys"), f"consumer {name}", *_counts(keys))
            if keys[1] - keys[0]:
                yield Difference("D310", (*at, "api_keys"), f"consumer {name}", *_counts(keys))
            yield from _own_limit_differences(sides, Part(at, before[name]), Part(at, now[name]))
            tags = shown(before[name].get("tags")), shown(now[name].get("tags"))
            if tags[0] != tags[1]:
                yield Difference("D305", (*at, "tags"), f"consumer {name}: tags", *tags)


def _own_limit_differences(sides: _Sides, old: Part, new: Part) -> Iterator[Difference]:
    """A consumer that has none of its own has those of the route; an empty list says that it has none at all."""
    before, now = old.settings.get("limits"), new.settings.get("limits")
    if (before is None) == (now is None):
        yield from limit_differences(sides, old, new)
        return
    code = "D405" if before or now else "D401" if before is None else "D402"
    old_text, new_text = ("those of the route" if names is None else shown(names) or "none" for names in (before, now))
    yield Difference(code, new.where("limits"), f"consumer {new.at[1]}: limits", old_text, new_text)


def _counts(keys: list[set[str]]) -> tuple[str, str]:
    one, other = (f"{len(known)} key{'' if len(known) == 1 else 's'}" for known in keys)
    return one, f"{other}, {len(keys[1] - keys[0])} of them new"
