"""Limits: which a route has, and whether they let more or fewer requests through."""

from collections.abc import Iterator
from typing import Any

from gatewayctl.core.units import parse_duration
from gatewayctl.diff.difference import Difference, by_rules, difference, shown
from gatewayctl.diff.handling import Part, policy
from gatewayctl.diff.rules import LIMIT
from gatewayctl.diff.side import Side


def limit_differences(sides: tuple[Side, Side], old: Part, new: Part, key: str = "limits") -> Iterator[Difference]:
    """The differences of the limits that two tables name."""
    before, now = list(old.settings.get(key, ())), list(new.settings.get(key, ()))
    # A limit of another name that is the same in all it says is the same limit, but for its own counters.
    for name in sorted(set(before) - set(now)):
        yield Difference("D401", new.where(key), f"limit {name}", limit_text(policy(sides[0], "limits", name)), "none")
    for name in sorted(set(now) - set(before)):
        yield Difference("D402", new.where(key), f"limit {name}", "none", limit_text(policy(sides[1], "limits", name)))
    for name in sorted(set(now) & set(before)):
        yield from _changes(policy(sides[0], "limits", name), policy(sides[1], "limits", name), f"limit {name}: ")


def _changes(old: Part, new: Part, what: str) -> Iterator[Difference]:
    yield from by_rules(old, new, LIMIT, what)
    modes = old.settings["mode"], new.settings["mode"]
    if modes == ("enforce", "report"):
        yield difference("D401", old, new, "mode", f"{what}mode")
        return
    if modes == ("report", "enforce"):
        yield difference("D402", old, new, "mode", f"{what}mode")
        return
    one, other = _strength(old.settings), _strength(new.settings)
    if one == other:
        return
    code = "D404" if all(b >= a for a, b in zip(one, other, strict=True)) else "D403"
    key = next(k for k in ("limit", "window", "burst", "cost") if old.settings.get(k) != new.settings.get(k))
    yield Difference(code, new.where(key), what.rstrip(": "), limit_text(old), limit_text(new))


def _strength(settings: dict[str, Any]) -> tuple[float, float]:
    """How much it lets through: over a long time, and at once. More is looser."""
    window = parse_duration(settings["window"]) if settings.get("window") else 1.0
    at_once = settings.get("burst") or settings["limit"]
    return settings["limit"] / window / settings["cost"], at_once / settings["cost"]


def limit_text(part: Part) -> str:
    """A limit in words: ``100 in 1m by client_ip``."""
    settings = part.settings
    if not settings:
        return "none"
    window = f" in {settings['window']}" if settings.get("window") else " at once"
    burst = f", burst {settings['burst']}" if settings.get("burst") else ""
    cost = f", each costing {settings['cost']}" if settings["cost"] != 1 else ""
    return f"{settings['limit']}{window}{burst}{cost} by {shown(settings['key'])}"
