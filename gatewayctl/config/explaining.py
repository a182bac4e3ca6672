"""The words for what pydantic found wrong: one entry an error type, in the language of the file, with a way out."""

from collections.abc import Callable
from typing import Any, Final

from pydantic_core import ErrorDetails

from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.kinds.base import kind_of, quoted
from gatewayctl.config.shape import Shape, at_path, fields
from gatewayctl.config.sources import at
from gatewayctl.core.codes import CODES
from gatewayctl.core.suggest import did_you_mean

Look = Callable[[KeyPath], Shape | None]

_FEW: Final = 5
_EXPECTED: Final = {
    "string_type": "a string",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "date_type": "a date such as 2026-06-01",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


def explain(
    path: KeyPath,
    error: ErrorDetails,
    section: Any,
    findings: Findings,
    hidden: Callable[[KeyPath], bool],
    look: Look = at_path,
) -> None:
    """Adds the finding for one error of pydantic at that key path; ``section`` is the data of ``path[0]``. ``look`` gives
    the shape at a path, where it is not the language of the configuration."""
    kind, context = error["type"], error.get("ctx", {})
    on_key = bool(error["loc"]) and error["loc"][-1] == "[key]"
    if kind == "E102":
        _wrong_type(path, context["label"].removeprefix("expected "), error, findings, on_key, look)
    elif kind.startswith("E"):
        veiled = hidden(path) and not context["discreet"]
        message, way_out = (CODES[kind], _example(path, look)) if veiled else (context["message"], context["help"])
        findings.error(kind, path, message, label=context["label"], help=way_out, on_key=on_key)
    elif kind == "extra_forbidden":
        _unknown_key(path, section, findings, look)
    elif kind == "missing":
        _missing(path, findings, look)
    elif kind in ("literal_error", "union_tag_invalid"):
        _choice(path, kind, error, findings, hidden, look)
    elif kind == "union_tag_not_found":
        _missing((*path, "type"), findings, look)
    elif kind in _EXPECTED:
        _wrong_type(path, _EXPECTED[kind], error, findings, on_key, look)
    else:
        _bound(path, kind, context, findings, look)


def _wrong_type(
    path: KeyPath, expected: str, error: ErrorDetails, findings: Findings, on_key: bool, look: Look
) -> None:
    message = f"{_subject(path)} must be {expected}, not {kind_of(error['input'])}"
    if expected == "a table" and not any(isinstance(part, int) for part in path):
        way_out = f"write [{_dotted(path)}] and its keys below it"
    else:
        way_out = _example(path, look)
    findings.error("E102", path, message, label=f"expected {expected}", help=way_out, on_key=on_key)


def _unknown_key(path: KeyPath, section: Any, findings: Findings, look: Look) -> None:
    key, table = str(path[-1]), path[:-1]
    known = _keys(table, at(section, table[1:]), look)
    help = did_you_mean(key, known) or (f"known here: {', '.join(known)}" if known else "remove it")
    message = f'unknown key "{key}" in {_dotted(table)}'
    findings.error("E101", path, message, label="unknown key", help=help, on_key=True)


def _keys(path: KeyPath, data: Any, look: Look) -> list[str]:
    """The keys a table may have; where the table may be several, those of its type."""
    shape = look(path)
    models = shape.models if shape else ()
    if len(models) > 1 and isinstance(data, dict):
        models = tuple(m for m in models if data.get("type") in fields(m)["type"].choices) or models
    return list(dict.fromkeys(name for model in models for name in fields(model)))


def _missing(path: KeyPath, findings: Findings, look: Look) -> None:
    key, table = path[-1], path[:-1]
    example = _example(path, look)
    help = example.replace("such as", f"add {key} =", 1) if example else f"add {key}"
    findings.error("E103", table, f'{_dotted(table)} needs "{key}"', label=f'no "{key}"', help=help)


def _choice(
    path: KeyPath, kind: str, error: ErrorDetails, findings: Findings, hidden: Callable[[KeyPath], bool], look: Look
) -> None:
    value = error["input"]
    if kind == "union_tag_invalid":
        path, value = (*path, "type"), value.get("type")
    shape = look(path)
    choices = _choices(path, shape, look)
    if not choices:
        findings.error("E104", path, error["msg"], label="", help=_example(path, look))
        return
    if type(value) not in {type(choice) for choice in choices}:
        message = f"{_subject(path)} must be {quoted(choices[0])} or another known value, not {kind_of(value)}"
        findings.error("E102", path, message, label=f"expected one of: {_few(choices)}", help=_example(path, look))
        return
    noun = str(path[-1] if isinstance(path[-1], str) else path[-2]).replace("_", " ")
    written = "" if hidden(path) else f" {quoted(value)}"
    nearest = did_you_mean(value, choices) if isinstance(value, str) else ""
    known = f"one of: {', '.join(map(str, choices))}" if len(choices) > 1 else f"write {quoted(choices[0])}"
    help = nearest or known
    label = f"expected one of: {_few(choices)}" if len(choices) > 1 else f"expected {quoted(choices[0])}"
    findings.error("E104", path, f"unknown {noun}{written}", label=label, help=help)


def _choices(path: KeyPath, shape: Shape | None, look: Look) -> tuple[Any, ...]:
    above = look(path[:-1])
    if path[-1] == "type" and above is not None and len(above.models) > 1:
        return tuple(choice for model in above.models for choice in fields(model)["type"].choices)
    return shape.choices if shape is not None else ()


def _bound(path: KeyPath, kind: str, context: dict[str, Any], findings: Findings, look: Look) -> None:
    """Numbers, lengths and patterns out of bounds, and whatever else pydantic may say."""
    match kind:
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            word = {"g": "at least", "l": "at most"}[kind[0]] if kind.endswith("equal") else "more than"
            bound = next(iter(context.values()))
            message, label = f"{_subject(path)} is out of range", f"must be {word} {bound:g}"
            findings.error("E105", path, message, label=label, help=_example(path, look))
        case "too_short" | "string_too_short":
            message = f"{_subject(path)} must not be empty"
            findings.error("E105", path, message, label="empty", help=_example(path, look) or "leave it out")
        case "too_long" | "string_too_long":
            message = f"{_subject(path)} is too long"
            findings.error("E105", path, message, label=f"at most {context['max_length']}", help="make it shorter")
        case "string_pattern_mismatch":
            message = f"{_subject(path)} has another form"
            findings.error("E120", path, message, label="not valid", help=_example(path, look))
        case "finite_number":
            findings.error(
                "E105", path, f"{_subject(path)} must be finite", label="not finite", help=_example(path, look)
            )
        case _:
            message = f"{_subject(path)} is not valid ({kind.replace('_', ' ')})"
            findings.error("E120", path, message, label="not valid", help=_example(path, look) or "correct it")


def _example(path: KeyPath, look: Look) -> str:
    """``such as "5s"``: what may stand at a path."""
    shape = look(path)
    if shape is not None and isinstance(path[-1], int) and not (shape.examples or shape.kind):
        path = path[:-1]
        shape = look(path)
    if shape is None:
        return ""
    examples = shape.examples or tuple(shape.kind.schema.get("examples", ()) if shape.kind else ())
    return f"such as {quoted(examples[0])}" if examples else "see gatewayctl schema"


def _subject(path: KeyPath) -> str:
    """``timeout``, ``an item of methods``, ``routes.orders``."""
    if isinstance(path[-1], int):
        return f"an item of {path[-2]}"
    return _dotted(path) if len(path) <= 2 else str(path[-1])


def _dotted(path: KeyPath) -> str:
    words = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(words).lstrip(".") or "the file"


def _few(choices: tuple[Any, ...]) -> str:
    if len(choices) <= _FEW:
        return ", ".join(map(str, choices))
    return ", ".join([*map(str, choices[:3]), "…"])
