"""A brute-force oracle for reasoning about routes: every request of a small domain is asked of the real matcher.

The domain holds what no route names as well: a fresh host, a fresh label below each wildcard, a fresh method, fresh
characters and fresh values; without them it would "refute" a right engine.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from random import Random

from gatewayctl.core.fields import Field, field
from gatewayctl.routing import CompiledRoute, RouteSpec, compile_route
from gatewayctl.routing.compiled import best_host, method_class
from gatewayctl.routing.single import Request, path_params

SEGMENTS = (
    *("a", "b", "ab", "a;b", "{p}", "{n:int}", "{s:slug}", "{r:[ab]+}", "{r:[^a]}", "{r:a|b}", "{x}-{y}", "a{x}"),
    *("{x}b", "{x:[a;]+}b", "{r:.}"),
)
TAILS = ("", "", "", "/", "/*", "/{rest:path}", "//a")
REGEXES = ("/a.*", "/(?P<q>[ab]+)/?", "/.*b", "/a+", "/[^/]+/b", "/[^;]*", "/(?:a|b)(?:/.*)?")
WORDS = ("", "a", "b", "ab", "ba", "bb", "1", "z~", "a-b", "a;b", ";", "a;", "-b")
PATHS = tuple(("/" + "/".join(words)).encode() for size in (1, 2, 3) for words in product(WORDS, repeat=size))
HOSTS = (b"x.org", b"a.x.org", b"q.x.org", b"q.a.x.org", b"y.org", b"fresh.example")
METHODS = (b"GET", b"HEAD", b"POST", b"TRACE", b"FRESH")
VALUES = (None, b"1", b"2", b"3", b"zz")


def table(random: Random, most: int = 7) -> list[CompiledRoute]:
    """A random table. Each varies only some parts, so that each part is often all that decides."""
    hosted, limited, headed, queried, ranked = (random.random() < 0.35 for _ in range(5))
    whole = random.random() < 0.4
    made = []
    for index in range(random.randint(1, most)):
        path, regex = None, None
        if whole and random.random() < 0.4:
            regex = random.choice(REGEXES)
        else:
            path = _pattern(random)
        conditions = ("1", "2", "*", "~[12]", "~.*", "~[^1]*")
        made.append(
            RouteSpec(
                f"r{index}",
                path,
                regex,
                methods=_some(random, ("GET", "HEAD", "POST", "TRACE"), 2) or None if limited else None,
                hosts=_some(random, ("x.org", "*.x.org", "*.a.x.org", "a.x.org", "y.org"), 2) if hosted else (),
                headers={n: random.choice(conditions) for n in _some(random, ("x-a", "x-b"), 2)} if headed else {},
                query={n: random.choice(conditions) for n in _some(random, ("v",), 1)} if queried else {},
                priority=random.choice((0, 0, 1, 2)) if ranked else 0,
            )
        )
    return [compile_route(spec) for spec in made]


def _pattern(random: Random) -> str:
    chosen: list[str] = []
    names = ""
    for _ in range(random.randint(0, 2)):
        segment = random.choice(SEGMENTS)
        own = [segment[at + 1] for at in range(len(segment)) if segment[at] == "{"]
        if not set(own) & set(names):
            names += "".join(own)
            chosen.append(segment)
    return ("/" + "/".join(chosen) + random.choice(TAILS)).replace("///", "//")


def _some(random: Random, words: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(random.sample(words, random.randint(0, most)))


@cache
def paths_of(path: str | None, path_regex: str | None) -> int:
    """The paths of the domain that a pattern takes, as bits."""
    route = compile_route(RouteSpec("r", path, path_regex))
    return sum(1 << at for at, asked in enumerate(PATHS) if path_params(route, asked) is not None)


def path_classes(routes: Sequence[CompiledRoute]) -> list[tuple[int, bytes, bool]]:
    """(which routes take it, a path, whether it is plain): one for each such combination in the domain."""
    taking = [paths_of(route.path, route.path_regex) for route in routes]
    found: dict[tuple[int, bool], bytes] = {}
    for at, path in enumerate(PATHS):
        mask = sum(1 << index for index, bits in enumerate(taking) if bits >> at & 1)
        plain = b";" not in path and b"//" not in path
        if mask:
            found.setdefault((mask, plain), path)
    return [(mask, path, plain) for (mask, plain), path in found.items()]


def requests(routes: Sequence[CompiledRoute]) -> Iterator[tuple[int, Request, bool]]:
    """Every kind of request of the domain, with the routes (as bits) that take its path, and whether it is plain."""
    hosts = HOSTS if any(route.hosts for route in routes) else HOSTS[-1:]
    methods = METHODS if any(route.methods for route in routes) else METHODS[:1]
    headers = [n for n in (b"x-a", b"x-b") if any(c.name == n for route in routes for c in route.headers)]
    query = [n for n in (b"v",) if any(route.query for route in routes)]
    for mask, path, plain in path_classes(routes):
        for host, method in product(hosts, methods):
            for values in product(VALUES, repeat=len(headers)):
                fields = [field(n, v) for n, v in zip(headers, values, strict=True) if v is not None]
                for asked in product(VALUES, repeat=len(query)):
                    text = b"&".join(n + b"=" + v for n, v in zip(query, asked, strict=True) if v is not None)
                    yield mask, Request(method, host, path, text, fields), plain


def holds(route: CompiledRoute, request: Request) -> bool:
    """Whether the route takes the request but for its path."""
    if not best_host(route, request.host)[0] or method_class(route.methods, request.method) is None:
        return False
    return conditions_hold(route, request.query, request.fields)


def conditions_hold(route: CompiledRoute, query: bytes, fields: Sequence[Field]) -> bool:
    """Whether the header and query conditions hold."""
    return _test(route.headers, tuple((f.name, f.value) for f in fields)) and _test(
        route.query,
        tuple(part.partition(b"=")[::2] for part in query.split(b"&") if part),  # type: ignore[misc]
    )


def _test(conditions: Sequence[object], values: tuple[tuple[bytes, bytes], ...]) -> bool:
    import re

    known = dict(values)
    for condition in conditions:
        check, name, wanted, source = condition  # type: ignore[misc]
        value = known.get(name)
        if value is None or (check == 0 and value != wanted):
            return False
        if check == 1 and not re.fullmatch(source.encode(), value):
            return False
    return True
