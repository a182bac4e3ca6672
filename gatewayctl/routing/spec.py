"""What goes into the routing ring: a route as it was written, the options that shape paths, and what can be wrong.

A ``RouteSpec`` is plain text from the configuration; ``compile_route`` turns it into a ``CompiledRoute`` or raises
``RouteError`` with *every* problem of that route, each with its place inside the value it speaks of.
"""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from gatewayctl.core.frozen import frozen

EncodedSlashes = Literal["reject", "keep"]

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class RoutingOptions(NamedTuple):
    """The settings of ``[server]`` that decide what a canonical path is; a table and its routes share one value."""

    encoded_slashes: EncodedSlashes = "reject"
    merge_slashes: bool = False


DEFAULT_OPTIONS: Final = RoutingOptions()


@frozen
class RouteSpec:
    """The matching half of a route. Exactly one of ``path`` and ``path_regex`` is given; ``methods`` None means all
    but TRACE and CONNECT; ``headers`` and ``query`` map a name to a value, ``~regex`` or ``*``."""

    name: str
    path: str | None = None
    path_regex: str | None = None
    methods: tuple[str, ...] | None = None
    hosts: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    query: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    priority: int = 0


class RouteProblem(NamedTuple):
    """One thing wrong with a route.

    ``field`` is the key of the route (``path``, ``hosts``, …), ``item`` the index in a list or the key in a table
    (None for a plain value). ``start`` and ``end`` are character offsets within that value (within the key where
    ``of_key`` is true), for the caret; ``help`` says what to write instead.
    """

    field: str
    message: str
    start: int
    end: int
    help: str
    item: int | str | None = None
    code: str = "E301"
    of_key: bool = False


class RouteError(Exception):
    """A route that cannot be compiled; ``problems`` holds all that was found, in order of field and place."""

    def __init__(self, name: str, problems: tuple[RouteProblem, ...]) -> None:
        super().__init__(f"route {name!r}: " + "; ".join(problem.message for problem in problems))
        self.name = name
        self.problems = problems
