"""The sides of a comparison as they are named on a command line: files, folders, revisions, a running gateway.

Where a word could be a file or a revision, the file wins; ``REV:`` and ``REV:PATH`` say otherwise.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatewayctl.cli.configuration import STANDARD_INPUT, Configuration, compiled
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError, failed, usage
from gatewayctl.cli.problems import on_one_line
from gatewayctl.core.diagnostics import Diagnostic
from gatewayctl.core.frozen import mutable
from gatewayctl.core.layers import DEFAULT_FILE

if TYPE_CHECKING:
    from gatewayctl.cli.admin import Admin
    from gatewayctl.cli.git import Repository
    from gatewayctl.config import Loaded
    from gatewayctl.diff import Side
    from gatewayctl.plan import Plan

WORKING_TREE: Final = "working tree"
NOT_COMPARABLE: Final = "E535"
_DATES: Final = ("/deprecated/since", "/deprecated/sunset")
_WAIT: Final = 30.0
"""Seconds for an answer of a running gateway; a large configuration is a large answer."""


@mutable
class Sides:
    """Makes sides for one command; all of them know the same key, so that equal secrets look alike to it alone."""

    configuration: Configuration
    console: Console
    key: bytes = field(default_factory=lambda: os.urandom(32))
    _stack: ExitStack = field(default_factory=ExitStack)
    _repositories: "dict[Path, Repository]" = field(default_factory=dict)
    _hinted: set[str] = field(default_factory=set)
    _plans: "list[tuple[Loaded, Plan]]" = field(default_factory=list)

    def __enter__(self) -> "Sides":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def named(self, word: str) -> "Side":
        """The side that a word on the command line means."""
        if not word:
            raise usage("a side of the comparison is empty", "name a revision, a file or a folder")
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

    def repository_of(self, files: Sequence[str]) -> "Repository":
        """The repository that has the first of these files: a submodule's, where the working directory is around it."""
        return self.repository(_root(files))

    def against(self, admin: "Admin", word: str | None) -> "tuple[Side, Side]":
        """What a gateway runs, and the side that a word means (None: the working tree). Secrets are compared by keyed
        fingerprints if both know its admin token: what is the same is then known here, what is not stays unknown."""
        from gatewayctl.config.sealing import fingerprint, key_of, secret_values
        from gatewayctl.diff import running_side

        known: dict[str, str] = {}
        if admin.token:
            self.key = key_of(admin.token)
            known = admin.data("GET", "/fingerprints", within=_WAIT).get("fingerprints", {})
        new = self.working_tree() if word is None else self.named(word)
        data = admin.data("GET", "/config", within=_WAIT)
        files = admin.data("GET", "/status", within=_WAIT).get("config", {}).get("files") or []
        same = {
            name: value
            for name, (path, value) in secret_values(new.loaded).items()
            if known.get(name) == fingerprint(self.key, path, value)
        }
        loaded = _loaded_from(data, same)
        plan, diagnostics = compiled(loaded)
        if plan is None:
            reason = diagnostics[0].message if diagnostics else "it cannot be read"
            message = f"what the gateway at {admin} runs is not understood: {reason}"
            raise failed(NOT_COMPARABLE, message, "is it a gateway of another version?")
        root = Path(files[0]).parent if files else None
        return running_side(str(admin), loaded, plan, known=known, root=root), new

    def plan_of(self, side: "Side") -> "Plan":
        """The plan of a side that was made here from files."""
        return next(plan for loaded, plan in self._plans if loaded is side.loaded)

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
        self._plans.append((loaded, plan))
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


def _loaded_from(data: Mapping[str, Any], same: Mapping[str, str]) -> "Loaded":
    """The configuration that a gateway told as JSON, read like any other. Masked secrets become variables: ``same``
    gives the values of those that are known to be the same here, by their JSON pointers; the others are not set."""
    import tomli_w

    from gatewayctl.config import load

    environ = {f"SAME_{number}": value for number, value in enumerate(same.values())}
    variables = {name: f"${{secret:{variable}}}" for name, variable in zip(same, environ, strict=True)}
    text = tomli_w.dumps(_as_toml(data, "", variables))
    told = Path.cwd() / "running.toml"
    return load([told], environ=environ, reader=_Told(told, text.encode()), check_capabilities=False)


def _as_toml(value: Any, at: str, variables: Mapping[str, str]) -> Any:
    from gatewayctl.config.masking import MASK
    from gatewayctl.config.sealing import HIDDEN, name_of

    if isinstance(value, dict):
        return {name: _as_toml(item, at + name_of((name,)), variables) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_toml(item, f"{at}/{number}", variables) for number, item in enumerate(value)]
    if value == MASK:
        return variables.get(at, HIDDEN)
    if isinstance(value, str):
        # JSON has no dates; what is effective has had its variables put in.
        return date.fromisoformat(value) if at.endswith(_DATES) else value.replace("${", "$${")
    return value


class _Told:
    """See ``config.reading.Reader``: one file, that a gateway told. Files that it names are on its machine."""

    def __init__(self, path: Path, content: bytes) -> None:
        self._path, self._content = path, content

    def read(self, path: Path, limit: int) -> bytes:
        if path != self._path:
            raise FileNotFoundError(2, "It is on the gateway's machine", str(path))
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
        return sides.against(against, given[0] if given else None)
    old = sides.named(given[0]) if given else sides.revision("HEAD", "")
    return old, sides.named(given[1]) if len(given) > 1 else sides.working_tree()
