"""A diff in words: by impact, the worst first; under each change its cause and a request of each route, then by route."""

from collections.abc import Iterator
from typing import Final, Protocol

from gatewayctl.diff.change import Change, Diff, Request
from gatewayctl.diff.classes import Severity
from gatewayctl.diff.document import cause_text

REQUESTS: Final = 3
"""Requests that are shown of one change; how many more there are is said."""


class Style(Protocol):
    """How parts are set off."""

    def strong(self, text: str) -> str: ...
    def faint(self, text: str) -> str: ...
    def good(self, text: str) -> str: ...
    def bad(self, text: str) -> str: ...
    def warn(self, text: str) -> str: ...
    def name(self, text: str) -> str: ...


def diff_text(diff: Diff, *, style: Style) -> str:
    """The whole diff."""
    pieces = [_headline(diff, style)]
    pieces += ["\n".join(_change(change, style)) for change in diff.changes]
    by_route = _by_route(diff)
    if len(by_route) > 1:
        width = max(map(len, by_route))
        lines = [f"  {style.name(name)}{' ' * (width - len(name))}  {said}" for name, said in by_route.items()]
        pieces.append("\n".join([style.strong("by route"), *lines]))
    return "\n\n".join(pieces)


def summary(diff: Diff) -> str:
    """``3 changes: 1 security, 2 breaking``; ``no request is handled otherwise``."""
    if not diff.changes:
        return "no request is handled otherwise"
    counts = [f"{diff.count(severity)} {severity}" for severity in Severity if diff.count(severity)]
    size = len(diff.changes)
    return f"{size} change{'' if size == 1 else 's'}: {', '.join(counts)}"


def notes(diff: Diff) -> Iterator[str]:
    """What could not be decided or compared."""
    for bound in diff.bounds:
        yield f"not exact: {bound}; what is undecided counts as a change"
    if diff.left_out:
        yield f"{diff.left_out} more pairs of routes between which requests may have moved are not listed, as they mean the same"
    if diff.unseen:
        yield f"not compared, since the gateway told no fingerprints: {', '.join(diff.unseen)}"


def painted(severity: Severity, text: str, style: Style) -> str:
    """A word in the colour of a severity."""
    paints = {Severity.SECURITY: style.bad, Severity.BREAKING: style.warn, Severity.SAFE: style.good}
    return paints[severity](text)


def _headline(diff: Diff, style: Style) -> str:
    return f"{style.strong(f'{diff.old} → {diff.new}')}: {summary(diff)}"


def _change(change: Change, style: Style) -> Iterator[str]:
    kind = change.kind
    yield f"{painted(kind.severity, f'{kind.severity}[{kind.code}]', style)} {style.strong(kind.title)}"
    place = "" if change.place is None else f"{change.place}{' (old)' if change.side == 'old' else ''}"
    yield f"  {change.detail}: {change.before} → {change.now}  {style.faint(place)}".rstrip()
    if change.place is None:
        yield f"  {style.faint(f'by {cause_text(change)}')}"
    for request in change.requests[:REQUESTS]:
        yield from _request(request, style)
    more = len(change.requests) - REQUESTS
    if more > 0:
        others = ", ".join(request.route for request in change.requests[REQUESTS:][:REQUESTS])
        yield f"    and {more} more route{'' if more == 1 else 's'}: {others}{', …' if more > REQUESTS else ''}"


def _request(request: Request, style: Style) -> Iterator[str]:
    if request.witness is None:
        yield f"    {style.name(request.route)}: undecided"
        return
    yield f"    {request.shown}"
    if request.before == request.now:
        yield f"      {style.faint('as before')}  {request.now}"
    else:
        yield f"      {style.faint('before')}  {request.before}"
        yield f"      {style.faint('now   ')}  {request.now}"
        if request.also:
            yield f"      {style.faint('with  ')}  {', '.join(request.also)}"


def _by_route(diff: Diff) -> dict[str, str]:
    """What each route meets, the worst first."""
    found: dict[str, list[str]] = {}
    for change in diff.changes:
        for route in change.routes:
            found.setdefault(route, []).append(f"{change.kind.name}")
    return {route: ", ".join(dict.fromkeys(names)) for route, names in sorted(found.items())}
