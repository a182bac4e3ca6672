"""Small route tables for tests: written in a line, asked in a line."""

from collections.abc import Mapping

from gatewayctl.core.fields import Field, field
from gatewayctl.routing import (
    CompiledRoute,
    Match,
    Miss,
    RouteError,
    RouteProblem,
    RouteSpec,
    RoutingOptions,
    Table,
    TableBuilder,
    compile_route,
)
from gatewayctl.routing.spec import DEFAULT_OPTIONS

KEEP = RoutingOptions(encoded_slashes="keep")
MERGE = RoutingOptions(merge_slashes=True)


def spec(path: str | None = None, **more: object) -> RouteSpec:
    """A route; ``methods`` and ``hosts`` may be lists or words with spaces between."""
    for key in ("methods", "hosts"):
        value = more.get(key)
        if isinstance(value, str):
            more[key] = tuple(value.split())
        elif isinstance(value, list):
            more[key] = tuple(value)
    more.setdefault("name", "route")
    return RouteSpec(path=path, **more)  # type: ignore[arg-type]


def compiled(path: str | None = None, options: RoutingOptions = DEFAULT_OPTIONS, **more: object) -> CompiledRoute:
    return compile_route(spec(path, **more), options)


def problems(path: str | None = None, options: RoutingOptions = DEFAULT_OPTIONS, **more: object) -> list[RouteProblem]:
    """What is wrong with a route; at least one thing has to be."""
    try:
        compile_route(spec(path, **more), options)
    except RouteError as error:
        assert error.problems
        return list(error.problems)
    raise AssertionError(f"nothing is wrong with {path!r}, {more!r}")


def only_problem(path: str | None = None, **more: object) -> RouteProblem:
    found = problems(path, **more)  # type: ignore[arg-type]
    assert len(found) == 1, found
    return found[0]


class Routes:
    """A table whose routes are asked for by name: ``Routes(user=spec("/users/{id}")).of("/users/4") == "user"``."""

    def __init__(self, options: RoutingOptions = DEFAULT_OPTIONS, **routes: str | RouteSpec) -> None:
        specs = {name: spec(route) if isinstance(route, str) else route for name, route in routes.items()}
        self.names = list(specs)
        self.routes = [
            compile_route(RouteSpec(name, *(getattr(s, f) for f in RouteSpec.__slots__[1:])), options)
            for name, s in specs.items()
        ]
        self.table = table_of(self.routes, options)

    def ask(
        self, path: str, method: str = "GET", host: str = "", query: str = "", headers: Mapping[str, str] | None = None
    ) -> Match | Miss:
        asked = (method.encode(), host.encode(), path.encode(), query.encode(), fields(headers or {}))
        first, again = self.table.match(*asked), self.table.match(*asked)  # what was asked before is answered sooner
        assert repr(first) == repr(again)
        return again

    def of(self, path: str, method: str = "GET", host: str = "", query: str = "", **headers: str) -> str | None:
        """The name of the route that takes the request; keywords are headers with ``_`` for ``-``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.ask(path, method, host, query, named)
        return self.names[answer.route] if isinstance(answer, Match) else None

    def params(self, path: str) -> dict[str, bytes] | None:
        answer = self.ask(path)
        return dict(answer.params) if isinstance(answer, Match) else None

    def allow(self, path: str, method: str, host: str = "") -> list[str]:
        """The methods of a miss."""
        answer = self.ask(path, method, host)
        assert isinstance(answer, Miss)
        return [name.decode() for name in answer.allow]

    def ambiguous(self, path: str, method: str = "GET", host: str = "") -> bool:
        asked = (method.encode(), host.encode(), path.encode(), b"", ())
        return self.table.ambiguous(*asked, self.table.match(*asked))


def table_of(routes: list[CompiledRoute], options: RoutingOptions = DEFAULT_OPTIONS) -> Table:
    builder = TableBuilder(options)
    for index, route in enumerate(routes):
        builder.add(route, index)
    return builder.finish()


def fields(headers: Mapping[str, str]) -> list[Field]:
    return [field(name.encode(), value.encode()) for name, value in headers.items()]


def params_of(pattern: str, path: str) -> dict[str, bytes] | None:
    """What one pattern finds in a path."""
    return Routes(route=pattern).params(path)
