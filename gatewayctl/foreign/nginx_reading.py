"""nginx's files as a tree of directives, includes put in, by the crossplane parser."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gatewayctl.core.diagnostics import Span
from gatewayctl.core.frozen import frozen
from gatewayctl.foreign.problems import NOT_A_DOCUMENT, NOT_INSTALLED, RefusedImportError, wrong


@frozen
class Directive:
    """One directive with its place. ``block`` is empty for one that has none."""

    name: str
    args: tuple[str, ...]
    span: Span
    block: tuple["Directive", ...] = ()

    def __str__(self) -> str:
        return " ".join((self.name, *self.args))

    def all(self, name: str) -> Iterator["Directive"]:
        """Those of that name directly in its block."""
        return (one for one in self.block if one.name == name)


def read_nginx(file: str) -> tuple[Directive, ...]:
    """The directives of a file. Raises RefusedImportError with everything that is wrong in it and in what it includes."""
    try:
        import crossplane
    except ImportError:
        message = "reading nginx's files needs a package that is not installed"
        way_out = "pip install 'gatewayctl[import]'"
        raise RefusedImportError([wrong(NOT_INSTALLED, message, Span(file), way_out)], {}) from None
    parsed: dict[str, Any] = crossplane.parse(file, check_ctx=False, check_args=True)
    if parsed["errors"]:
        texts = {found["file"]: _text(found["file"]) for found in parsed["errors"]}
        problems = []
        for found in parsed["errors"]:
            message = _reason(str(found["error"]).removesuffix(f" in {found['file']}:{found['line']}"), found["file"])
            place = _span(found["file"], found["line"] or 0, texts[found["file"]])
            problems.append(wrong(NOT_A_DOCUMENT, f"not valid for nginx: {message}", place, "correct the file first"))
        raise RefusedImportError(problems, texts)
    return tuple(_tree(parsed["config"], parsed["config"][0]["parsed"], parsed["config"][0]["file"]))


def _tree(files: list[dict[str, Any]], directives: list[dict[str, Any]], file: str) -> Iterator[Directive]:
    for one in directives:
        if one["directive"] == "include" and "includes" in one:
            for number in one["includes"]:
                yield from _tree(files, files[number]["parsed"], files[number]["file"])
            continue
        block = tuple(_tree(files, one["block"], file)) if "block" in one else ()
        line = one["line"]
        yield Directive(one["directive"], tuple(one["args"]), Span(file, line, 1, line, 2), block)


def _reason(said: str, file: str) -> str:
    """What the parser said, without an error number; it says nothing of some files that are no text at all."""
    said = re.sub(r"^\[Errno \d+\] ", "", said)
    if said:
        return said
    try:
        Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return "it is not UTF-8"
    except OSError as problem:
        return (problem.strerror or "it cannot be read").lower()
    return "it cannot be read"


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _span(file: str, line: int, text: str) -> Span:
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return Span(file)
    start = len(lines[line - 1]) - len(lines[line - 1].lstrip()) + 1
    return Span(file, line, start, line, len(lines[line - 1].rstrip()) + 1)
