"""Why no route took a request: the routes that came near, best first, and what kept each from it, in a sentence."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple

from gatewayctl.routing.compiled import Check, CompiledRoute, Condition, Kind, Segment
from gatewayctl.routing.conditions import header_value, query_values
from gatewayctl.routing.live import tester
from gatewayctl.routing.single import Request, Verdict, judge

Part = Literal["path", "method", "host", "headers", "query"]

_FORMS: Final = {
    Kind.INT: "digits",
    Kind.UUID: "a UUID",
    Kind.SLUG: "a slug (a-z, 0-9 and single dashes)",
}
_SIMILAR: Final = 0.6
_LOOKED_AT: Final = 300


class NearMiss(NamedTuple):
    """``part`` of the route ``route`` (an index) kept it from taking the request; ``reason`` says why; ``detail`` is
    what would do instead, where that can be said shortly."""

    route: int
    part: Part
    reason: str
    detail: str = ""


def explain_miss(routes: Sequence[CompiledRoute], request: Request, limit: int = 5) -> list[NearMiss]:
    """The routes that nearly took the request, best first. A route that does take it is not among them."""
    found: list[tuple[float, str, NearMiss]] = []
    others: list[tuple[int, int, int]] = []
    depth = request.path.count(b"/")
    for index, route in enumerate(routes):
        verdict = judge(route, request)
        if verdict.matches:
            continue
        if verdict.params is not None:
            distance, miss = _beside_the_path(index, route, verdict, request)
            found.append((distance, route.name, miss))
        else:
            others.append((-_shared(route, request.path), abs(len(route.segments) - depth), index))
    for *_, index in sorted(others)[:_LOOKED_AT]:
        distance, miss_or_none = _by_path(index, routes[index], request.path)
        if miss_or_none is not None:
            found.append((distance, routes[index].name, miss_or_none))
    return [miss for _, _, miss in sorted(found, key=lambda item: item[:2])][:limit]


def _beside_the_path(index: int, route: CompiledRoute, verdict: Verdict, request: Request) -> tuple[float, NearMiss]:
    """A route whose path matches: the first other part that does not, and how many do not."""
    misses: list[NearMiss] = []
    if not verdict.takes_method:
        misses.append(NearMiss(index, "method", f"the path matches, but {_method(route, request)}", _methods(route)))
    if not verdict.takes_host:
        hosts = ", ".join(map(str, route.hosts))
        asked = request.host.decode("latin-1") or "none"
        reason = f"the path matches, but the host {asked} is not {'one of ' * (len(route.hosts) > 1)}{hosts}"
        misses.append(NearMiss(index, "host", reason, hosts))
    for condition in verdict.headers:
        value = header_value(request.fields, condition.name)
        reason = f"the path matches, but {_condition('header', condition, value)}"
        misses.append(NearMiss(index, "headers", reason, f"{condition.name.decode()}: {condition.source}"))
    for condition in verdict.query:
        value = query_values(request.query).get(condition.name)
        reason = f"the path matches, but {_condition('query parameter', condition, value)}"
        misses.append(NearMiss(index, "query", reason, f"{condition.name.decode()}={condition.source}"))
    wildcard = bool(route.segments) and route.segments[-1].kind in (Kind.REST, Kind.STAR)
    return len(misses) + wildcard - 0.6, misses[0]


def _methods(route: CompiledRoute) -> str:
    if route.methods is None:
        return "all but TRACE and CONNECT"
    implied = (b"HEAD",) if b"GET" in route.methods and b"HEAD" not in route.methods else ()
    return ", ".join(method.decode() for method in sorted((*route.methods, *implied)))


def _method(route: CompiledRoute, request: Request) -> str:
    method = request.method.decode("latin-1")
    if route.methods is None:
        return f"{method} has to be named in methods"
    return f"the method {method} is not in {_methods(route)}"


def _condition(what: str, condition: Condition, value: bytes | None) -> str:
    name = f"the {what} {condition.name.decode()}"
    if value is None:
        return f"{name} is missing"
    shown = value.decode("utf-8", "backslashreplace")
    relation = "does not match" if condition.check == Check.REGEX else "is not"
    return f'{name} is "{shown}", which {relation} "{condition.source}"'


def _shared(route: CompiledRoute, path: bytes) -> int:
    """How many characters the path has in common with what every path of the route begins with."""
    return next((i for i, (a, b) in enumerate(zip(route.prefix, path, strict=False)) if a != b), len(route.prefix))


def _by_path(index: int, route: CompiledRoute, path: bytes) -> tuple[float, NearMiss | None]:
    """How far the path was from matching (0: nearly) and why it did not; None: it was not near."""
    shown, pattern = path.decode("latin-1"), route.pattern
    if route.regex is not None:
        near = SequenceMatcher(None, path, route.prefix).ratio() if len(route.prefix) > 1 else 0.0
        reason = f"{shown} does not match the whole of {route.path_regex}"
        return 4 - near, NearMiss(index, "path", reason, pattern) if near >= _SIMILAR else None
    if pattern in (shown + "/", shown.removesuffix("/")):
        reason = f"{shown} is not {pattern}: they differ in the / at the end"
        return 0.5, NearMiss(index, "path", reason, pattern)
    segments = path.split(b"/")[1:]
    wrong = [(at, s) for at, (s, text) in enumerate(zip(route.segments, segments, strict=False)) if not _fits(s, text)]
    open_end = route.segments[-1].kind in (Kind.REST, Kind.STAR)
    same_length = len(segments) == len(route.segments) or (open_end and len(segments) > len(route.segments))
    if same_length and len(wrong) == 1:
        at, segment = wrong[0]
        near = _nearness(segment, segments[at])
        if near >= _SIMILAR:
            reason = f"{shown} is not {pattern}: {_segment_reason(segment, segments[at])}"
            return 2.5 - 2 * near, NearMiss(index, "path", reason, pattern)
    near = SequenceMatcher(None, shown, pattern).ratio()
    return 4 - near, NearMiss(index, "path", f"{shown} is not {pattern}", pattern) if near >= _SIMILAR else None


def _fits(segment: Segment, text: bytes) -> bool:
    if segment.kind == Kind.LITERAL:
        return segment.pieces[0].text == text
    if segment.kind == Kind.STAR:
        return True
    test = tester(segment)
    return bool(text) and (test is None or bool(test(text)))


def _nearness(segment: Segment, text: bytes) -> float:
    """How alike a segment is to a literal; what a typed parameter refused is always worth a word."""
    if segment.kind != Kind.LITERAL:
        return 1.0
    literal = segment.pieces[0].text
    if literal.lower() == text.lower():
        return 1.0
    return SequenceMatcher(None, literal, text).ratio()


def _segment_reason(segment: Segment, text: bytes) -> str:
    shown = text.decode("latin-1")
    if segment.kind == Kind.LITERAL:
        literal = segment.pieces[0].text
        if literal.lower() == text.lower():
            return f'paths are compared with case ("{shown}")'
        return f'did you mean "{literal.decode()}"?'
    if not text:
        return "a parameter is never empty"
    if segment.kind == Kind.REGEX:
        return f'"{shown}" does not match {segment.pieces[0].source}'
    if segment.kind == Kind.MIXED:
        return f'"{shown}" does not have the form of its segment'
    return f'"{shown}" is not {_FORMS[Kind(segment.kind)]}'
