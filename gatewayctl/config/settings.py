"""Every setting of the language as data, for people who ask for one: its type in words, default, example, meaning.

Read from the JSON Schema, which is made from the models: a new field is here without being told.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from gatewayctl.config.capabilities import MISSING, Missing
from gatewayctl.config.json_schema import schema
from gatewayctl.core.frozen import frozen
from gatewayctl.core.suggest import closest

NAME: Final = "*"
"""Stands in a path for the name of an object, or for an item of a list."""

_VARIABLE: Final = {"type": "string", "pattern": r"\$\{"}
_DURATION: Final = "(d|h|ms|m|s)"
_SIZE: Final = "KiB|MiB"

Json = dict[str, Any]
Path = tuple[str, ...]


@frozen
class Setting:
    """One key. ``tables``: how many kinds of tables its value may be, 0 where it is a plain value; ``kind``: the
    ``type`` of the table that it stands in, where that decides; ``default`` and ``examples`` are JSON values."""

    path: Path
    kind: str
    type: str
    meaning: str
    required: bool
    default: Any
    examples: tuple[Any, ...]
    tables: int
    place: str
    """Where it may stand: the header of its table, or what else it is a part of."""
    missing: str

    @property
    def key(self) -> str:
        """``routes.*.timeout``."""
        return ".".join(self.path)


def settings() -> list[Setting]:
    """All of them, in the order of the models; a table comes before what is in it."""
    made = schema()
    return list(_inside(made, made["$defs"], (), "", "the top of the file"))


def find(key: str, known: Sequence[Setting]) -> list[Setting]:
    """The settings that a key means: by its whole path, names of objects being whatever they are, else by its last words
    (``health.interval``). Empty where there is none."""
    wanted = _parts(key)
    exact = [one for one in known if _fits(one.path, wanted)]
    named = [one for one in exact if one.path[-1] != NAME]
    if exact:
        return named or exact
    return [one for one in known if one.path[-1] != NAME and _ends(one.path, wanted)]


def below(table: Sequence[Setting], known: Sequence[Setting]) -> list[Setting]:
    """The settings directly in the tables that were found."""
    paths = {path for one in table for path in (one.path, (*one.path, NAME))}
    return [one for one in known if one.path[:-1] in paths and one.path[-1] != NAME]


def nearest(key: str, known: Sequence[Setting]) -> str:
    """The key that was probably meant; empty where nothing is near. Right up to a part, the slip is looked for there."""
    wanted = _parts(key)
    for length in range(len(wanted), 0, -1):
        siblings = {
            one.path[length - 1]
            for one in known
            if len(one.path) >= length and _fits(one.path[: length - 1], wanted[: length - 1])
        }
        if not siblings:
            continue
        meant = closest(wanted[length - 1], sorted(siblings - {NAME}))
        if meant is not None and meant != wanted[length - 1]:
            return ".".join([*wanted[: length - 1], meant, *wanted[length:]])
    return closest(key, sorted({one.path[-1] for one in known} | {one.key for one in known})) or ""


def unavailable(path: Path) -> Missing | None:
    """What of a setting is refused in this version: all of it, or some values."""
    for length in range(1, len(path) + 1):
        missing = MISSING.get(".".join(path[:length]))
        if missing is not None and (length == len(path) or missing.on_key):
            return missing
    return MISSING.get(".".join([*path, NAME]))


def type_of(form: Json, mark: str = "") -> str:
    """The form of a value in words: ``duration``, ``list of strings``, ``"up", "down"``; ``mark`` stands around words
    that are to be written as they are."""
    if "const" in form:
        return f"{mark}{toml(form['const'])}{mark}"
    if "enum" in form:
        return ", ".join(f"{mark}{toml(choice)}{mark}" for choice in form["enum"])
    if "anyOf" in form:
        return " or ".join(dict.fromkeys(type_of(part, mark) for part in form["anyOf"] if part != _VARIABLE))
    if refs(form):
        return "tables" if "items" in form or "additionalProperties" in form else "a table"
    kinds = form.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        item = type_of(form["items"], mark)
        return "list of " + {"string": "strings", "size": "sizes"}.get(item, item)
    if kind == "object":
        return "a table"
    if kind in ("integer", "number"):
        return ("whole number" if kind == "integer" else "number") + _bounds(form)
    if kind == "boolean":
        return "boolean"
    pattern = form.get("pattern", "")
    if form.get("format") == "date":
        return "date"
    return "duration" if _DURATION in pattern else "size" if _SIZE in pattern else "string"


def refs(form: Json) -> list[str]:
    """The names of the tables (in ``$defs``) that a value is made of."""
    if "$ref" in form:
        return [form["$ref"].rpartition("/")[2]]
    for key in ("additionalProperties", "items"):
        if isinstance(form.get(key), dict):
            return refs(form[key])
    return [ref for part in form.get("oneOf", ()) for ref in refs(part)]


def toml(value: Any) -> str:
    """A value as it is written in TOML, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else f'"{value}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {toml(item)}" for key, item in value.items()) + " }"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _inside(model: Json, defs: Json, path: Path, kind: str, place: str) -> Iterator[Setting]:
    """The settings of a table; ``place`` is its header."""
    for name, form in model["properties"].items():
        found = refs(form)
        required = name in model.get("required", ())
        inner: Path = (*path, name)
        yield _setting(inner, kind, form, place, required, len(found))
        below = ".".join("NAME" if part == NAME else part for part in inner)
        header = f"[{below}]"
        if found and ("additionalProperties" in form or "items" in form):
            inner = (*inner, NAME)
            header = f"[[{below}]]" if "items" in form else f"[{below}.NAME]"
            about = defs[found[0]]["description"] if len(found) == 1 else form.get("description", "")
            yield _setting(inner, kind, {"type": "object", "description": about}, place, False, len(found))
        for ref in found:
            table = defs[ref]
            yield from _inside(table, defs, inner, table["properties"].get("type", {}).get("const", ""), header)


def _setting(path: Path, kind: str, form: Json, place: str, required: bool, tables: int) -> Setting:
    missing = unavailable(path)
    return Setting(
        path=path,
        kind=kind,
        type=type_of(form),
        meaning=form.get("description", "").replace("``", ""),
        required=required,
        default=form.get("default"),
        examples=tuple(form.get("examples", ())),
        tables=tables,
        place=place,
        missing="" if missing is None else missing.what,
    )


def _parts(key: str) -> Path:
    return tuple(part for part in re.split(r"\.|\[\d*\]", key.strip().strip("[]")) if part)


def _fits(path: Path, wanted: Path) -> bool:
    """Whether a key means a path. It may leave out one name or item: ``routes.timeout``, ``instances.weight``."""
    if len(path) == len(wanted):
        return all(part in (NAME, given) for part, given in zip(path, wanted, strict=True))
    if len(path) == len(wanted) + 1:
        items = [at for at, part in enumerate(path) if part == NAME and at]
        return any(_fits(path[:at] + path[at + 1 :], wanted) for at in items)
    return False


def _ends(path: Path, wanted: Path) -> bool:
    """Whether a key means the last words of a path, the first of them being one of the language."""
    ends = (path[-length:] for length in (len(wanted), len(wanted) + 1) if 0 < length < len(path))
    return any(end[0] != NAME and _fits(end, wanted) for end in ends)


def _bounds(form: Json) -> str:
    parts = [
        f" {word} {form[key]:,}".replace(",", " ")
        for key, word in (("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to"))
        if key in form
    ]
    return "".join(parts)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'
