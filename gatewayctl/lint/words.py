"""Words that several rules use in their messages."""

from collections.abc import Sequence

from gatewayctl.core.units import format_duration
from gatewayctl.lint.edits import Add, Edit, Remove
from gatewayctl.routing.compiled import CompiledRoute

__all__ = ["counted", "format_duration", "matched_by", "names", "pattern_instead"]


def names(these: Sequence[str]) -> str:
    """``"a"``, ``"a" and "b"``, ``"a", "b" and "c"``."""
    quoted = [f'"{name}"' for name in these]
    return " and ".join(part for part in (", ".join(quoted[:-1]), *quoted[-1:]) if part)


def counted(number: int, noun: str) -> str:
    """``1 route``, ``2 routes``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def matched_by(route: CompiledRoute) -> str:
    """The key that says which paths a route takes."""
    return "path" if route.path is not None else "path_regex"


def pattern_instead(route: str, pattern: str) -> tuple[Edit, ...]:
    """The edits that write a pattern in place of a ``path_regex``."""
    return (Add(("routes", route), "path", f'"{pattern}"'), Remove(("routes", route, "path_regex")))
