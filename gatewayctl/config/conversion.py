"""Text from a variable to the type of its field: a TOML value where it parses as one of that type, else the string."""

import tomllib
from typing import Any

from gatewayctl.config.shape import Shape

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "table"}


def converted(text: str, shape: Shape) -> Any:
    """``"8"`` to 8 for a number, ``"a, b"`` to ``["a", "b"]`` for a list, ``"true"`` to True; else the text itself."""
    if shape.types == {"string"}:
        return text
    value = _toml(text)
    kind = _TYPES.get(type(value), "date")
    if value is not None and (kind in shape.types or (kind == "integer" and "number" in shape.types)):
        return value
    if "array" in shape.types and ("string" not in shape.types or "," in text):
        item = shape.item or Shape(frozenset({"string"}))
        return [converted(part.strip(), item) for part in text.split(",") if part.strip()]
    return text


def environment_value(text: str, shape: Shape) -> Any:
    """The same for the environment layer, where a quoted string is also taken for what it quotes."""
    if shape.types == {"string"} and text[:1] in ("'", '"'):
        value = _toml(text)
        return value if isinstance(value, str) else text
    return converted(text, shape)


def is_text(value: str) -> bool:
    """Whether a variable's value is text; Python hands on bytes that are not UTF-8 as lone surrogates."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _toml(text: str) -> Any:
    """The TOML value that the text is, None if it is none."""
    try:
        data = tomllib.loads(f"value = {text.strip()}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return data["value"] if len(data) == 1 and "value" in data else None
