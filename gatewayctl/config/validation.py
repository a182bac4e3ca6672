"""Merged data to models: section by section, object by object, so that one wrong object hides nothing of the others.

Every error of pydantic becomes a finding with our code, words and way out. No message shows a secret value.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from gatewayctl.config.explaining import explain
from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.models.root import GatewayConfig
from gatewayctl.core.frozen import mutable
from gatewayctl.core.suggest import did_you_mean

TAGGED = {("auth", 2), ("services", 3)}
"""Where pydantic puts a union's tag into the path of an error: the section, and the place of the tag."""


@mutable
class Validated:
    """What is valid. ``config`` has all valid objects; ``names`` has all names by section, also of invalid ones."""

    config: GatewayConfig
    names: Mapping[str, frozenset[str]]


def validate(data: dict[str, Any], findings: Findings, hidden: Callable[[KeyPath], bool]) -> Validated:
    """The models of merged data. ``hidden`` says whether the value at a path must not be shown."""
    values: dict[str, Any] = {}
    for key in data.keys() - GatewayConfig.model_fields.keys():
        known = list(GatewayConfig.model_fields)
        help = did_you_mean(key, known) or f"known are: {', '.join(known)}"
        findings.error("E101", (key,), f'unknown key "{key}"', label="unknown key", help=help, on_key=True)
    for name in GatewayConfig.model_fields:
        if name in data:
            value = _section(name, data[name], findings, hidden)
            if value is not None:
                values[name] = value
        elif name == "version":
            help = 'begin the file with "version = 1"'
            findings.error("E103", (), "the version is missing", label="no version", help=help, on_key=True)
    names = {name: frozenset(map(str, value)) for name, value in data.items() if isinstance(value, dict)}
    return Validated(GatewayConfig.model_construct(**values), names)


def _section(name: str, value: Any, findings: Findings, hidden: Callable[[KeyPath], bool]) -> Any:
    """The model of a section; of named tables those that are valid; None where nothing is."""
    try:
        return _adapter(name).validate_python(value)
    except ValidationError as problem:
        told = problem.errors(include_url=False)
    around = {error["loc"][:length] for error in told for length in range(len(error["loc"]))}
    # A list is also called too short because its items are wrong, which is told already.
    errors = [e for e in told if not (e["type"] == "too_short" and e["input"] and e["loc"] in around)]
    bad: set[Any] = set()
    for error in errors:
        path = _path(name, error)
        bad.add(path[1] if len(path) > 1 else None)
        explain(path, error, value, findings, hidden)
    if not isinstance(value, dict) or not _named(name) or None in bad:
        return None
    return _adapter(name).validate_python({key: item for key, item in value.items() if key not in bad})


def _path(section: str, error: ErrorDetails) -> KeyPath:
    """The key path of an error, without what pydantic adds to it: union tags, and the mark for a key."""
    loc = [section, *error["loc"]]
    for tagged, place in TAGGED:
        if section == tagged and len(loc) > place and (section == "auth" or loc[2:3] == ["discovery"]):
            del loc[place]
    return tuple(part for part in loc if part != "[key]")


@cache
def _adapter(section: str) -> TypeAdapter[Any]:
    info = GatewayConfig.model_fields[section]
    return TypeAdapter(info.rebuild_annotation())


def _named(section: str) -> bool:
    annotation = GatewayConfig.model_fields[section].annotation
    return bool(get_args(annotation)) and not (isinstance(annotation, type) and issubclass(annotation, BaseModel))
