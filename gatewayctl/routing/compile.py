"""``compile_route``: one route from text to data. Pure; every problem of the route is found, not only the first."""

import re
from typing import Final

from gatewayctl.routing.compiled import REGEX_RANK, CompiledRoute, Kind, Segment
from gatewayctl.routing.conditions import condition_rank, parse_conditions
from gatewayctl.routing.engine import check_regex
from gatewayctl.routing.hosts import parse_hosts
from gatewayctl.routing.pattern import parse_pattern
from gatewayctl.routing.reachable import path_is_reachable
from gatewayctl.routing.regex import RegexError, parse_regex
from gatewayctl.routing.regex_ast import Alt, Cat, Group, Node, Repeat, literal_prefix, text_of
from gatewayctl.routing.spec import DEFAULT_OPTIONS, RouteError, RouteProblem, RouteSpec, RoutingOptions

PATH: Final = "E301"
REGEX: Final = "E303"
UNREACHABLE: Final = "E302"
METHOD: Final = "E305"
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_USUAL: Final = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"))


def compile_route(spec: RouteSpec, options: RoutingOptions = DEFAULT_OPTIONS) -> CompiledRoute:
    """The route as data. Raises RouteError with all its problems."""
    problems: list[RouteProblem] = []
    segments: tuple[Segment, ...] = ()
    regex: Node | None = None
    if (spec.path is None) == (spec.path_regex is None):
        field, help = ("path", "write one of them") if spec.path is None else ("path_regex", "keep one of them")
        problems.append(RouteProblem(field, "a route has a path or a path_regex", 0, 1, help, code=PATH))
    elif spec.path is not None:
        segments = parse_pattern(spec.path, options, problems)
    elif spec.path_regex is not None:
        regex = _path_regex(spec.path_regex, options, problems)
    hosts = parse_hosts(spec.hosts, problems)
    methods = _methods(spec.methods, problems)
    headers = parse_conditions("headers", spec.headers, problems)
    query = parse_conditions("query", spec.query, problems)
    if problems:
        raise RouteError(spec.name, tuple(problems))
    return CompiledRoute(
        name=spec.name,
        priority=spec.priority,
        path=spec.path,
        path_regex=spec.path_regex,
        segments=segments,
        literal=_literal(segments) if regex is None else None,
        prefix=_prefix(segments) if regex is None else literal_prefix(regex),
        regex=None if regex is None else text_of(regex).encode(),
        params=tuple(_groups(regex)) if regex is not None else _names(segments),
        hosts=hosts,
        methods=methods,
        headers=headers,
        query=query,
        path_rank=REGEX_RANK if regex is not None else (0, *(segment.rank for segment in segments)),
        condition_rank=condition_rank(headers, query),
    )


def _path_regex(text: str, options: RoutingOptions, problems: list[RouteProblem]) -> Node | None:
    try:
        node = parse_regex(text, "path", encoded_slash=options.encoded_slashes == "keep")
        check_regex(text_of(node).encode())
    except RegexError as error:
        problems.append(RouteProblem("path_regex", error.message, error.start, error.end, error.help, code=REGEX))
        return None
    if not path_is_reachable(node, options):
        help = (
            "a path begins with /" if not literal_prefix(node).startswith(b"/") else "write it as canonical paths are"
        )
        problems.append(
            RouteProblem("path_regex", "no canonical path matches this", 0, len(text), help, code=UNREACHABLE)
        )
    return node


def _methods(written: tuple[str, ...] | None, problems: list[RouteProblem]) -> tuple[bytes, ...] | None:
    if written is None:
        return None
    if not written:
        help = "leave methods out to take all but TRACE and CONNECT"
        problems.append(RouteProblem("methods", "an empty list takes no request", 0, 2, help, code=METHOD))
    for index, method in enumerate(written):
        message, help = f"{method!r} is no method", "a method is a word such as GET"
        if method.upper() in _USUAL and method not in _USUAL:
            message, help = f"methods are compared with case: no client sends {method!r}", f'write "{method.upper()}"'
        elif method == "*":
            help = "leave methods out to take all but TRACE and CONNECT"
        elif _TOKEN.fullmatch(method):
            continue
        if method not in _USUAL:
            problems.append(RouteProblem("methods", message, 0, max(len(method), 1), help, index, METHOD))
    return tuple(sorted({method.encode() for method in written}))


def _literal(segments: tuple[Segment, ...]) -> bytes | None:
    if any(segment.kind != Kind.LITERAL for segment in segments):
        return None
    return b"/" + b"/".join(segment.pieces[0].text for segment in segments)


def _prefix(segments: tuple[Segment, ...]) -> bytes:
    """What every path of a pattern begins with, up to its first parameter or wildcard."""
    made = b""
    for segment in segments:
        first = segment.pieces[0]
        if segment.kind == Kind.STAR:
            return made
        made += b"/" + (first.text if first.kind == Kind.LITERAL else b"")
        if segment.kind != Kind.LITERAL:
            break
    return made


def _names(segments: tuple[Segment, ...]) -> tuple[str, ...]:
    return tuple(piece.name for segment in segments for piece in segment.pieces if piece.kind != Kind.LITERAL)


def _groups(node: Node) -> list[str]:
    """The names of the groups of a ``path_regex``, from the left."""
    if isinstance(node, Group):
        return [node.name, *_groups(node.item)]
    if isinstance(node, Cat):
        return [name for item in node.items for name in _groups(item)]
    if isinstance(node, Alt):
        return [name for option in node.options for name in _groups(option)]
    return _groups(node.item) if isinstance(node, Repeat) else []
