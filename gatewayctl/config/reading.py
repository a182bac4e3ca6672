"""How files come in: bounded, and through a ``Reader``, so that a revision of a repository reads like the disk."""

import os
from pathlib import Path
from typing import Final, Protocol

MAX_FILE: Final = 16 << 20
"""The largest configuration file, in bytes. 10 000 routes need about 2 MiB."""

MAX_SECRET: Final = 1 << 20
"""The largest file that ``${file:}`` puts in, in bytes."""


class Reader(Protocol):
    """Where files are read from. Paths are absolute; nothing is ever written."""

    def read(self, path: Path, limit: int) -> bytes:
        """At most ``limit`` bytes of that file. Raises OSError."""

    def matches(self, directory: Path, pattern: str) -> list[Path]:
        """The files that a pattern relative to ``directory`` matches, sorted; hidden ones only where it says so."""

    def exists(self, path: Path) -> bool:
        """Whether it is there and a file."""


class DiskReader:
    """The files of this machine."""

    def read(self, path: Path, limit: int) -> bytes:
        with path.open("rb") as file:
            return file.read(limit)

    def matches(self, directory: Path, pattern: str) -> list[Path]:
        # Path.glob would also find hidden files, such as the copies that editors keep.
        from glob import glob  # only configurations that include need it

        return sorted(directory / found for found in glob(pattern, root_dir=directory, recursive=True))  # noqa: PTH207

    def exists(self, path: Path) -> bool:
        return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises where a folder above may not be entered


def shown(path: Path, directory: Path) -> str:
    """The path as people should see it: relative to ``directory`` where it is below it or near, else absolute."""
    relative = os.path.relpath(path, directory)
    return Path(relative).as_posix() if relative.count("..") <= 2 else path.as_posix()


def absolute(path: str | Path, directory: Path) -> Path:
    """That path seen from ``directory``, without ``.`` and ``..``, symbolic links as they are."""
    return Path(os.path.normpath(directory / path))
