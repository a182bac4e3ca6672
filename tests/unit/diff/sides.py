"""Sides of comparisons from TOML in a string, without files."""

from pathlib import Path

from gatewayctl.config import load
from gatewayctl.diff import Diff, Side, compare, side_of
from gatewayctl.plan import compile_plan


class Memory:
    """See ``config.reading.Reader``: files by their path; what is not there is nowhere."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {Path(name): text for name, text in files.items()}

    def read(self, path: Path, limit: int) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(2, "No such file", str(path))
        return self.files[path].encode()[:limit]

    def matches(self, directory: Path, pattern: str) -> list[Path]:
        return sorted(path for path in self.files if path.match(str(directory / pattern)))

    def exists(self, path: Path) -> bool:
        return path in self.files


def side(text: str, label: str = "side", *, files: dict[str, str] | None = None, at: str = "/etc/gateway.toml") -> Side:
    """One side; the text is its gateway.toml."""
    reader = Memory({at: text, **(files or {})})
    loaded = load([at], environ={}, reader=reader, directory=Path("/etc"), check_capabilities=False)
    plan, found = compile_plan(loaded)
    assert plan is not None, [*loaded.diagnostics, *found]
    return side_of(label, loaded, plan, key=b"key", root=Path(at).parent)


def diff(old: str, new: str, **more: dict[str, str]) -> Diff:
    """What changes between two texts."""
    return compare(side(old, "old", **more), side(new, "new", **more))


def codes(found: Diff) -> list[str]:
    """The codes of all changes, each once, in order."""
    return sorted({change.code for change in found.changes})
