"""From the files on the command line to all files that belong to them: includes, their loops, their doubles.

``include`` holds patterns relative to the file that has them. Within one layer (a file with its includes) an object
lives in one file; the order of files then cannot matter.
"""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Final

from gatewayctl.config.parsing import decode, parse
from gatewayctl.config.reading import MAX_FILE, Reader, absolute, shown
from gatewayctl.config.sources import Site, Source
from gatewayctl.core.diagnostics import Diagnostic, Related, Severity, Span
from gatewayctl.core.frozen import mutable
from gatewayctl.core.units import format_size

SINGLE: Final = frozenset({"server", "admin", "log", "metrics", "tracing", "defaults"})
"""Sections that are one object; in all others each named table is one."""

DEEPEST: Final = 16
"""Files within each other by ``include``."""

Expand = Callable[[Source, int, str], str | None]
"""Puts variables into an include pattern; None where one is unset."""


@mutable
class Gathering:
    """Reads files and what they include. ``files`` is everything that was read or looked for."""

    reader: Reader
    directory: Path
    expand: Expand
    sources: list[Source] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    contents: list[tuple[str, bytes]] = field(default_factory=list)
    _including: list[Path] = field(default_factory=list)
    _included: dict[Path, Site] = field(default_factory=dict)

    def layer(self, file: str | Path) -> None:
        """Reads a file of the command line and what it includes."""
        path = absolute(file, self.directory)
        if any(source.path == path and source.site is None for source in self.sources):
            place = Span(shown(path, self.directory), 1, 1, 1, 2)
            self._error("E008", "this file is given twice", place, "given twice", "give it once")
            return
        first = len(self.sources)
        self._included = {}
        self._file(path, None)
        self._one_file_each(self.sources[first:])

    def _file(self, path: Path, site: Site | None) -> None:
        source = Source(path, shown(path, self.directory), "", site=site)
        self.files.append(path)
        content = self._read(source)
        if content is None:
            return
        self.sources.append(source)
        text, problems = decode(content, source.file)
        source.text = content.decode(errors="replace") if text is None else text
        data = None
        if text is not None:
            data, more = parse(text, source.file)
            problems += more
        self.diagnostics += [replace(problem, related=problem.related + source.chain()) for problem in problems]
        if data is not None:
            source.data = data
            self._including.append(path)
            self._includes(source)
            self._including.pop()

    def _read(self, source: Source) -> bytes | None:
        try:
            content = self.reader.read(source.path, MAX_FILE + 1)
        except (OSError, ValueError) as problem:
            message, way_out = _unreadable(source.file, problem)
            if source.site is None:
                self._error("E001", message, Span(source.file), "", way_out)
            else:
                place, above = source.site.place(), source.site.source.chain()
                self._error("E001", message, place, "cannot be read", way_out, above)
            return None
        self.contents.append((source.file, content))
        if len(content) <= MAX_FILE:
            return content
        message = f"this file is larger than {format_size(MAX_FILE)}"
        self._error("E005", message, Span(source.file), "", "split it with include", source.chain())
        return None

    def _includes(self, source: Source) -> None:
        patterns = source.data.get("include", [])
        if not isinstance(patterns, list):
            return  # the schema says what it should be
        for number, pattern in enumerate(patterns):
            expanded = self.expand(source, number, pattern) if isinstance(pattern, str) else None
            if expanded:
                self._include(Site(source, number), expanded)

    def _include(self, site: Site, pattern: str) -> None:
        source = site.source
        base = source.path.parent
        magic = any(mark in pattern for mark in "*?[")
        found = self.reader.matches(base, pattern) if magic else [absolute(pattern, base)]
        if magic:
            self.files.append(_fixed_part(base, pattern))
        if not found:
            message, way_out = f'include "{pattern}" matches no file', "remove it, or add a file"
            warning = Diagnostic("W001", Severity.WARNING, message, site.place(), "matches nothing", way_out)
            self.diagnostics.append(replace(warning, related=source.chain()))
        for path in found:
            path = absolute(path, base)
            if not (magic and path == source.path):  # "*.toml" beside the file itself means the others
                self._one(site, path)

    def _one(self, site: Site, path: Path) -> None:
        name, above = shown(path, self.directory), site.source.chain()
        if path in self._including:
            message = f"{name} includes itself"
            self._error("E007", message, site.place(), "closes the loop", "remove this include", above)
        elif path in self._included:
            related = (Related(self._included[path].place(), "the first time"), *above)
            self._error(
                "E008", f"{name} is included twice", site.place(), "the second time", "include it once", related
            )
        elif len(self._including) >= DEEPEST:
            message, way_out = f"includes are nested more than {DEEPEST} deep", "include the file from further up"
            self._error("E010", message, site.place(), "too deep", way_out, above[:1])
        else:
            self._included[path] = site
            self._file(path, site)

    def _one_file_each(self, sources: list[Source]) -> None:
        owners: dict[tuple[str, ...], Source] = {}
        for source in sources:
            for name in objects(source.data):
                first = owners.setdefault(name, source)
                if first is not source:
                    place, other = (s.index().value(name) or Span(s.file) for s in (source, first))
                    way_out = "an object lives in one file: keep one of them, or give both with -c as layers"
                    related = (Related(other, "the first one"), *source.chain())
                    message = f"{'.'.join(name)} is in two files"
                    self._error("E009", message, place, "the second one", way_out, related)

    def _error(
        self, code: str, message: str, place: Span, label: str, help: str, related: tuple[Related, ...] = ()
    ) -> None:
        self.diagnostics.append(Diagnostic(code, Severity.ERROR, message, place, label, help, related))


def objects(data: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The objects that a file defines: ``("server",)``, ``("routes", "orders")``."""
    found: list[tuple[str, ...]] = []
    for section, value in data.items():
        if section in SINGLE:
            found.append((section,))
        elif isinstance(value, dict):
            found += [(section, name) for name in value]
    return found


def _fixed_part(base: Path, pattern: str) -> Path:
    """The directory to watch for files that a pattern may come to match."""
    fixed = []
    for part in Path(pattern).parts[:-1]:
        if any(mark in part for mark in "*?["):
            break
        fixed.append(part)
    return absolute(Path(*fixed) if fixed else "", base)


def _unreadable(name: str, problem: OSError | ValueError) -> tuple[str, str]:
    match problem:
        case FileNotFoundError():
            return f"there is no file {name}", "check the name, or make the file (gatewayctl init makes a first one)"
        case IsADirectoryError():
            return f"{name} is a directory", f'name a file in it, or include its files: include = ["{name}/*.toml"]'
        case PermissionError():
            return f"{name} cannot be read: permission denied", "let this user read it"
        case OSError():
            return f"{name} cannot be read: {problem.strerror or problem}", "check the file"
        case _:
            return "this cannot be the name of a file", "correct the name"  # it holds NUL
