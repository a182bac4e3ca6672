"""What holds for all requests: [server], [admin], what is logged, consumers, and secrets that became literals."""

from collections.abc import Iterator
from typing import Final

from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.selecting import select, tree
from gatewayctl.diff.difference import Difference, by_rules, difference
from gatewayctl.diff.guarding import consumer_differences, cors_differences, trust_differences
from gatewayctl.diff.handling import Part
from gatewayctl.diff.rules import SERVER, SERVER_TLS, SILENT, any_change
from gatewayctl.diff.side import Side

_TLS_DEFAULTS: Final = {"min_version": "1.2", "client_auth": "none"}
_ADMIN: Final = {
    "listen": any_change("D601"),
    "token": any_change("D321"),
    "hosts": any_change("D321"),
    "socket_mode": any_change("D321"),
}


def whole_differences(sides: tuple[Side, Side]) -> Iterator[Difference]:
    """Every difference that is not one of single routes."""
    old, new = (Part(("server",), side.data["server"]) for side in sides)
    yield from by_rules(old, new, SERVER, "server.")
    yield from trust_differences(old, new)
    tls = [Part(("server", "tls"), {**_TLS_DEFAULTS, **(part.settings.get("tls") or {})}) for part in (old, new)]
    yield from by_rules(tls[0], tls[1], SERVER_TLS, "server.tls.")
    first, second = (Part(("admin",), side.data["admin"]) for side in sides)
    yield from by_rules(first, second, _ADMIN, "admin.")
    for section in ("log", "metrics", "tracing"):
        first, second = (Part((section,), side.data[section]) for side in sides)
        for key in sorted(first.settings.keys() | second.settings.keys()):
            if first.settings.get(key) != second.settings.get(key):
                yield difference("D603", first, second, key, f"{section}.{key}")
    first, second = (Part(("defaults",), side.data["defaults"]) for side in sides)
    yield from cors_differences(sides, first, second)  # a default covers answers to unmatched requests too
    yield from consumer_differences(sides)
    yield from _stores(sides)
    yield from _literal_secrets(sides)


def _stores(sides: tuple[Side, Side]) -> Iterator[Difference]:
    """Stores that both know: one that only one side names shows in the limits that use it."""
    before, now = (side.data.get("stores", {}) for side in sides)
    for name in sorted(before.keys() & now.keys()):
        first, second = Part(("stores", name), before[name]), Part(("stores", name), now[name])
        yield from by_rules(first, second, {"url": any_change("D405"), "description": SILENT}, f"store {name}: ")


def _literal_secrets(sides: tuple[Side, Side]) -> Iterator[Difference]:
    """Secrets that stand in the new configuration itself and did not in the old one."""
    if not all(side.written for side in sides):
        return
    literal = [_literals(side) for side in sides]
    for path in sorted(literal[1] - literal[0], key=str):
        name = ".".join(map(str, path))
        yield Difference("D317", path, name, "not in the configuration", "a literal")


def _literals(side: Side) -> set[tuple[str | int, ...]]:
    found = set()
    for hit in select(tree(_is_secret), side.loaded.places.data):
        source = side.loaded.places.source(hit.path)
        if source is None or source.variables or not isinstance(hit.value, str) or not hit.value:
            continue
        if hit.path[0] == "consumers":
            continue  # hashes of keys are made to stand there
        node = source.index().node(hit.path)
        if node is not None and b"${" not in source.text.encode()[node.start_byte : node.end_byte]:
            found.add(hit.path)
    return found


def _is_secret(kind: Kind) -> bool:
    return kind.secret
