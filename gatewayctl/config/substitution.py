"""``${NAME}``, ``${NAME:-default}``, ``${secret:NAME}``, ``${file:path}`` and ``$${``, in strings after TOML parsing.

Not recursive: what is put in is not looked at again. As in a shell, ``:-`` also stands in for a variable that is empty.
What cannot be had is, offline, replaced by something of the field's kind that is only good for checking.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Final

from gatewayctl.config.conversion import converted, is_text
from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.reading import MAX_SECRET, Reader, absolute, shown
from gatewayctl.config.shape import Shape, at_path
from gatewayctl.config.sources import Source, at
from gatewayctl.core.frozen import mutable

_MARK: Final = re.compile(r"\$\$\{|\$\{([^}]*)\}|\$\{")
_BODY: Final = re.compile(
    r"(?:(?P<secret>secret:)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>.*))?|file:(?P<file>.+))", re.DOTALL
)


@mutable
class Substitution:
    """Puts variables and files into the strings of sources. ``runtime`` makes what is missing an error, else a note."""

    environ: Mapping[str, str]
    reader: Reader
    directory: Path
    runtime: bool
    files: list[Path] = field(default_factory=list)
    """Files that were put in, or looked for."""
    contents: list[tuple[str, bytes]] = field(default_factory=list)
    """What was put in, by its name: of files their content, of variables their value."""
    _findings: Findings = field(default_factory=Findings)

    def apply(self, source: Source, findings: Findings) -> None:
        """Replaces the values of ``source.data`` in place, except those of ``include``."""
        if "${" not in source.text:
            return
        self._findings = findings
        for path, holder, key in list(_strings(source.data)):
            if path[0] != "include":
                holder[key] = self._value(source, path, holder[key])

    def pattern(self, source: Source, path: KeyPath, written: str, findings: Findings) -> str | None:
        """An include pattern with its variables; None where one is missing. Secrets and files make no sense there."""
        self._findings = findings
        if "${secret:" in written or "${file:" in written:
            way_out = "write ${NAME}"
            findings.error("E403", path, "include takes plain variables only", label="not here", help=way_out)
            return None
        text, missing, _ = self._text(source, path, written)
        return None if missing else text

    def _value(self, source: Source, path: KeyPath, written: str) -> Any:
        if "${" not in written:
            return written
        text, missing, secret = self._text(source, path, written)
        if secret:
            source.secrets.add(path)
        shape = at_path(path)
        if missing:
            source.unset[path] = written
            return _stand_in(written, shape)
        return converted(text, shape) if shape is not None else text

    def _text(self, source: Source, path: KeyPath, written: str) -> tuple[str, bool, bool]:
        missing = secret = False

        def put_in(match: re.Match[str]) -> str:
            nonlocal missing, secret
            if match[0] == "$${":
                return "${"
            body = _BODY.fullmatch(match[1]) if match[1] is not None else None
            if body is None:
                self._malformed(path)
                missing = True
                return ""
            secret = secret or bool(body["secret"] or body["file"])
            found = self._file(source, path, body["file"]) if body["file"] else self._variable(source, path, body)
            missing = missing or found is None
            return found or ""

        return _MARK.sub(put_in, written), missing, secret

    def _malformed(self, path: KeyPath) -> None:
        self._findings.error(
            "E403",
            path,
            "this is not a variable",
            label="expected ${NAME}, ${NAME:-default}, ${secret:NAME} or ${file:path}",
            help='a literal "${" is written "$${"',
        )

    def _variable(self, source: Source, path: KeyPath, body: re.Match[str]) -> str | None:
        name, default = body["name"], body["default"]
        value = self.environ.get(name)
        if value is not None and not is_text(value):
            message, way_out = f"the environment variable {name} is not UTF-8", f"set {name} to UTF-8 text"
            self._findings.error("E405", path, message, label="not UTF-8", help=way_out)
            return None
        self.contents.append((f"${name}", (value or "").encode()))
        if value or (value is not None and default is None):
            return value
        if default is None:
            way_out = f'set {name}, or give a default: "${{{body["secret"] or ""}{name}:-…}}"'
            if not body["secret"] and _is_parameter(source, path, name):
                way_out = f'what the path has there is "{{{name}}}", without the dollar sign'
            self._missing("401", path, f"the environment variable {name} is not set", "not set", way_out)
        return default

    def _file(self, source: Source, path: KeyPath, name: str) -> str | None:
        file = absolute(name, source.path.parent)
        self.files.append(file)
        try:
            content = self.reader.read(file, MAX_SECRET + 1)
            if len(content) > MAX_SECRET:
                raise OSError(0, "it is larger than 1MiB")
            text = content.decode().strip()
        except UnicodeDecodeError:
            reason = "it is not UTF-8"
        except (OSError, ValueError) as problem:
            reason = (problem.strerror if isinstance(problem, OSError) else None) or "it cannot be read"
        else:
            self.contents.append((str(file), content))
            return text
        message = f"the file {shown(file, self.directory)} cannot be put in: {reason[:1].lower()}{reason[1:]}"
        self._missing("402", path, message, "cannot be read", "make the file, or correct its name")
        return None

    def _missing(self, number: str, path: KeyPath, message: str, label: str, help: str) -> None:
        if self.runtime:
            self._findings.error(f"E{number}", path, message, label=label, help=help)
        else:
            self._findings.note(f"W{number}", path, f"{message}; checked with a placeholder", label=label, help=help)


def _is_parameter(source: Source, path: KeyPath, name: str) -> bool:
    """Whether the path of the route around ``path`` has a parameter of that name."""
    route = at(source.data, path[:2]) if path[0] == "routes" else None
    pattern = route.get("path") if isinstance(route, dict) else None
    return isinstance(pattern, str) and re.search(rf"(?<!\$)\{{{name}\b", pattern) is not None


def _stand_in(written: str, shape: Shape | None) -> Any:
    """Something of the field's kind, so that the rest can be checked; where any string is valid, what is written."""
    if shape is None:
        return written
    if shape.kind is not None:
        if shape.kind.stand_in is not None:
            return shape.kind.stand_in(written)
        if shape.kind.free:
            return written
        return shape.kind.schema["examples"][0]
    if shape.choices:
        return shape.choices[0]
    if shape.examples:
        example = shape.examples[0]
        return converted(example, shape) if isinstance(example, str) else _plain(example)
    return {"string": written, "integer": 1, "number": 1.0, "boolean": True}.get(next(iter(shape.types)), written)


def _plain(example: Any) -> Any:
    return list(example) if isinstance(example, list | tuple) else example


def _strings(data: dict[str, Any]) -> "list[tuple[KeyPath, Any, Any]]":
    """Every string in the data: its path, what holds it, and its key there."""
    found: list[tuple[KeyPath, Any, Any]] = []
    waiting: list[tuple[KeyPath, Any]] = [((), data)]
    while waiting:
        path, holder = waiting.pop()
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            if isinstance(value, str):
                found.append(((*path, key), holder, key))
            elif isinstance(value, dict | list):
                waiting.append(((*path, key), value))
    return found
