"""Layers over each other: tables merge by key; lists, and tables whose ``type`` changes, are replaced whole.

Setting one of several alternatives removes its siblings from below, and what only makes sense with them. Layers are
merged in their order, each over all before it.
"""

from collections.abc import Mapping
from typing import Any, Final

ALTERNATIVES: Final[Mapping[str, tuple[frozenset[str], ...]]] = {
    "routes": (
        frozenset({"service", "split", "respond", "redirect", "aggregate"}),
        frozenset({"strip_prefix", "rewrite"}),
        frozenset({"path", "path_regex"}),
    ),
    "services": (frozenset({"instances", "discovery", "builtin"}),),
}
"""For the objects of a section: sets of keys of which one excludes the others."""

COMPANIONS: Final[Mapping[str, str]] = {"split": "split_key", "builtin": "builtin_instances"}
"""What goes with an alternative when that is removed."""


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """A new table: ``above`` over ``below``. Neither is changed; they may share parts with the result."""
    result = _tables(below, above)
    for section, sets in ALTERNATIVES.items():
        lower, upper = below.get(section), above.get(section)
        if not (isinstance(lower, dict) and isinstance(upper, dict)):
            continue
        for name in lower.keys() & upper.keys():
            if isinstance(lower[name], dict) and isinstance(upper[name], dict):
                result[section][name] = _without_siblings(result[section][name], upper[name], sets)
    return result


def _tables(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    if "type" in above and "type" in below and above["type"] != below["type"]:
        return above
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        result[key] = _tables(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def _without_siblings(table: dict[str, Any], above: dict[str, Any], sets: tuple[frozenset[str], ...]) -> dict[str, Any]:
    gone = {sibling for keys in sets for sibling in keys if keys & above.keys() and sibling not in above}
    gone |= {COMPANIONS[key] for key in gone & COMPANIONS.keys() if COMPANIONS[key] not in above}
    return {key: value for key, value in table.items() if key not in gone} if gone else table
