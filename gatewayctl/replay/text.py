"""What a replay found, in words."""

from collections.abc import Callable, Iterator

from gatewayctl.diff.classes import Severity
from gatewayctl.replay.replaying import Counted, Replay
from gatewayctl.routetest.visible import visible

Paint = Callable[[Severity, str], str]
"""Colours the word of a severity."""


def share(part: int, whole: int) -> str:
    """``0.1 %``; what is something is never shown as nothing, and what is not all never as all."""
    if not part or part == whole:
        return "100 %" if part else "0 %"
    percent = 100 * part / whole
    if percent < 0.01:
        return "< 0.01 %"
    text = f"{percent:.1f}" if percent >= 0.1 else f"{percent:.2f}"
    return "> 99.9 %" if text == "100.0" else f"{text} %"


def replay_text(replay: Replay, paint: Paint, strong: Callable[[str], str]) -> str:
    """Counts, kinds and samples."""
    pieces = [f"{strong(f'{replay.old.label} → {replay.new.label}')}: {_summary(replay)}"]
    pieces += ["\n".join(_kind(counted, replay.requests, paint, strong)) for counted in replay.found()]
    return "\n\n".join(pieces)


def notes(replay: Replay) -> Iterator[str]:
    """What a log cannot tell, and what is not counted by requests."""
    if replay.whole:
        said = ", ".join(dict.fromkeys(difference.detail for difference in replay.whole))
        yield f"not counted, since it is not of single requests: {said} (gatewayctl diff shows how it changes)"
    if replay.header_routes:
        yield f"a log does not tell header fields, so all requests are taken to lack those of {', '.join(replay.header_routes)}"
    if replay.masked:
        yield (
            f"{requests(replay.masked)} with query values that the log has masked (*), and {', '.join(replay.query_routes)}"
            ' asks for some: query = "full" in [log] keeps them'
        )
    if replay.left_out:
        yield f"{requests(replay.left_out)} of further kinds of change, which are not listed"


def requests(number: int) -> str:
    """``1 request``, ``2,000 requests``."""
    return "1 request" if number == 1 else f"{number:,} requests"


def _summary(replay: Replay) -> str:
    if not replay.requests:
        return "the log has no requests"
    if not replay.changed:
        return f"{requests(replay.requests)}, handled alike on both sides"
    return f"{replay.changed:,} of {requests(replay.requests)} ({share(replay.changed, replay.requests)}) handled otherwise"


def _kind(counted: Counted, total: int, paint: Paint, strong: Callable[[str], str]) -> Iterator[str]:
    kind, its_class = counted.kind, counted.kind.kind
    yield f"{paint(its_class.severity, f'{its_class.severity}[{its_class.code}]')} {strong(its_class.title)}"
    yield f"  {requests(counted.requests)} ({share(counted.requests, total)})"
    yield f"  {visible(kind.what)}: {visible(kind.before)} → {visible(kind.now)}"
    for sample in counted.samples:
        yield f"    line {sample.line}: {visible(sample.request)}"
