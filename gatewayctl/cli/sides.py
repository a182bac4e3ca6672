"""The sides of a comparison as they are named on a command line: files, folders, revisions, a running gateway.

Where a word could be a file or a revision, the file wins; ``REV:`` and ``REV:PATH`` say otherwise.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatewayctl.cli.configuration import STANDARD_INPUT, Configuration, compiled
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError, failed, usage
from gatewayctl.cli.problems import on_one_line
from gatewayctl.core.diagnostics import Diagnostic
from gatewayctl.core.layers import DEFAULT_FILE

if TYPE_CHECKING:
    from gatewayctl.cli.admin import Admin
    from gatewayctl.cli.git import Repository
    from gatewayctl.config import Loaded
    from gatewayctl.diff import Side
    from gatewayctl.plan import Plan

WORKING_TREE: Final = "working tree"
NOT_COMPARABLE: Final = "E535"
_WAIT: Final = 30.0
"""Seconds for an answer of a running gateway; a large configuration is a large answer."""


@dataclass(slots=True)
class Sides:
    """Makes sides for one command; all of them know the same key, so that equal secrets look alike to it alone."""

    configuration: Configuration
    console: Console
    key: bytes = field(default_factory=lambda: os.urandom(32))
    _stack: ExitStack = field(default_factory=ExitStack)
    _repositories: "dict[Path, Repository]" = field(default_factory=dict)
    _hinted: set[str] = field(default_factory=set)

    def __enter__(self) -> "Sides":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def named(self, word: str) -> "Side":
        """The side that a word on the command line means."""
        revision, colon, path = word.partition(":")
        if word == STANDARD_INPUT or Path(word).exists():
            return self.files([_file_in(word)], word)
        if colon and revision:
            return self.revision(revision, path)
        if word.endswith(".toml") or ("/" in word and not self._is_revision(word)):
            return self.files([word], word)  # whose absence is then told
        return self.revision(word, "")

    def files(self, files: Sequence[str], label: str) -> "Side":
        """The side of files on the disk."""
        from gatewayctl.diff import side_of

        loaded = self.configuration.load(files, check_capabilities=False)
        return side_of(label, loaded, self._plan(loaded), key=self.key, root=_root(files))

    def working_tree(self) -> "Side":
        """The side of ``-c``, as it is on the disk."""
        return self.files(self.configuration.files, WORKING_TREE)

    def revision(self, revision: str, path: str) -> "Side":
        """The side of a revision: the same files, or the one at ``path`` (from the root of the repository)."""
        files = self.configuration.files
        repository = self.repository(_root(files))
        commit = repository.commit(revision)
        label = revision
        if path:
            files = [
                str(
                    Path(os.path.normpath(Path.cwd() / path if path.startswith((".", "/")) else repository.root / path))
                )
            ]
            label = f"{revision}:{path}"
        return self.commit(repository, commit, label, files)

    def commit(self, repository: "Repository", commit: str, label: str, files: Sequence[str]) -> "Side":
        """The side of one commit. Raises CommandError where it does not load there."""
        from gatewayctl.cli.git import RevisionReader
        from gatewayctl.diff import side_of

        loaded = self.configuration.load(files, reader=RevisionReader(repository, commit), check_capabilities=False)
        return side_of(
            label, loaded, self._plan(loaded, f"{label.partition(':')[0]}:"), key=self.key, root=_root(files)
        )

    def repository(self, folder: Path) -> "Repository":
        """The repository around a folder."""
        from gatewayctl.cli.git import Repository

        if folder not in self._repositories:
            there = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
            self._repositories[folder] = self._stack.enter_context(Repository(there))
        return self._repositories[folder]

    def running(self, admin: "Admin") -> "Side":
        """The side of what a gateway runs. Secrets are compared if both know its admin token."""
        from gatewayctl.config.sealing import key_of
        from gatewayctl.diff import running_side

        data = admin.data("GET", "/config", within=_WAIT)
        status = admin.data("GET", "/status", within=_WAIT)
        known: dict[str, str] = {}
        if admin.token:
            self.key = key_of(admin.token)
            known = admin.data("GET", "/fingerprints", within=_WAIT).get("fingerprints", {})
        files = status.get("config", {}).get("files") or []
        loaded = _loaded_from(data, self.configuration)
        plan, diagnostics = compiled(loaded)
        if plan is None:
            reason = diagnostics[0].message if diagnostics else "it cannot be read"
            raise failed(
                NOT_COMPARABLE,
                f"what the gateway at {admin} runs is not understood: {reason}",
                "is it a gateway of another version?",
            )
        root = Path(files[0]).parent if files else None
        return running_side(str(admin), loaded, plan, known=known, root=root)

    def _is_revision(self, word: str) -> bool:
        try:
            self.repository(_root(self.configuration.files)).commit(word)
        except CommandError:
            return False
        return True

    def _plan(self, loaded: "Loaded", prefix: str = "") -> "Plan":
        plan, diagnostics = compiled(loaded)
        placed = [_placed(diagnostic, prefix) for diagnostic in diagnostics]
        if plan is None:
            raise CommandError(placed, sources={f"{prefix}{file}": text for file, text in loaded.sources.items()})
        for diagnostic in diagnostics:
            line = on_one_line(diagnostic, self.console.hint_style)
            if line not in self._hinted:
                self._hinted.add(line)
                self.console.hint(line)
        return plan


def _placed(diagnostic: Diagnostic, prefix: str) -> Diagnostic:
    """The diagnostic with its places in a revision: ``HEAD:gateway.toml:7:3``."""
    if not prefix:
        return diagnostic
    span = diagnostic.span
    related = tuple(replace(r, span=replace(r.span, file=f"{prefix}{r.span.file}")) for r in diagnostic.related)
    return replace(
        diagnostic, span=None if span is None else replace(span, file=f"{prefix}{span.file}"), related=related
    )


def _file_in(word: str) -> str:
    """The file that is meant: of a folder, its gateway.toml."""
    return str(Path(word) / DEFAULT_FILE) if Path(word).is_dir() else word


def _root(files: Sequence[str]) -> Path:
    return Path(os.path.normpath(Path.cwd() / files[0])).parent


def _loaded_from(data: Mapping[str, Any], configuration: Configuration) -> "Loaded":
    """The configuration that a gateway told as JSON, read like any other; masked secrets become ``HIDDEN``."""
    import tomli_w

    from gatewayctl.config import load

    text = tomli_w.dumps(_as_toml(data))
    return load(["running.toml"], environ={}, reader=_Told(text.encode()), check_capabilities=False)


def _as_toml(value: Any, key: str = "") -> Any:
    from gatewayctl.config.masking import MASK
    from gatewayctl.config.sealing import HIDDEN

    if isinstance(value, dict):
        return {name: _as_toml(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_toml(item) for item in value]
    if value == MASK:
        return HIDDEN
    if isinstance(value, str):
        # JSON has no dates; what is effective has had its variables put in.
        return date.fromisoformat(value) if key in ("since", "sunset") else value.replace("${", "$${")
    return value


class _Told:
    """See ``config.reading.Reader``: one file, that a gateway told. Files that it names are on its machine."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, path: Path, limit: int) -> bytes:
        return self._content[:limit]

    def matches(self, directory: Path, pattern: str) -> list[Path]:
        return []

    def exists(self, path: Path) -> bool:
        return True


def two(sides: Sides, words: Iterable[str], against: "Admin | None") -> "tuple[Side, Side]":
    """The old and the new side that a command line means."""
    given = list(words)
    if against is not None:
        if len(given) > 1:
            raise usage("--against is the old side, and two others are given", "give at most the new one")
        old = sides.running(against)
        return old, sides.named(given[0]) if given else sides.working_tree()
    old = sides.named(given[0]) if given else sides.revision("HEAD", "")
    return old, sides.named(given[1]) if len(given) > 1 else sides.working_tree()
