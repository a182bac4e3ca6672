"""How long a match takes, in microseconds, at 10, 1000 and 10 000 routes: ``python -m tests.bench.matcher``.

Best of several bursts, on one core. Prints a table; asserts nothing.
"""

from timeit import repeat

from gatewayctl.core.fields import field
from gatewayctl.routing import Match, RouteSpec, RoutingOptions, Table, TableBuilder, canonical_path, compile_route

OPTIONS = RoutingOptions()
FIELDS = [field(b"Host", b"x"), field(b"User-Agent", b"bench"), field(b"Accept", b"*/*"), field(b"X-Tenant", b"t7")]
SIZES = (10, 1000, 10_000)
CASES: dict[str, tuple[str, bytes]] = {
    "literal": ("/api/things{i}/list", b"/api/things7/list"),
    "parameter": ("/api/things{i}/{{id}}/parts/{{part}}", b"/api/things7/42/parts/9"),
    "typed": ("/api/things{i}/{{id:int}}", b"/api/things7/42"),
    "mixed": ("/files{i}/{{name}}.{{ext}}", b"/files7/report.pdf"),
    "regex": ("/codes{i}/{{code:[a-z]{{2}}}}", b"/codes7/de"),
    "wildcard": ("/static{i}/*", b"/static7/css/site.css"),
}


def spec(pattern: str, index: int, **more: object) -> RouteSpec:
    return RouteSpec(f"r{index:05}", pattern.format(i=index), methods=("GET",), **more)  # type: ignore[arg-type]


def table(specs: list[RouteSpec]) -> Table:
    builder = TableBuilder(OPTIONS)
    for index, route in enumerate(specs):
        builder.add(compile_route(route, OPTIONS), index)
    return builder.finish()


def micros(made: Table, method: bytes, host: bytes, path: bytes, hit: bool = True) -> float:
    answer = made.match(method, host, path, b"", FIELDS)
    assert isinstance(answer, Match) is hit, (path, answer)
    number = 20_000
    return min(repeat(lambda: made.match(method, host, path, b"", FIELDS), number=number, repeat=7)) / number * 1e6


def main() -> None:
    print(f"{'':24}" + "".join(f"{size:>9}" for size in SIZES))
    rows: dict[str, list[float]] = {}
    for name, (pattern, path) in CASES.items():
        rows[name] = [micros(table([spec(pattern, i) for i in range(size)]), b"GET", b"x", path) for size in SIZES]
    patterns = list(CASES.values())
    for size in SIZES:
        made = table([spec(patterns[i % len(patterns)][0], i - i % len(patterns) + 7, priority=0) for i in range(size)])
        for name, (_, path) in CASES.items():
            rows.setdefault(f"all kinds: {name}", []).append(micros(made, b"GET", b"x", path))
        rows.setdefault("all kinds: 404", []).append(micros(made, b"GET", b"x", b"/none/of/these", hit=False))
        rows.setdefault("all kinds: 405", []).append(micros(made, b"POST", b"x", b"/api/things7/42", hit=False))
        hosts = table([RouteSpec(f"h{i}", "/", hosts=(f"h{i}.example.com",)) for i in range(size)])
        rows.setdefault("one host each", []).append(micros(hosts, b"GET", b"h7.example.com", b"/"))
        wild = table([RouteSpec(f"h{i}", "/{x}", hosts=(f"*.h{i}.example.com",)) for i in range(size)])
        rows.setdefault("one wildcard host each", []).append(micros(wild, b"GET", b"a.h7.example.com", b"/z"))
        tenants = table([RouteSpec(f"t{i}", "/", headers={"x-tenant": f"t{i}"}) for i in range(size)])
        rows.setdefault("one header value each", []).append(micros(tenants, b"GET", b"x", b"/"))
        ranked = table([spec("/api/things{i}/{{id}}", i, priority=i) for i in range(size)])
        rows.setdefault("one priority each", []).append(micros(ranked, b"GET", b"x", b"/api/things7/42"))
        expressions = [RouteSpec(f"e{i}", path_regex=rf"/e{i}/(?P<n>\d+)") for i in range(size)]
        rows.setdefault("one path_regex each", []).append(micros(table(expressions), b"GET", b"x", b"/e7/42"))
    for name, times in rows.items():
        print(f"{name:24}" + "".join(f"{time:9.2f}" for time in times))
    path = b"/api/users/12345/orders/abcdef"
    canonical = min(repeat(lambda: canonical_path(path, encoded_slashes="reject", merge_slashes=False), number=20_000))
    print(f"\ncanonical_path of a canonical path: {canonical / 20_000 * 1e6:.2f}")


if __name__ == "__main__":
    main()
