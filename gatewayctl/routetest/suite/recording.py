"""Route tests from an access log of ours in JSON: what traffic meets today, written down as what is expected.

One case for each route and shape of request, the first that was seen: numbers, UUIDs and long hexadecimal parts of a
path are one shape, and so are all values of a query. Only what can be known offline is expected.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from gatewayctl.core.grammar import TOKEN

MOST: Final = 10_000
"""Cases that are written at most: a log with more shapes than that has no shapes."""
SHOWN: Final = 3
"""Broken lines that are kept, to be shown."""

_VARYING: Final = re.compile(r"[0-9]+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,}", re.IGNORECASE)
_KNOWN_OFFLINE: Final = frozenset({"no_route", "method_not_allowed", "bad_path", "ambiguous_path"})
"""Reasons of an answer that a path, method and host alone bring about."""
_MEMBERS: Final = ("method", "host", "path", "route", "service", "status")


@dataclass(slots=True)
class Recording:
    """Cases while they are gathered. ``lines`` were read, ``broken`` are no lines of such a log, ``unknowable`` had an
    outcome that cannot be known offline, ``masked`` cases have a query whose values the log has masked."""

    lines: int = 0
    broken: int = 0
    unknowable: int = 0
    masked: int = 0
    first_broken: list[tuple[int, str]] = field(default_factory=list)
    cases: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)

    def read(self, lines: Iterable[bytes]) -> None:
        """Takes in the lines of a log, one at a time."""
        for line in lines:
            self.lines += 1
            entry = _entry(line)
            if entry is None:
                self.broken += 1
                if len(self.first_broken) < SHOWN:
                    self.first_broken.append((self.lines, line[:80].decode(errors="replace").rstrip()))
                continue
            self._take(entry)

    def _take(self, entry: dict[str, Any]) -> None:
        expect = _expected(entry)
        if expect is None:
            self.unknowable += 1
            return
        path, mark, query = entry["path"].partition("?")
        names = sorted(pair.partition("=")[0] for pair in query.split("&")) if mark else []
        shape = "/".join("*" if _VARYING.fullmatch(part) else part for part in path.split("/"))
        key = (entry["method"], entry["host"], shape, "&".join(names), json.dumps(expect, sort_keys=True))
        if key in self.cases or len(self.cases) >= MOST:
            return
        self.masked += "=*" in query
        self.cases[key] = {"request": f"{entry['method']} http://{entry['host']}{entry['path']}", "expect": expect}

    def toml(self) -> str:
        """The cases as a file of route tests, in an order that does not depend on that of the log."""
        blocks = ["#:schema ./schemas/route-tests.schema.json"]
        for key in sorted(self.cases):
            case = self.cases[key]
            expect = ", ".join(_line(name, value) for name, value in case["expect"].items())
            blocks.append(f"[[case]]\n{_line('request', case['request'])}\nexpect = {{ {expect} }}")
        return "\n\n".join(blocks)


def _entry(line: bytes) -> dict[str, Any] | None:
    """The members of a line, None where it is no line of such a log."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or any(member not in entry for member in _MEMBERS):
        return None
    texts = all(isinstance(entry[member], str) for member in _MEMBERS if member != "status")
    return entry if texts and isinstance(entry["status"], int) else None


def _expected(entry: dict[str, Any]) -> dict[str, Any] | None:
    """What can be expected of such a request; None where nothing can, or where it cannot be written as a case."""
    words = TOKEN.fullmatch(entry["method"].encode()) and entry["path"].startswith("/") and entry["host"]
    if not words or re.search(r"\s", entry["path"] + entry["host"]):
        return None
    reason = entry.get("reason")
    if reason in _KNOWN_OFFLINE:
        return {"route": "none", "status": entry["status"], "reason": reason}
    if not entry["route"]:
        return None
    if entry["service"]:
        return {"route": entry["route"], "service": entry["service"]}
    return None if reason else {"route": entry["route"], "status": entry["status"]}


def _line(name: str, value: str | int) -> str:
    from tomli_w import dumps

    return dumps({name: value}).rstrip("\n")
