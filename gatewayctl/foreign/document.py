"""A document in JSON or YAML: its data, and the place of any value in it, looked for only when it is asked for."""

import json
import re
from typing import Any, Final

from gatewayctl.core.diagnostics import Span
from gatewayctl.core.frozen import frozen
from gatewayctl.foreign.problems import NOT_A_DOCUMENT, NOT_INSTALLED, RefusedImportError, wrong

Path = tuple[str | int, ...]
_SPACE: Final = re.compile(r"[ \t\n\r]*")


@frozen
class Document:
    """``data`` is what ``text`` says."""

    file: str
    text: str
    data: Any
    json: bool

    def span(self, path: Path) -> Span:
        """The key (or list entry) at that path, or the nearest thing around it that is there."""
        offset = _in_json(self.text, path) if self.json else _in_yaml(self.text, path)
        line = self.text.count("\n", 0, offset) + 1
        column = offset - self.text.rfind("\n", 0, offset)
        word = re.compile(r'"(?:[^"\\\n]|\\.)*"|[^\s:,]+').match(self.text, offset)
        return Span(self.file, line, column, line, column + (len(word[0]) if word else 1))


def read_document(text: str, file: str) -> Document:
    """Raises RefusedImportError where it is neither JSON nor YAML, or YAML cannot be read here."""
    if text.lstrip().startswith(("{", "[")):
        try:
            return Document(file, text, json.loads(text), True)
        except json.JSONDecodeError as problem:
            if file.endswith(".json"):
                place = Span(file, problem.lineno, problem.colno, problem.lineno, problem.colno + 1)
                message = f"not valid JSON: {problem.msg[:1].lower()}{problem.msg[1:]}"
                raise _not_a_document(message, place, file, text) from None
        except RecursionError:
            raise _not_a_document("this JSON is nested too deeply", Span(file), file, text) from None
    return Document(file, text, _yaml(text, file), False)


def _yaml(text: str, file: str) -> Any:
    try:
        import yaml
    except ImportError:
        message = "reading YAML needs a package that is not installed"
        way_out = "pip install 'gatewayctl[import]', or convert the document to JSON"
        raise RefusedImportError([wrong(NOT_INSTALLED, message, Span(file), way_out)], {file: text}) from None
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, in C where it is there
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        place = Span(file) if mark is None else _at(file, mark.line + 1, mark.column + 1)
        said = getattr(problem, "problem", None) or "it cannot be read"
        raise _not_a_document(f"not valid YAML: {said}", place, file, text) from None
    except (RecursionError, ValueError):
        raise _not_a_document("this YAML cannot be read", Span(file), file, text) from None


def _at(file: str, line: int, column: int) -> Span:
    return Span(file, line, column, line, column + 1)


def _not_a_document(message: str, place: Span, file: str, text: str) -> RefusedImportError:
    return RefusedImportError([wrong(NOT_A_DOCUMENT, message, place, "correct the document")], {file: text})


def _in_json(text: str, path: Path) -> int:
    """The offset of what ``path`` leads to in valid JSON: values on the way are skipped by the decoder."""
    decoder = json.JSONDecoder()
    at = found = _after_space(text, 0)
    for part in path:
        if text[at] not in "{[":
            return found
        in_object, at, number = text[at] == "{", _after_space(text, at + 1), 0
        while text[at] not in "}]":
            start, name = at, number
            if in_object:
                name, at = decoder.raw_decode(text, at)
                at = _after_space(text, _after_space(text, at) + 1)
            if name == part:
                found = start
                break
            _, at = decoder.raw_decode(text, at)
            at = _after_space(text, at)
            at = _after_space(text, at + 1) if text[at] == "," else at
            number += 1
        else:
            return found
    return found


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _in_yaml(text: str, path: Path) -> int:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    node: Any = yaml.compose(text, Loader=loader)
    found = node.start_mark if node is not None else None
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                break
            found, node = pair[0].start_mark, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            found = node.start_mark
        else:
            break
    if found is None:
        return 0
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: found.line]) + int(found.column)
