"""The highest layer: ``GATEWAYCTL_<SECTION>__<KEY>[__<KEY>]`` for the sections about the gateway itself.

The variables become a source of their own, whose text has one line for each, so that a diagnostic can point into it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gatewayctl.config.conversion import environment_value, is_text
from gatewayctl.config.finding import KeyPath
from gatewayctl.config.shape import Shape, at_path, fields
from gatewayctl.config.sources import ENVIRONMENT, Source
from gatewayctl.core.diagnostics import Diagnostic, Severity, Span
from gatewayctl.core.suggest import did_you_mean

PREFIX: Final = "GATEWAYCTL_"
SECTIONS: Final = ("server", "admin", "log", "metrics", "tracing")


def environment_source(environ: Mapping[str, str], directory: Path) -> tuple[Source, list[Diagnostic]]:
    """The settings in the environment, relative paths being relative to ``directory``; unknown ones are errors."""
    names = sorted(name for name in environ if name.startswith(PREFIX) and "__" in name)
    lines: list[str] = []
    variables: dict[KeyPath, tuple[str, Span]] = {}
    data: dict[str, Any] = {}
    found: list[Diagnostic] = []
    for number, name in enumerate(names, 1):
        path = tuple(part.lower() for part in name[len(PREFIX) :].split("__"))
        shape, problem = _shape(path)
        value = environ[name]
        hide = shape is None or shape.secret or not is_text(value) or ("@" in value and "://" in value)
        visible = "***" if hide else value.replace("\n", "\\n")
        lines.append(f"{name}={visible}")
        if shape is None:
            place = Span(ENVIRONMENT, number, 1, number, len(name) + 1)
            message = f"{name} is no setting"
            found.append(Diagnostic("E404", Severity.ERROR, message, place, "unknown", problem))
            continue
        start = len(name) + 2
        place = Span(ENVIRONMENT, number, start, number, max(start + len(visible), start + 1))
        if not is_text(value):
            message, way_out = f"the environment variable {name} is not UTF-8", f"set {name} to UTF-8 text"
            found.append(Diagnostic("E405", Severity.ERROR, message, place, "not UTF-8", way_out))
            continue
        variables[path] = (name, place)
        _put(data, path, environment_value(value, shape))
    text = "\n".join(lines)
    return Source(directory / ENVIRONMENT, ENVIRONMENT, text, data, variables=variables), found


def _shape(path: tuple[str, ...]) -> tuple[Shape | None, str]:
    """The shape of a setting, or None and the way out."""
    if path[0] not in SECTIONS:
        return None, did_you_mean(path[0], SECTIONS) or f"only {', '.join(SECTIONS)} can be set by variables"
    for length in range(2, len(path) + 1):
        if at_path(path[:length]) is None:
            above = at_path(path[: length - 1])
            known = [key for model in above.models for key in fields(model)] if above else []
            way_out = did_you_mean(path[length - 1], known)
            return None, way_out or f"known in {'.'.join(path[: length - 1])}: {', '.join(known) or 'nothing'}"
    return at_path(path), ""


def _put(data: dict[str, Any], path: KeyPath, value: Any) -> None:
    for part in path[:-1]:
        inner = data.setdefault(str(part), {})
        data = inner if isinstance(inner, dict) else {}
    data[str(path[-1])] = value
