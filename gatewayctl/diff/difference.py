"""A difference between two tables, not yet told of a request: its code, which setting says so, and both values."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.sealing import Sealed
from gatewayctl.diff.handling import Part
from gatewayctl.diff.rules import OTHER, Rule

UNSET: Final = "not set"
_LONGEST: Final = 120


class Difference(NamedTuple):
    """``cause`` is the key path on the new side, or on the old one where ``gone``."""

    code: str
    cause: KeyPath
    detail: str
    before: str
    now: str
    gone: bool = False


IN_CLEAR: Final = "written in clear"
"""What is said of a value that is, or was, a secret on the other side."""


def shown(value: Any) -> str:
    """A value in words, its secrets masked."""
    if value is None:
        return UNSET
    if isinstance(value, Sealed):
        return value.shown
    if isinstance(value, str):
        text = value
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        text = ", ".join(shown(item) for item in value) or "none"
    else:
        text = json.dumps(_plain(value), ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _plain(value: Any) -> Any:
    if isinstance(value, Sealed):
        return value.shown
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def by_rules(old: Part, new: Part, rules: Mapping[str, Rule], what: str = "") -> Iterator[Difference]:
    """The differences of two tables, setting by setting."""
    for key in sorted(old.settings.keys() | new.settings.keys()):
        before, now = old.settings.get(key), new.settings.get(key)
        if before != now:
            code = judged(rules.get(key, OTHER), before, now)
            if code:
                yield difference(code, old, new, key, f"{what}{key}")


def difference(code: str, old: Part, new: Part, key: str, detail: str) -> Difference:
    """The difference of one setting, with what the two tables say."""
    before, now = old.settings.get(key), new.settings.get(key)
    gone = key not in new.settings and key not in new.said_at
    where = old.where(key) if gone else new.where(key)
    return Difference(code, where, detail, *pair(before, now), gone)


def presence(old: Part, new: Part, key: str, gone: str, come: str, absent: str = "none") -> list[Difference] | None:
    """The difference where only one of the tables has a setting: ``gone`` and ``come`` are the codes, ``absent`` is what
    having none is called. None where both have it: then their values are to be compared."""
    before, now = old.settings.get(key), new.settings.get(key)
    if before is not None and now is not None:
        return None
    if before is None and now is None:
        return []
    found = difference(gone if now is None else come, old, new, key, key)
    return [found._replace(now=absent) if now is None else found._replace(before=absent)]


def pair(before: Any, now: Any) -> tuple[str, str]:
    """Both values. Where one of them is a secret, the other is none to be read either: it may well be the same."""
    sealed = isinstance(before, Sealed), isinstance(now, Sealed)
    if sealed == (True, True):
        return shown(before), f"{shown(now)} (another value)"
    if any(sealed):
        texts = [shown(value) if value is None or isinstance(value, Sealed) else IN_CLEAR for value in (before, now)]
        return texts[0], texts[1]
    return shown(before), shown(now)


def judged(rule: Rule, before: Any, now: Any) -> str:
    """The code of a change of one value; empty where it says nothing of requests."""
    if not rule.less:
        return ""
    if rule.order is not None:
        one, other = rule.order(before), rule.order(now)
        return "" if one == other else rule.less if other < one else rule.more
    if rule.members:
        one_set, other_set = _members(before), _members(now)
        if one_set == other_set:
            return ""
        return rule.less if one_set - other_set else rule.more
    return rule.more if before is None else rule.less


def _members(value: Any) -> frozenset[str]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return frozenset(json.dumps(item, sort_keys=True) for item in values)
