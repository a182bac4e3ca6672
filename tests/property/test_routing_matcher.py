"""The table against an oracle that knows nothing of tries: try every route, sort by rank, take the first.

Patterns, hosts and requests are drawn from few words, so that they meet often, and from fresh ones that no route names.
"""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.core.fields import Field, field
from gatewayctl.routing import (
    CompiledRoute,
    Match,
    Miss,
    RouteSpec,
    RoutingOptions,
    Table,
    TableBuilder,
    compile_route,
    rank,
)
from gatewayctl.routing.compiled import USUAL_METHODS, best_host, method_class

SEGMENTS = {
    "a": "a",
    "b": "b",
    "ab": "ab",
    "": "",
    "{p}": "(?P<p>U+)",
    "{n:int}": "(?P<n>[0-9]+)",
    "{s:slug}": "(?P<s>[a-z0-9]+(?:-[a-z0-9]+)*)",
    "{r:[ab]+}": "(?P<r>[ab]+)",
    "{r:[a-c%]{2}}": "(?P<r>(?:[a-c]|%[0-9A-F]{2}){2})",
    "{x}-{y}": "(?P<x>U+?)-(?P<y>U+)",
    "{x}.{y}": r"(?P<x>U+?)\.(?P<y>U+)",
    "a{x:int}": "a(?P<x>[0-9]+)",
    "{x}2{y}": "(?P<x>U+?)2(?P<y>U+)",
}
CROWD = {
    "{x}-{y}": "(?P<x>U+?)-(?P<y>U+)",
    "{x}.{y}": r"(?P<x>U+?)\.(?P<y>U+)",
    "{x}2{y}": "(?P<x>U+?)2(?P<y>U+)",
    "{x}c{y}": "(?P<x>U+?)c(?P<y>U+)",
    "{r:[ab]+}": "(?P<r>[ab]+)",
    "{r:a[b1]*}": "(?P<r>a[b1]*)",
    "{r:a(?:-b|b)?}": "(?P<r>a(?:-b|b)?)",
    "{r:12|ab}": "(?P<r>12|ab)",
    "{r:.+b}": "(?P<r>U+b)",
    "a{x}": "a(?P<x>U+)",
    "{x}b": "(?P<x>U+)b",
    "a{y}": "a(?P<y>U+)",
    "{y}c": "(?P<y>U+)c",
    "1{x}": "1(?P<x>U+)",
}
"""Segments of few ranks: many of them are walked together, and found by how they begin or end."""
TAILS = {"": "", "/*": "(?:/(?P<rest>.*))?", "/{rest:path}": "/(?P<rest>.+)"}
REGEXES = {
    "/a.*": "/a(?:[^%]|%[0-9A-F]{2})*",
    "/(?P<q>[ab]+)/?": "/(?P<q>[ab]+)/?",
    "/.*b": "/(?:[^%]|%[0-9A-F]{2})*b",
    "/a+": "/a+",
}
WORDS = ["a", "b", "ab", "a1", "12", "a-b", "a.b", "a-b.c", "1-2", "", "%C3%A9", "x%2By", "fresh~", "c"]
HOSTS = ["x.org", "*.x.org", "*.a.x.org", "a.x.org", "y.org"]
ASKED_HOSTS = [b"x.org", b"a.x.org", b"b.x.org", b"b.a.x.org", b"y.org", b"fresh.example", b"", b"org", b".x.org"]
METHODS = ["GET", "HEAD", "POST", "TRACE"]
VALUES = st.sampled_from(["1", "2", "*", "~[12]", "~.*"])


@st.composite
def specs(draw: st.DrawFn, pool: tuple[str, ...] = tuple(SEGMENTS), most: int = 12) -> list[RouteSpec]:
    made = []
    # One table varies only some of these, so that each is often all that decides.
    hosted, limited, conditional, ranked = (draw(st.booleans()) for _ in range(4))
    for index in range(draw(st.integers(1, most))):
        path, regex = None, None
        if draw(st.integers(0, 6)):
            chosen: list[str] = []
            names: set[str] = set()
            for segment in draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3)):
                found = set(re.findall(r"\{(\w)", segment))
                if not found & names:
                    names |= found
                    chosen.append(segment)
            path = "/" + "/".join(chosen) + draw(st.sampled_from(list(TAILS)))
        else:
            regex = draw(st.sampled_from(list(REGEXES)))
        methods = draw(st.none() | st.lists(st.sampled_from(METHODS), min_size=1, max_size=2, unique=True).map(tuple))
        made.append(
            RouteSpec(
                name=f"r{index}",
                path=path,
                path_regex=regex,
                methods=methods if limited else None,
                hosts=tuple(draw(st.lists(st.sampled_from(HOSTS), max_size=2, unique=True))) if hosted else (),
                headers=draw(st.dictionaries(st.sampled_from(["x-a", "X-B"]), VALUES, max_size=2))
                if conditional
                else {},
                query=draw(st.dictionaries(st.sampled_from(["v", "w"]), VALUES, max_size=1)) if conditional else {},
                priority=draw(st.sampled_from([0, 0, 0, 1, 5, -1])) if ranked else 0,
            )
        )
    return made


FIELDS = st.lists(
    st.builds(field, st.sampled_from([b"x-a", b"x-b", b"x-c"]), st.sampled_from([b"1", b"2", b"3", b"\xe9"])),
    max_size=3,
)
QUERIES = st.sampled_from([b"", b"v=1", b"v=2&v=1", b"v", b"w=%31", b"v=1&w=2", b"&&v=+"])
PATHS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(lambda words: ("/" + "/".join(words)).encode())


def table_of(routes: list[CompiledRoute]) -> Table:
    builder = TableBuilder(RoutingOptions())
    for index, route in enumerate(routes):
        builder.add(route, index)
    return builder.finish()


def path_params(spec: RouteSpec, path: bytes) -> dict[str, bytes] | None:
    """The oracle's own reading of a pattern: one backtracking expression of the standard library."""
    if spec.path_regex is not None:
        text = REGEXES[spec.path_regex]
    else:
        assert spec.path is not None
        tail = next(tail for tail in ("/{rest:path}", "/*", "") if spec.path.endswith(tail))
        body = spec.path.removesuffix(tail)
        text = "".join("/" + (SEGMENTS | CROWD)[segment] for segment in body.split("/")[1:]) + TAILS[tail]
    found = re.fullmatch(text.replace("U", "(?:[^%/]|%[0-9A-F]{2})"), path.decode())
    return None if found is None else {k: (v or "").encode() for k, v in found.groupdict().items()}


def holds(written: str, value: bytes | None) -> bool:
    if value is None or written == "*":
        return value is not None
    if written.startswith("~"):
        return re.fullmatch(written[1:].encode(), value) is not None
    return value == written.encode()


def oracle(
    specs: list[RouteSpec],
    routes: list[CompiledRoute],
    method: bytes,
    host: bytes,
    path: bytes,
    query: bytes,
    fields: list[Field],
) -> tuple[int, dict[str, bytes]] | tuple[bytes, ...]:
    headers = {f.name: b", ".join(g.value for g in fields if g.name == f.name) for f in fields}
    pairs = [part.partition(b"=")[::2] for part in query.split(b"&") if part]
    values = {k: v.replace(b"+", b" ").replace(b"%31", b"1") for k, v in reversed(pairs)}
    found, allow = [], set()
    for index, (spec, route) in enumerate(zip(specs, routes, strict=True)):
        params = path_params(spec, path)
        taken, pattern = best_host(route, host)
        if params is None or not taken:
            continue
        if not all(holds(v, headers.get(k.lower().encode())) for k, v in spec.headers.items()):
            continue
        if not all(holds(v, values.get(k.encode())) for k, v in spec.query.items()):
            continue
        allow |= {m for m in (*USUAL_METHODS, b"TRACE") if method_class(route.methods, m) is not None}
        if method_class(route.methods, method) is not None:
            found.append((rank(route, pattern, method), index, params))
    return min(found)[1:] if found else tuple(sorted(allow))


@settings(max_examples=200, deadline=None)
@given(
    specs() | specs((*CROWD, "a"), most=25),
    st.lists(st.tuples(PATHS, st.sampled_from(ASKED_HOSTS), QUERIES, FIELDS), min_size=1, max_size=12),
    st.randoms(),
)
def test_the_table_answers_as_trying_every_route_and_taking_the_lowest_rank_does(specs, requests, random):
    routes = [compile_route(spec) for spec in specs]
    order = list(range(len(routes)))
    random.shuffle(order)
    builder = TableBuilder(RoutingOptions())
    for index in order:
        builder.add(routes[index], index)
    table = builder.finish()
    for path, host, query, fields in requests:
        for method in (b"GET", b"HEAD", b"POST", b"TRACE", b"FRESH"):
            expected = oracle(specs, routes, method, host, path, query, fields)
            answer = table.match(method, host, path, query, fields)
            got = (answer.route, dict(answer.params)) if isinstance(answer, Match) else answer.allow
            assert got == expected, (method, host, path, query, fields)
            assert isinstance(answer, Match | Miss)
