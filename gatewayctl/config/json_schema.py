"""The JSON Schema (2020-12) of the language as it is written in TOML, for editors, made from the models.

It differs from what pydantic makes of them: nothing is null (TOML has none), defaults stand as they are written in a
file, and a string with a variable is allowed wherever a value has a narrower form.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from gatewayctl.config.kinds.names import NAME_PATTERN, RESERVED
from gatewayctl.config.models.base import Table
from gatewayctl.config.models.root import GatewayConfig
from gatewayctl.config.shape import Shape, fields

ID: Final = "urn:gatewayctl:schema:gateway"
_MARK: Final = r"\$\{"
"""How a variable begins: ``${NAME}``, ``${NAME:-default}``, ``${secret:NAME}`` or ``${file:path}``."""
_VARIABLE: Final = {"type": "string", "pattern": _MARK}
_SAID: Final[tuple[str, ...]] = ("description", "default", "examples", "writeOnly")
"""What is said about a value, beside its form."""
_DROPPED: Final[tuple[str, ...]] = ("title", "discriminator", *_SAID)

Json = dict[str, Any]
Vary = Callable[[Json], Json]


def schema() -> Json:
    """The schema as JSON data."""
    return schema_of(GatewayConfig, ID, "gatewayctl configuration", _or_variable)


def schema_of(model: type[Table], id: str, title: str, vary: Vary) -> Json:
    """The schema of a language of its own, whose root is ``model``; ``vary`` widens the form of a value to what may be
    written in its place."""
    for one in _models(model):
        one.model_rebuild()  # a default that is a model not built yet is beyond some versions of pydantic
    made = model.model_json_schema()
    made["$defs"][model.__name__] = {key: value for key, value in made.items() if key != "$defs"}
    tables = {one.__name__: _table(one, made["$defs"][one.__name__], vary) for one in _models(model)}
    root = tables.pop(model.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "title": title,
        **root,
        "$defs": dict(sorted(tables.items())),
    }


def schema_text() -> str:
    """The schema as it stands in ``schemas/gateway.schema.json``."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write_schema(path: Path) -> None:
    """Writes the schema's file."""
    path.write_text(schema_text(), encoding="utf-8")


def _models(model: type[Table]) -> Iterator[type[Table]]:
    """A model and all below it, each once."""
    found, waiting = {model}, [model]
    while waiting:
        current = waiting.pop()
        yield current
        below = {inner for shape in fields(current).values() for inner in _inner(shape)}
        fresh = sorted(below - found, key=lambda inner: inner.__name__)
        found.update(fresh)
        waiting.extend(fresh)


def _inner(shape: Shape) -> Iterator[type[Table]]:
    yield from shape.models
    if shape.item is not None:
        yield from _inner(shape.item)


def _table(model: type[Table], made: Json, vary: Vary) -> Json:
    """A table's schema."""
    defaults = _defaults(model)
    properties = {name: _property(name, field, defaults.get(name), vary) for name, field in made["properties"].items()}
    table: Json = {"type": "object", "description": made["description"], "additionalProperties": False}
    if "required" in made:
        table["required"] = made["required"]
    return {**table, "properties": properties}


def _defaults(model: type[Table]) -> Json:
    """The defaults of a model's fields, as they would be written."""
    given = {name for name, info in model.model_fields.items() if not info.is_required()}
    dumped: Json = model.model_construct().model_dump(include=given, warnings=False)
    return json.loads(json.dumps(dumped))  # type: ignore[no-any-return]


def _property(name: str, made: Json, default: Any, vary: Vary) -> Json:
    said = {key: made[key] for key in _SAID if key in made and key != "default"}
    if default is not None and not isinstance(default, dict):
        said["default"] = default
    form = _form(made, vary)
    fixed = name in ("version", "type")
    return {**said, **(form if fixed else vary(form))}


def _form(made: Json, vary: Vary) -> Json:
    """The form of a value, without what is said about it."""
    parts = [_form(part, vary) for part in made.get("anyOf") or made.get("oneOf") or () if part.get("type") != "null"]
    if parts:
        return parts[0] if len(parts) == 1 else {"anyOf" if "anyOf" in made else "oneOf": parts}
    form = {key: value for key, value in made.items() if key not in _DROPPED}
    if "items" in form:
        form["items"] = vary(_form(form["items"], vary))
    values = form.pop("patternProperties", None)
    if values is not None:
        form["additionalProperties"] = _form(next(iter(values.values())), vary)
        named = form["propertyNames"] if "pattern" in form.get("propertyNames", {}) else {"pattern": next(iter(values))}
        form["propertyNames"] = {"pattern": named["pattern"]}
        if named["pattern"] == NAME_PATTERN:
            form["propertyNames"]["not"] = {"enum": sorted(RESERVED)}
    elif isinstance(form.get("additionalProperties"), dict):
        form["additionalProperties"] = vary(_form(form["additionalProperties"], vary))
    return form


def _or_variable(form: Json) -> Json:
    """The form, or a string with a variable; forms that take any string, and tables, are left as they are.

    It is said in one form where that can be, since editors offer a completion for each alternative.
    """
    if form == {"type": "string"} or "$ref" in form or "oneOf" in form or form.get("type") == "object":
        return form
    if "anyOf" in form:
        widened = [_widened(part) for part in form["anyOf"]]
        number = next((n for n, part in enumerate(widened) if part is not None), None)
        if number is None:
            return {"anyOf": [*form["anyOf"], _VARIABLE]}
        parts = [*form["anyOf"]]
        parts[number] = widened[number]
        return {"anyOf": parts}
    return _widened(form) or {"anyOf": [form, _VARIABLE]}


def _widened(form: Json) -> Json | None:
    """A form with a single type that also takes a variable; None where that needs an alternative."""
    if form == {"type": "string"}:
        return form
    if "enum" in form or "const" in form or "format" in form or not isinstance(form.get("type"), str):
        return None
    if form["type"] == "string":
        return {**form, "pattern": f"{form['pattern']}|{_MARK}"} if "pattern" in form else None
    return {**form, "type": [form["type"], "string"], "pattern": _MARK}
