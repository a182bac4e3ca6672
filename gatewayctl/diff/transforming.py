"""What transforms change on the way, header by header, whatever the transforms are called."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from gatewayctl.config.finding import KeyPath
from gatewayctl.diff.difference import Difference, pair, shown
from gatewayctl.diff.handling import Part, policy
from gatewayctl.diff.side import Side
from gatewayctl.plan.security_headers import SECURITY_HEADERS


class _Edit(NamedTuple):
    """What becomes of one header. ``fills``: what it is given where it is missing then, empty for nothing."""

    how: str = ""
    value: Any = None
    fills: str = ""

    @property
    def valued(self) -> bool:
        """Whether the transform itself says a value."""
        return self.how in ("set", "add")

    def words(self, value: str) -> str:
        """It in words; ``value`` is how its value may be shown."""
        fills = f"{self.fills} where it is missing" if self.fills else ""
        if self.valued:
            return f"{self.how} to {value}"
        said = {"removed": "removed", "renamed": f"renamed to {self.value}"}.get(self.how, "")
        return ", then ".join(part for part in (said, fills) if part) or "as it comes"


_NOTHING: Final = _Edit()


def transform_differences(sides: tuple[Side, Side], old: Part, new: Part) -> Iterator[Difference]:
    """The differences of headers and queries."""
    names = [part.settings.get("transform", "") for part in (old, new)]
    parts = [policy(side, "transforms", name) for side, name in zip(sides, names, strict=True)]
    where = parts[1].at if names[1] else new.where("transform")
    for what in ("request", "response"):
        cause = (*where, what) if names[1] else where
        yield from _headers(what, parts, cause)
    queries = [part.settings.get("query") or {} for part in parts]
    if _full(queries[0]) != _full(queries[1]):
        cause = (*where, "query") if names[1] else where
        yield Difference("D505", cause, "query", shown(_full(queries[0])), shown(_full(queries[1])))


def _headers(what: str, parts: list[Part], cause: KeyPath) -> Iterator[Difference]:
    edits = [_edits(what, part.settings) for part in parts]
    differing = {
        name: (edits[0].get(name, _NOTHING), edits[1].get(name, _NOTHING))
        for name in sorted(edits[0].keys() | edits[1].keys())
        if edits[0].get(name) != edits[1].get(name)
    }
    if what == "response":
        together = [name for name, both in differing.items() if _is_builtin(both)]
        yield from _builtin(parts, together)
        differing = {name: both for name, both in differing.items() if name not in together}
    for name, (before, now) in differing.items():
        values = pair(*(edit.value if edit.valued else None for edit in (before, now)))
        texts = before.words(values[0]), now.words(values[1])
        yield Difference(_code(before, now), cause, f"{what} header {name}", *texts)


def _is_builtin(both: tuple[_Edit, _Edit]) -> bool:
    """Whether only the built-in headers say it, on one side."""
    return any(edit.fills and not edit.how and other == _NOTHING for edit, other in (both, both[::-1]))


def _builtin(parts: list[Part], names: list[str]) -> Iterator[Difference]:
    """The headers that come or go together with ``builtin``."""
    if names:
        gone = "builtin" in parts[0].settings
        at = (*parts[0 if gone else 1].at, "builtin")
        filled, bare = ", ".join(names), "as they come"
        texts = (filled, bare) if gone else (bare, filled)
        yield Difference("D508" if gone else "D503", at, "response headers, where missing", *texts, gone)


def _full(query: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in query.items() if value}


def _edits(what: str, transform: dict[str, Any]) -> dict[str, _Edit]:
    """What becomes of each header, by its lower-case name."""
    changes = transform.get(what) or {}
    made: dict[str, _Edit] = {}
    for name in changes.get("remove") or ():
        made[name.lower()] = _Edit("removed")
    for name, to in (changes.get("rename") or {}).items():
        made[name.lower()] = _Edit("renamed", to)
    for how in ("set", "add"):
        for name, value in (changes.get(how) or {}).items():
            made[name.lower()] = _Edit(how, value)
    for header in SECURITY_HEADERS if what == "response" and transform.get("builtin") else ():
        edit = made.get(header.name.lower(), _NOTHING)
        if edit.how in ("", "renamed"):
            made[header.name.lower()] = edit._replace(fills=header.value)
    return made


def _code(before: _Edit, now: _Edit) -> str:
    if before.fills and not now.fills and not now.valued:
        return "D508"
    sets = [edit.valued or bool(edit.fills) for edit in (before, now)]
    if sets[0] and sets[1]:
        return "D502"
    if sets[0] or now.how in ("removed", "renamed"):
        return "D501"
    return "D503" if sets[1] else "D504"
