"""One text to TOML data, or to the diagnostics that say why not: encoding, syntax, duplicates, bounds.

``tomllib`` decides what is valid. Its message names a line and a column; the caret then spans the word found there.
"""

import re
import tomllib
from typing import Any, Final

from gatewayctl.core.diagnostics import Diagnostic, Related, Severity, Span

DEEPEST: Final = 64
"""Tables and lists within each other that a file may have. The language itself needs nine."""

_MARK: Final = b"\xef\xbb\xbf"


def decode(content: bytes, file: str) -> tuple[str | None, list[Diagnostic]]:
    """The text of a file, which must be UTF-8 (TOML 1.0). A byte order mark is left out and warned about."""
    found: list[Diagnostic] = []
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        way_out = "save it as UTF-8 (it looks like UTF-16)"
        return None, [_error("E002", "this file is not UTF-8", Span(file, 1, 1, 1, 2), "a UTF-16 mark", way_out)]
    if content.startswith(_MARK):
        content = content[len(_MARK) :]
        place = Span(file, 1, 1, 1, 2)
        message = "this file begins with a byte order mark, which other TOML tools refuse"
        found.append(Diagnostic("W002", Severity.WARNING, message, place, "", "save it as UTF-8 without a mark"))
    try:
        return content.decode(), found
    except UnicodeDecodeError as problem:
        before = content[: problem.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        place = Span(file, line, column, line, column + 1)
        label = f"byte 0x{content[problem.start]:02x}"
        return None, [*found, _error("E002", "this file is not UTF-8", place, label, "save it as UTF-8")]


def parse(text: str, file: str) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
    """The data of a TOML text."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        return None, _syntax(text, file, str(problem))
    except RecursionError:
        return None, [_too_deep(file, _deep_place(text, file))]
    deep = _deeper_than(data, DEEPEST)
    if deep is not None:
        from gatewayctl.config.positions import index

        places = index(text, file)
        span = next(
            (s for n in range(len(deep), 0, -1) if (s := places.value(deep[:n])) is not None), Span(file, 1, 1, 1, 2)
        )
        return None, [_too_deep(file, span)]
    return data, []


def _syntax(text: str, file: str, problem: str) -> list[Diagnostic]:
    from gatewayctl.config.positions import index

    places = index(text, file)
    twice = places.twice()
    if twice:
        return [
            _error(
                "E004",
                f"{_dotted(path)} is defined twice",
                places.span(second),
                "the second time",
                "keep one of them",
                (Related(places.span(first), "the first time"),),
            )
            for path, first, second in twice
        ]
    match = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", problem, re.DOTALL)
    message = match[1] if match else problem
    lines = text.split("\n")
    if match and match[2]:
        line, column = int(match[2]), int(match[3])
    else:
        line = next((n for n in range(len(lines), 0, -1) if lines[n - 1].strip()), 1)
        column = len(lines[line - 1]) + 1
    label = "the list before this is not closed" if message.startswith("Unclosed array") else ""
    return [
        _error(
            "E003",
            f"not valid TOML: {message[:1].lower()}{message[1:]}",
            _word(lines, file, line, column),
            label,
            _help(lines, line, column, message),
        )
    ]


def _word(lines: list[str], file: str, line: int, column: int) -> Span:
    rest = lines[line - 1][column - 1 :] if line <= len(lines) else ""
    word = re.match(r"[A-Za-z0-9_.-]+|\S?", rest)
    return Span(file, line, column, line, column + max(1, len(word[0]) if word else 1))


def _help(lines: list[str], line: int, column: int, message: str) -> str:
    rest = lines[line - 1][column - 1 :] if line <= len(lines) else ""
    if message.startswith("Invalid value") and re.match(r"[A-Za-z_/~*]", rest):
        if re.split(r"[\s,\]}#]", rest, maxsplit=1)[0].lower() in ("true", "false", "yes", "no", "on", "off"):
            return "booleans are written true and false"
        return "a string stands in quotes"  # the word itself may be a secret
    if message.startswith("Invalid value") and rest.startswith("$"):
        return 'a variable stands in a string too: "${NAME}"'
    if message.startswith(("Expected newline", "Expected '='")):
        return 'one setting a line: name = "value"'
    if "Unterminated" in message or "Illegal character" in message:
        return "a string on one line ends with its quote; over several lines it stands in three quotes"
    if message.startswith("Unclosed array"):
        return "close the list with ]"
    return "see https://toml.io for the syntax"


def _too_deep(file: str, span: Span) -> Diagnostic:
    return _error(
        "E006",
        f"tables and lists are nested more than {DEEPEST} deep",
        span,
        "too deep",
        "nothing in this language needs that",
    )


def _deep_place(text: str, file: str) -> Span:
    """Where the brackets of a text that is too deep for ``tomllib`` pass the bound."""
    strings = (r'"""(?:[^\\]|\\.)*?"""', r"\'\'\'.*?\'\'\'", r'"(?:[^"\\\n]|\\.)*"', r"'[^'\n]*'")
    pieces = "|".join([*strings, r"#[^\n]*", r"[\[\]{}]"])  # brackets in strings and comments do not count
    depth = 0
    for match in re.finditer(pieces, text, re.DOTALL):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > DEEPEST:
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            return Span(file, line, column, line, column + 1)
    return Span(file, 1, 1, 1, 2)


def _deeper_than(data: dict[str, Any], bound: int) -> tuple[str | int, ...] | None:
    """The path of something nested deeper than ``bound``; walks without recursion, level by level."""
    holders: list[Any] = [data]
    for _ in range(bound):
        holders = [
            value
            for holder in holders
            for value in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(value, dict | list)
        ]
    if not holders:
        return None
    level: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    for _ in range(bound):
        level = [
            ((*path, key), value)
            for path, holder in level
            for key, value in (holder.items() if isinstance(holder, dict) else enumerate(holder))
            if isinstance(value, dict | list)
        ]
    return level[0][0]


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path)


def _error(code: str, message: str, span: Span, label: str, help: str, related: tuple[Related, ...] = ()) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, message, span, label, help, related)
