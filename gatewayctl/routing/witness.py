"""A witness: one concrete request that shows what is claimed, and what two routes leave open for it."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import quote_from_bytes

from gatewayctl.core.fields import Field, field
from gatewayctl.routing.automaton import Automaton, common_texts
from gatewayctl.routing.compiled import Check, CompiledRoute, Condition, HostPattern, best_host, method_class
from gatewayctl.routing.engine import compile_regex
from gatewayctl.routing.languages import HEADER_VALUE
from gatewayctl.routing.regex import parse_regex
from gatewayctl.routing.regex_ast import ALL_BYTES, Chars, Node, Repeat

_METHODS: Final = (b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"HEAD", b"OPTIONS", b"REPORT")


class Witness(NamedTuple):
    """A request: ``path`` canonical, ``query`` raw, ``headers`` as (lower-case name, value)."""

    method: bytes
    host: bytes
    path: bytes
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def fields(self) -> list[Field]:
        """The headers as the matcher takes them."""
        return [field(name, value) for name, value in self.headers]

    def __str__(self) -> str:
        """``GET http://host/path?query`` and a ``-H`` for each header, as route-test takes them."""
        target = f"http://{self.host.decode()}{self.path.decode()}" + (f"?{self.query.decode()}" if self.query else "")
        headers = "".join(f" -H '{name.decode()}: {_shown(value)}'" for name, value in self.headers)
        return f"{self.method.decode()} {target}{headers}"


def _shown(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace").replace("'", "'\\''")


def common_methods(first: CompiledRoute, second: CompiledRoute) -> list[bytes]:
    """The methods that both take in the same class, so that the method does not decide between them."""
    named = [*(first.methods or ()), *(second.methods or ())]
    candidates = dict.fromkeys(sorted({*named, b"HEAD"}, key=_usual_first) if named else _METHODS)
    found = []
    for method in candidates:
        kind = method_class(first.methods, method)
        if kind is not None and kind == method_class(second.methods, method):
            found.append(method)
    return found


def _usual_first(method: bytes) -> tuple[int, bytes]:
    return (_METHODS.index(method) if method in _METHODS else len(_METHODS), method)


def common_hosts(routes: Sequence[CompiledRoute], pattern: HostPattern | None) -> list[bytes]:
    """Some hosts for which that pattern is the best one of each of the routes; none: there are none."""
    if pattern is None:
        return [b"any.example", b"other.invalid", b"third.test"]
    names = [pattern.text]
    if pattern.wildcard:
        names = [b"%b%b" % (label, pattern.text) for label in (b"a", b"b", b"any-host", b"x.any-host")]
    return [name for name in names if all(best_host(route, name)[1] == pattern for route in routes)]


def common_values(
    first: Sequence[Condition], second: Sequence[Condition], header: bool
) -> list[tuple[tuple[bytes, bytes], ...]]:
    """Some choices of a value for each name that conditions of either route look at, such that all hold; none: there
    are none. Raises UndecidedError where two regular expressions are too large to be compared."""
    columns: list[list[tuple[bytes, bytes]]] = []
    for name in sorted({condition.name for condition in (*first, *second)}):
        values = _values([condition for condition in (*first, *second) if condition.name == name], header)
        if not values:
            return []
        columns.append([(name, value) for value in values])
    count = max((len(column) for column in columns), default=1)
    return [tuple(column[variant % len(column)] for column in columns) for variant in range(count)]


def _values(conditions: list[Condition], header: bool) -> Sequence[bytes]:
    equal = {condition.value for condition in conditions if condition.check == Check.EQUAL}
    regexes = [condition for condition in conditions if condition.check == Check.REGEX]
    if len(equal) > 1:
        return ()
    if equal:
        return [value for value in equal if all(compile_regex(regex.value).fullmatch(value) for regex in regexes)]
    if not regexes:
        return (b"1", b"any-value", b"x_y")
    allowed: Node = HEADER_VALUE if header else Repeat(Chars(ALL_BYTES), 0, None)
    nodes = [allowed, *(parse_regex(regex.source, "value") for regex in regexes)]
    return list(islice(common_texts([Automaton(node) for node in nodes]), 3))


def query_text(values: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A raw query with these decoded names and values."""
    return b"&".join(_quoted(name) + (b"=" + _quoted(value) if value else b"") for name, value in values)


def _quoted(text: bytes) -> bytes:
    return quote_from_bytes(text, safe="").encode()
