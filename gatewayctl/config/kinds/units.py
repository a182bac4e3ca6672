"""Durations and sizes: written with a unit, kept as seconds and bytes; "none" and "unlimited" where they apply."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from gatewayctl.config.kinds.base import Kind, invalid, quoted, text
from gatewayctl.core.units import format_duration, format_size, parse_duration, parse_size

LONGEST: Final = 366 * 86400.0
"""The longest duration that makes sense in a configuration, in seconds; longer ones are taken for a slip."""

_DURATION_PATTERN: Final = r"^([0-9]+(\.[0-9]+)?(d|h|ms|m|s))+$"
_SIZE_PATTERN: Final = r"^[0-9]+(\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|KB|MB|GB|TB)$"
_DURATION_SCHEMA: Final = {"type": "string", "pattern": _DURATION_PATTERN, "examples": ["5s", "250ms", "1m30s"]}
_POSITIVE_SCHEMA: Final = _DURATION_SCHEMA
_SIZE_SCHEMA: Final = {"type": "string", "pattern": _SIZE_PATTERN, "examples": ["64KiB", "1MiB", "10MB"]}


def read_duration(value: Any) -> float:
    """Seconds, not negative, at most ``LONGEST``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise invalid("E106", "a duration needs a unit", label="a bare number", help=f'write "{value}s" or "{value}ms"')
    written = text(value, "a duration")
    try:
        seconds = parse_duration(written)
    except ValueError as problem:
        raise invalid(
            "E106", f"not a duration: {quoted(written)}", label="expected a duration", help=_fix(problem)
        ) from None
    if seconds > LONGEST:
        raise invalid("E105", "a duration of more than a year", label="too long", help="at most 366d")
    return seconds


def read_positive(value: Any) -> float:
    """Seconds, more than none."""
    seconds = read_duration(value)
    if seconds <= 0:
        raise invalid("E105", "this duration must be longer than nothing", label="too short", help='such as "5s"')
    return seconds


def read_size(value: Any) -> int:
    """Bytes."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise invalid("E107", "a size needs a unit", label="a bare number", help=f'write "{value}B" or "{value}KiB"')
    written = text(value, "a size")
    try:
        return parse_size(written)
    except ValueError as problem:
        raise invalid("E107", f"not a size: {quoted(written)}", label="expected a size", help=_fix(problem)) from None


def _fix(problem: ValueError) -> str:
    """What to do, without the words that the message has already."""
    return str(problem).removeprefix("not a duration: ").removeprefix("not a size: ")


def sized(low: int, high: int) -> Callable[[Any], int]:
    """A reader of sizes between two bounds, in bytes."""

    def read(value: Any) -> int:
        size = read_size(value)
        if not low <= size <= high:
            bounds = f"{format_size(low)} to {format_size(high)}"
            raise invalid("E105", f"this size is out of bounds: {bounds}", label=f"expected {bounds}", help=bounds)
        return size

    return read


def _word_or(word: str, otherwise: Callable[[Any], Any], meaning: Any) -> Callable[[Any], Any]:
    return lambda value: meaning if value == word else otherwise(value)


def _show_or(word: str, meaning: Any, otherwise: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: word if value == meaning else otherwise(value)


def _or(word: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"const": word}], "examples": [*schema["examples"], word]}


Duration = Annotated[float, Kind(read_duration, _DURATION_SCHEMA, format_duration)]
"""Seconds, possibly none."""

PositiveDuration = Annotated[float, Kind(read_positive, _POSITIVE_SCHEMA, format_duration)]
"""Seconds, more than none."""

TimeoutOrNever = Annotated[
    float | None,
    Kind(
        _word_or("none", read_positive, None),
        _or("none", _DURATION_SCHEMA),
        _show_or("none", None, format_duration),
    ),
]
"""Seconds, or None where ``"none"`` is written. For settings whose unset value is a built-in default."""

TimeoutOrWord = Annotated[
    float | Literal["none"],
    Kind(
        _word_or("none", read_positive, "none"),
        _or("none", _DURATION_SCHEMA),
        _show_or("none", "none", format_duration),
    ),
]
"""Seconds, or the word ``"none"``. For settings whose unset value (None) falls back on ``[defaults]``."""

Size = Annotated[int, Kind(read_size, _SIZE_SCHEMA, format_size)]
"""Bytes."""

HeaderSize = Annotated[int, Kind(sized(1 << 10, 1 << 20), _SIZE_SCHEMA, format_size)]
"""Bytes, 1KiB to 1MiB."""

SizeOrUnlimited = Annotated[
    int | None,
    Kind(
        _word_or("unlimited", read_size, None),
        _or("unlimited", _SIZE_SCHEMA),
        _show_or("unlimited", None, format_size),
    ),
]
"""Bytes, or None where ``"unlimited"`` is written. For settings whose unset value is a built-in default."""

SizeOrWord = Annotated[
    int | Literal["unlimited"],
    Kind(
        _word_or("unlimited", read_size, "unlimited"),
        _or("unlimited", _SIZE_SCHEMA),
        _show_or("unlimited", "unlimited", format_size),
    ),
]
"""Bytes, or the word ``"unlimited"``. For settings whose unset value (None) falls back on another setting."""
