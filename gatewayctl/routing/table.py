"""The table: which route takes a request. Built in small steps, then immutable; the same live and offline.

The order is that of ``compiled.rank``: priority, host pattern, path, method, conditions, name. Layers, one for each
host pattern, are asked from the best host pattern on; after a find, a later layer is asked only if it holds a higher
priority.
"""

from collections.abc import Sequence
from typing import Any, Final

from gatewayctl.core.fields import Field
from gatewayctl.routing.canonical import other_readings
from gatewayctl.routing.compiled import CompiledRoute
from gatewayctl.routing.conditions import LiveConditions
from gatewayctl.routing.engine import compile_regex
from gatewayctl.routing.entry import LOWEST, Entry, Match, Miss, RegexEntry
from gatewayctl.routing.hosts import canonical_host
from gatewayctl.routing.layer import Layer
from gatewayctl.routing.leaf import Leaf
from gatewayctl.routing.spec import DEFAULT_OPTIONS, RoutingOptions
from gatewayctl.routing.trie import find

NOT_FOUND: Final = Miss(())


class Table:
    """Made by ``TableBuilder``. ``options`` say what a canonical path is here."""

    __slots__ = ("_any", "_exact", "_only", "_top", "_wild", "options")

    def __init__(
        self, options: RoutingOptions, any_host: Layer, exact: dict[bytes, Layer], wild: dict[bytes, Layer], top: int
    ) -> None:
        self.options = options
        self._any = any_host
        self._exact = exact
        self._wild = wild
        self._top = top
        self._only = None if exact or wild else any_host

    def match(self, method: bytes, host: bytes, path: bytes, query: bytes, fields: Sequence[Field]) -> Match | Miss:
        """The route that takes a request. ``host`` lower case without port (empty: none), ``path`` canonical,
        ``query`` raw without its ``?``, header names in ``fields`` lower case."""
        only = self._only
        if only is not None:  # no route has hosts: the usual requests are answered here, the others below
            leaf = only.literals.get(path)
            if leaf is not None:
                item = leaf.sure.get(method)
                if item is not None and item[1].priority >= self._top:
                    match = item[1].match
                    if match is not None:
                        return match
            elif only.root is not None:
                segments = path.split(b"/")
                item = find(only.root, segments, LOWEST, method, query, fields)
                if item is not None and item[1].priority >= only.regex_top:
                    return item[1].bind(segments)
                if item is None and not only.sizes:
                    return _miss([only], path, segments, query, fields)
        return self._search(method, host, path, query, fields)

    def match_preflight(self, method: bytes, host: bytes, path: bytes, query: bytes) -> Match | Miss:
        """The same for a CORS preflight that asks for ``method``: header conditions are not applied."""
        return self._search(method, host, path, query, None)

    def ambiguous(
        self, method: bytes, host: bytes, path: bytes, query: bytes, fields: Sequence[Field], match: Match | Miss
    ) -> bool:
        """Whether a server behind could read another route from this path than ``match``: merging its slashes or
        cutting its ``;…`` reaches one. What no route takes is never ambiguous, since nothing is forwarded."""
        if (b"//" not in path and b";" not in path) or isinstance(match, Miss):
            return False
        others = (self.match(method, host, reading, query, fields) for reading in other_readings(path))
        return any(isinstance(other, Match) and other.route != match.route for other in others)

    def _search(
        self, method: bytes, host: bytes, path: bytes, query: bytes, fields: Sequence[Field] | None
    ) -> Match | Miss:
        segments = path.split(b"/")
        floor = LOWEST
        best: Match | None = None
        layers = self._layers(host)
        for layer in layers:
            if layer.top <= floor:
                continue
            item = layer.find_pattern(path, segments, floor, method, query, fields)
            if item is not None:
                best = item[1].bind(segments)
                floor = item[1].priority
            if layer.regex_top > floor:
                by_regex = layer.find_regex(path, floor, method, query, fields)
                if by_regex is not None:
                    floor, best = by_regex
            if floor >= self._top:
                break
        return best if best is not None else _miss(layers, path, segments, query, fields)

    def _layers(self, host: bytes) -> list[Layer]:
        """The layers of a host, the best host pattern first."""
        if self._only is not None:
            return [self._only]
        layers = []
        layer = self._exact.get(host) or self._exact.get(canonical_host(host))
        if layer is not None:
            layers.append(layer)
        if self._wild:
            dot = host.find(b".", 1)
            while dot > 0:
                layer = self._wild.get(host[dot:])
                if layer is not None:
                    layers.append(layer)
                dot = host.find(b".", dot + 1)
        layers.append(self._any)
        return layers


def _miss(
    layers: list[Layer], path: bytes, segments: Sequence[bytes], query: bytes, fields: Sequence[Field] | None
) -> Miss:
    """404, or 405 with the methods of all routes that take the request but for its method."""
    allow: set[bytes] = set()
    for layer in layers:
        for leaf in layer.taking(path, segments):
            allow |= _methods(leaf, path, query, fields)
    return Miss(tuple(sorted(allow))) if allow else NOT_FOUND


def _methods(leaf: Leaf, path: bytes, query: bytes, fields: Sequence[Field] | None) -> set[bytes]:
    """The methods with which an entry of this leaf would take the request."""
    allow: set[bytes] = set()
    for methods, shelf in leaf.shelves():
        if allow.issuperset(methods):
            continue
        if shelf.sure is not None and not isinstance(shelf.sure, RegexEntry):
            allow.update(methods)
            continue
        for _, entry in shelf.holding(query, fields):
            if not isinstance(entry, RegexEntry) or entry.fullmatch(path):
                allow.update(methods)
                break
    return allow


class TableBuilder:
    """Takes compiled routes one by one (some microseconds each, regular expressions aside) and gives the table."""

    def __init__(self, options: RoutingOptions = DEFAULT_OPTIONS) -> None:
        self._options = options
        self._any = Layer()
        self._exact: dict[bytes, Layer] = {}
        self._wild: dict[bytes, Layer] = {}
        self._regexes: dict[bytes, Any] = {}
        self._top = LOWEST

    def add(self, compiled: CompiledRoute, index: int) -> None:
        """Adds a route; ``index`` is what its matches will say. The order of adding changes no answer."""
        conditions = LiveConditions(compiled.headers, compiled.query) if compiled.headers or compiled.query else None
        if compiled.regex is None:
            entry = Entry(index, compiled, conditions)
        else:
            regex = self._regexes.get(compiled.regex)
            if regex is None:
                regex = self._regexes[compiled.regex] = compile_regex(compiled.regex)
            entry = RegexEntry(index, compiled, conditions, regex)
        self._top = max(self._top, compiled.priority)
        if not compiled.hosts:
            self._any.add(entry, compiled)
        for host in compiled.hosts:
            layers = self._wild if host.wildcard else self._exact
            layer = layers.get(host.text)
            if layer is None:
                layer = layers[host.text] = Layer()
            layer.add(entry, compiled)

    def finish(self) -> Table:
        """The table, at once. The builder is not used after this."""
        return Table(self._options, self._any, self._exact, self._wild, self._top)
