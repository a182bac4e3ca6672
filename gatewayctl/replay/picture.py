"""A picture of requests over time, as wide as there is room for: what was let through, and on top of it what was refused."""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from gatewayctl.replay.timeline import Timeline

HEIGHT: Final = 6
"""Lines of the picture, its axis aside."""
PIPED: Final = 80
"""Cells where it does not go to a terminal."""


class Glyphs(NamedTuple):
    """What is drawn with."""

    passed: str
    refused: str
    corner: str
    side: str
    floor: str


DRAWN: Final = Glyphs("█", "░", "└", "│", "─")
ASCII: Final = Glyphs("#", "x", "+", "|", "-")


def moment(second: int) -> str:
    """Seconds since the epoch as a date and time in UTC."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def span(seconds: int) -> str:
    """A stretch of time: ``90 s``, ``15 min``, ``36 h``."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * size and not seconds % size:
            return f"{seconds // size} {unit}"
    return f"{seconds:,} s"


def picture(timeline: Timeline, width: int | None, glyphs: Glyphs) -> list[str]:
    """Its lines, none wider than ``width`` cells. Empty where nothing was asked."""
    room = PIPED if width is None else width
    seconds, buckets = timeline.buckets(max(room - len(f"{10**7:,} ") - 1, 1))
    if not buckets:
        return []
    top = max(bucket.requests for bucket in buckets)
    label = len(f"{top:,}")
    lines = [_legend(seconds, glyphs, room)]
    for level in range(HEIGHT, 0, -1):
        cells = []
        for requests, refused in buckets:
            height = _height(requests, top)
            # What was refused is seen, be it ever so little; so is what was not.
            dark = max(_height(refused, top), 1) if refused else 0
            passed = height - dark if requests == refused else max(height - dark, 1)
            cells.append(" " if level > max(height, passed) else glyphs.passed if level <= passed else glyphs.refused)
            if refused and level == height and height == 1 and passed == 1:
                cells[-1] = glyphs.refused
        said = f"{top:,}" if level == HEIGHT else ""
        lines.append(f"{said:>{label}} {glyphs.side}{''.join(cells)}".rstrip())
    lines.append(f"{0:>{label}} {glyphs.corner}{glyphs.floor * len(buckets)}")
    first, last = moment(timeline.began), moment(timeline.began + seconds * (len(buckets) - 1))
    gap = len(buckets) - len(first) - len(last)
    indent = " " * (label + 2)
    if gap >= 1:
        lines.append(f"{indent}{first}{' ' * gap}{last}")
    elif label + 2 + len(first) <= room:
        lines.append(f"{indent}{first}")
    return lines


def _height(number: int, top: int) -> int:
    return -(-number * HEIGHT // top)


def _legend(seconds: int, glyphs: Glyphs, room: int) -> str:
    long = f"requests in {span(seconds)}: {glyphs.passed} let through, {glyphs.refused} refused"
    return long if len(long) <= room else f"{glyphs.passed} passed {glyphs.refused} refused"
