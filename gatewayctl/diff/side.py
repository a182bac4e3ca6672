"""One side of a comparison: the effective configuration as sealed data, and its routes ready to be reasoned about."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from gatewayctl.config import Loaded
from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.sealing import UNSEEN, Sealed, sealed_data, sealed_elsewhere
from gatewayctl.config.selecting import select, tree
from gatewayctl.core.frozen import frozen
from gatewayctl.plan import Plan
from gatewayctl.plan.table import routing_options
from gatewayctl.routing import CompiledRoute, RouteSpec, RoutingOptions, compile_route

HEALTH: Final = "(health path)"
"""The name under which the health path of [server] takes requests; no route can be called so."""
_FIRST: Final = 2_000_000
"""A priority above that of every route."""


@frozen
class Side:
    """``label`` is what it is called; ``routes`` are the enabled ones, by name, the health path among them."""

    label: str
    loaded: Loaded
    data: dict[str, Any]
    routes: tuple[CompiledRoute, ...]
    options: RoutingOptions
    written: bool = True
    """Whether its texts are there: what a running gateway told has none."""

    def unseen_secrets(self) -> list[str]:
        """The secrets whose value another process did not tell, not even as a fingerprint."""
        return [value for value in _strings(self.data) if isinstance(value, Sealed) and value.startswith(UNSEEN)]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def side_of(label: str, loaded: Loaded, plan: Plan, *, key: bytes, root: Path | None = None) -> Side:
    """The side of a configuration that loads and compiles. Paths below ``root`` (the folder of its first file) are
    made relative to it, so that a configuration that has only moved is the same."""
    return _side(label, loaded, plan, sealed_data(loaded, key), root, written=True)


def running_side(label: str, loaded: Loaded, plan: Plan, *, known: Mapping[str, str], root: Path | None) -> Side:
    """The side of a configuration that a running gateway told, with the fingerprints of its secrets."""
    return _side(label, loaded, plan, sealed_elsewhere(loaded, known), root, written=False)


def _side(label: str, loaded: Loaded, plan: Plan, data: dict[str, Any], root: Path | None, *, written: bool) -> Side:
    if root is not None:
        _relative(data, root)
    options = routing_options(plan.server)
    routes = [route.match for route in plan.routes]
    if plan.server.health_path:
        routes.append(_health(plan.server.health_path, options))
    return Side(label, loaded, data, tuple(routes), options, written)


def aligned(one: Any, other: Any) -> None:
    """Makes what one side does not know of a secret the same on the other, where it then cannot differ."""
    _align(one, other)
    _align(other, one)


def _align(mine: Any, theirs: Any) -> None:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        keys: Any = mine.keys() & theirs.keys()
    elif isinstance(mine, list) and isinstance(theirs, list):
        keys = range(min(len(mine), len(theirs)))
    else:
        return
    for key in keys:
        value = mine[key]
        if isinstance(value, Sealed) and value.startswith(UNSEEN) and isinstance(theirs[key], str):
            theirs[key] = value
        elif isinstance(value, dict | list):
            _align(value, theirs[key])


def _health(path: bytes, options: RoutingOptions) -> CompiledRoute:
    text = path.decode("latin-1")
    spec = RouteSpec(HEALTH, text, priority=_FIRST)
    return compile_route(spec, options)


def _relative(data: dict[str, Any], root: Path) -> None:
    for hit in select(tree(_is_path), data):
        value = hit.value
        if isinstance(value, Sealed) and Path(value.shown).is_relative_to(root):
            value.shown = Path(value.shown).relative_to(root).as_posix()
        elif isinstance(value, str) and Path(value).is_relative_to(root):
            hit.holder[hit.key] = Path(value).relative_to(root).as_posix()


def _is_path(kind: Kind) -> bool:
    return bool(kind.path)
