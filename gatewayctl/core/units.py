"""Durations and sizes as people write them in configuration: "250ms", "1m30s", "16KiB", "10MB".

A bare number is refused where a unit is needed: whoever reads the file at night should not have to guess.
"""

import re

_DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d))+")
_DURATION_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION_ORDER = ["d", "h", "m", "s", "ms"]

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(B|KiB|MiB|GiB|TiB|KB|MB|GB|TB)")
_SIZE_UNITS = {
    "B": 1,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
    "TiB": 1 << 40,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
}


def parse_duration(text: str) -> float:
    """Seconds for a duration such as ``"250ms"``, ``"1m30s"`` or ``"1h"`` (units d, h, m, s, ms, each at most once, falling).

    Raises ValueError with a message that names the fix.
    """
    if not _DURATION.fullmatch(text):
        if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
            raise ValueError(f'a duration needs a unit: "{text}s" or "{text}ms"')
        raise ValueError('not a duration: write a number and a unit (ms, s, m, h), such as "250ms", "5s" or "1m30s"')
    total, last = 0.0, -1
    for number, unit in _DURATION_PART.findall(text):
        place = _DURATION_ORDER.index(unit)
        if place <= last:
            raise ValueError('units of a duration go from large to small, each once, such as "1h30m" or "1m30s"')
        last = place
        total += float(number) * _DURATION_UNITS[unit]
    return total


def format_duration(seconds: float) -> str:
    """The shortest way to write that many seconds (to the millisecond), such that ``parse_duration`` gives it back."""
    millis = round(seconds * 1000)
    if millis == 0:
        return "0s"
    parts = []
    for unit in _DURATION_ORDER:
        size = round(_DURATION_UNITS[unit] * 1000)
        count, millis = divmod(millis, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


def parse_size(text: str) -> int:
    """Bytes for a size such as ``"16KiB"`` (1024) or ``"10MB"`` (1000). Raises ValueError with a message that names the fix."""
    match = _SIZE.fullmatch(text)
    if match is None:
        if text.isdigit():
            raise ValueError(f'a size needs a unit: "{text}B" or "{text}KiB"')
        raise ValueError('not a size: write a number and a unit (B, KiB, MiB, GiB, KB, MB, GB), such as "16KiB"')
    return int(float(match[1]) * _SIZE_UNITS[match[2]])


def format_size(size: int) -> str:
    """The shortest exact way to write that many bytes, in binary units."""
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        count, rest = divmod(size, _SIZE_UNITS[unit])
        if count and not rest:
            return f"{count}{unit}"
    return f"{size}B"
