"""Which files ``fmt`` is about, and each of them with its text as it is and as it should be."""

import os
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from gatewayctl.cli.errors import problem_of
from gatewayctl.config.parsing import decode, parse
from gatewayctl.config.reading import MAX_FILE
from gatewayctl.core.diagnostics import Diagnostic, Severity, Span, has_errors
from gatewayctl.core.frozen import frozen


@frozen
class Formatted:
    """One file. ``after`` is None where the file cannot be formatted; ``found`` then says why."""

    name: str
    before: str
    after: str | None
    found: tuple[Diagnostic, ...] = ()
    path: Path | None = None
    """Where it is; None for standard input."""
    marked: bool = False
    """Whether it begins with a byte order mark, which is left out."""

    @property
    def changed(self) -> bool:
        """Whether it is not in its layout yet."""
        return self.after is not None and (self.after != self.before or self.marked)


def read(path: Path) -> Formatted:
    """The file at ``path``, which is named as it was given."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        problem = f"cannot read {path}: {problem_of(error)}"
        return Formatted(str(path), "", None, (_error("E001", problem, None, "check the name"),), path)
    return formatted_bytes(content, str(path), path)


def formatted_bytes(content: bytes, name: str, path: Path | None = None) -> Formatted:
    """The same for what was read already."""
    from gatewayctl.config.layout import UnformattableError, formatted

    if len(content) > MAX_FILE:
        problem = f"{name} is larger than {MAX_FILE >> 20} MiB"
        return Formatted(name, "", None, (_error("E005", problem, None, "divide it, and include the parts"),), path)
    text, found = decode(content, name)
    if text is None:
        return Formatted(name, "", None, tuple(found), path)
    data, problems = parse(text, name)
    if data is None:
        return Formatted(name, text, None, (*(d for d in found if has_errors([d])), *problems), path)
    try:
        return Formatted(name, text, formatted(text), (), path, bool(found))
    except UnformattableError as problem:
        line = problem.row + 1
        message = "this file cannot be laid out anew without a risk to what it says; it stays as it is"
        way_out = "write this place in a plainer way"
        return Formatted(
            name, text, None, (_error("E027", message, Span(name, line, 1, line, 2), way_out),), path, bool(found)
        )


def files_in(folder: Path) -> Iterator[Path]:
    """The configurations and route tests below a folder, hidden folders left out: TOML files that say nothing but what
    these say, so that other tools' files are left alone. A file that is not valid counts if its name is one of ours."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(where) / name
            if name.endswith(".toml") and not name.startswith(".") and _is_ours(path):
                yield path


def _is_ours(path: Path) -> bool:
    from gatewayctl.config.models.root import GatewayConfig
    from gatewayctl.routetest.suite.models import SuiteConfig

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return path.name.endswith(".test.toml") or path.name.startswith("gateway")
    known = (GatewayConfig.model_fields, SuiteConfig.model_fields)
    return bool(data) and any(data.keys() <= fields.keys() for fields in known)


def masked(name: str, text: str) -> str:
    """The text for showing pieces of it: without what is secret in it."""
    from gatewayctl.config.masking import Masked
    from gatewayctl.config.sources import Source

    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError):
        data = {}  # a broken text, of which more is hidden
    return Masked([Source(Path(name), name, text, data)])[name]


def all_files(given: Sequence[str]) -> tuple[list[Path], list[str]]:
    """The files that these names mean, folders by what is in them; each once. And the folders in which there are none."""
    paths: dict[Path, None] = {}
    empty = []
    for name in given:
        path = Path(name)
        found = list(files_in(path)) if path.is_dir() else [path]
        paths.update(dict.fromkeys(found))
        if not found:
            empty.append(name)
    return list(paths), empty


def _error(code: str, message: str, span: Span | None, help: str) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, message, span, "", help)
