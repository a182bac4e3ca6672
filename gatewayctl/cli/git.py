"""Configurations in Git's history, read from its objects: nothing is checked out, nothing is written.

``git cat-file --batch`` and ``ls-tree`` are asked; a file that Git is told to ignore (where secrets live) is no part of
any revision, so it is read from the disk for each of them.
"""

import os
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

from gatewayctl.cli.errors import failed
from gatewayctl.config.reading import DiskReader

NO_REPOSITORY: Final = "E531"
NO_REVISION: Final = "E532"
NO_COMMITS: Final = "E533"
NO_GIT: Final = "E534"
_LINKS: Final = 16
"""Symbolic links that are followed one after the other."""


class Commit(NamedTuple):
    """One commit of a history."""

    id: str
    short: str
    author: str
    day: str
    subject: str


class Repository:
    """The repository around a folder. Use as a context manager: one process of Git stays until the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        top = self._run("rev-parse", "--show-toplevel")
        if top is None:
            if (self._run("rev-parse", "--is-bare-repository") or b"").strip() == b"true":
                way_out = "go to a working tree of it: git worktree add, or git clone"
                raise failed(NO_REPOSITORY, f"{folder} is a bare repository: it has no files to begin with", way_out)
            raise failed(
                NO_REPOSITORY,
                f"{folder} is in no Git repository",
                "go to a working tree (git init makes one), or name two files: diff OLD.toml NEW.toml; replay LOG --old … --new …",
            )
        self.root = Path(top.decode("utf-8", "surrogateescape").rstrip("\n"))
        self._batch: subprocess.Popen[bytes] | None = None
        self._trees: dict[str, dict[str, tuple[str, str]]] = {}

    def __enter__(self) -> "Repository":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._batch is not None:
            self._batch.communicate()

    def commit(self, revision: str) -> str:
        """The id of the commit that a revision names."""
        found = None
        if not revision.startswith("-"):
            found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found is not None:
            return found.decode().strip()
        if self._run("rev-parse", "--verify", "--quiet", "HEAD") is None:
            raise failed(NO_COMMITS, "this repository has no commits yet", "commit the configuration first")
        way_out = "git log shows those there are; a file that is meant needs its path"
        if self.boundary():
            way_out = "this clone is shallow, it has the last commits only: git fetch --unshallow gets all of them"
        raise failed(NO_REVISION, f'there is no revision "{revision}"', way_out)

    def boundary(self) -> frozenset[str]:
        """The commits at which the history of a shallow clone ends; none where it has all of it."""
        said = self._run("rev-parse", "--git-path", "shallow")
        if said is None:
            return frozenset()
        path = self._folder / said.decode("utf-8", "surrogateescape").rstrip("\n")
        return frozenset(path.read_text().split()) if path.exists() else frozenset()

    def history(self, paths: list[str]) -> list[Commit]:
        """The commits from HEAD on back that touched any of these paths (relative to the root)."""
        form = "%H%x00%h%x00%an%x00%as%x00%s"
        said = self._run("log", f"--format={form}", "HEAD", "--", *(f":(top,glob){path}" for path in paths))
        lines = (said or b"").decode("utf-8", "replace").splitlines()
        return [Commit(*line.split("\0")) for line in lines]

    def tree(self, commit: str) -> dict[str, tuple[str, str]]:
        """The files of a commit: path from the root → (mode, id)."""
        if commit not in self._trees:
            said = self._run("ls-tree", "-r", "-z", "--full-tree", commit) or b""
            made = {}
            for line in said.split(b"\0"):
                facts, _, name = line.partition(b"\t")
                if name:
                    mode, _, rest = facts.decode().partition(" ")
                    made[name.decode("utf-8", "surrogateescape")] = (mode, rest.split(" ")[1])
            self._trees[commit] = made
        return self._trees[commit]

    def blob(self, id: str) -> bytes:
        """The content of an object."""
        if self._batch is None:
            self._batch = subprocess.Popen(
                ["git", "-C", str(self.root), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        asked, answer = self._batch.stdin, self._batch.stdout
        if asked is None or answer is None:
            raise AssertionError("a process with pipes has pipes")
        asked.write(id.encode() + b"\n")
        asked.flush()
        head = answer.readline().split()
        if len(head) != 3:
            raise OSError(0, "Git does not have this object: is the clone partial or shallow?")
        content = answer.read(int(head[2]))
        answer.read(1)
        return content

    def ignores(self, path: Path) -> bool:
        """Whether Git is told to ignore that file."""
        return self._run("check-ignore", "--quiet", "--", str(path)) is not None

    def _run(self, *arguments: str) -> bytes | None:
        """What Git says; None where it cannot do it."""
        try:
            done = subprocess.run(
                ["git", "-C", str(self._folder), *arguments], capture_output=True, stdin=subprocess.DEVNULL, check=False
            )
        except FileNotFoundError:
            raise failed(NO_GIT, "there is no git command here", "install Git, or compare two files") from None
        return done.stdout if done.returncode == 0 else None


class RevisionReader(DiskReader):
    """See ``config.reading.Reader``: the files of one commit. What lies outside the repository is read from the disk."""

    def __init__(self, repository: Repository, commit: str) -> None:
        self._repository = repository
        self._files = repository.tree(commit)

    def read(self, path: Path, limit: int) -> bytes:
        name = self._name(path)
        if name is None:
            return super().read(path, limit)
        for _ in range(_LINKS):
            found = self._files.get(name)
            if found is None:
                break
            content = self._repository.blob(found[1])
            if found[0] != "120000":
                return content[:limit]
            target = _normal(Path(name).parent / content.decode("utf-8", "surrogateescape"))
            inside = self._name(Path(target)) if target.startswith("/") else target
            if inside is None:
                return super().read(Path(target), limit)
            name = inside
        if any(file.startswith(f"{name}/") for file in self._files):
            raise IsADirectoryError(21, "Is a directory", str(path))
        if self._repository.ignores(path):
            return super().read(path, limit)
        raise FileNotFoundError(2, "No such file in this revision", str(path))

    def matches(self, directory: Path, pattern: str) -> list[Path]:
        base = self._name(directory)
        if base is None:
            return super().matches(directory, pattern)
        root = self._repository.root
        wanted = _normal(Path(base) / pattern).split("/")
        return sorted(root / name for name in self._files if _fits(name.split("/"), wanted))

    def exists(self, path: Path) -> bool:
        name = self._name(path)
        return super().exists(path) if name is None or name not in self._files else True

    def _name(self, path: Path) -> str | None:
        """The path from the root of the repository; None outside of it."""
        root = self._repository.root
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else None


def _normal(path: Path) -> str:
    return Path(os.path.normpath(path)).as_posix()


def _fits(parts: list[str], wanted: list[str]) -> bool:
    """Whether a path fits a pattern, ``**`` standing for any folders; hidden names only where it says so."""
    if not wanted:
        return not parts
    if wanted[0] == "**":
        return _fits(parts, wanted[1:]) or (bool(parts) and not parts[0].startswith(".") and _fits(parts[1:], wanted))
    if not parts or (parts[0].startswith(".") and not wanted[0].startswith(".")):
        return False
    return fnmatchcase(parts[0], wanted[0]) and _fits(parts[1:], wanted[1:])
