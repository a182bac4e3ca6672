"""What a load has looked at and what it found there; looking again tells whether anything has changed since.

The compiling process notes it while it reads (``Recorder``), so that an edit in the middle of a reload is never taken
for known. Contents are compared, not times: network file systems and link swaps have times of their own.
"""

import hashlib
import stat
from collections.abc import Mapping
from dataclasses import field
from glob import glob
from pathlib import Path
from typing import Final

from gatewayctl.core.frozen import frozen

LONGEST: Final = 16 << 20
"""Bytes of a file that are compared where nothing else is said."""
NOTHING: Final = b""
"""What stands for a file that is not there, cannot be read, or is no file."""


@frozen
class Seen:
    """``files``: by absolute path, how many bytes count and their hash. ``patterns``: by (directory, pattern), the matches."""

    files: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)
    patterns: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def again(self) -> "Seen":
        """The same files and patterns as they are now. Reads them all: not for the event loop's thread."""
        return Seen(
            {path: (limit, hash_of(Path(path), limit)) for path, (limit, _) in self.files.items()},
            {of: matches(*of) for of in self.patterns},
        )


def hash_of(path: Path, limit: int = LONGEST) -> bytes:
    """The hash of a file's first ``limit`` bytes."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return NOTHING  # opening a pipe could wait for ever
        with path.open("rb") as file:
            return digest(file.read(limit))
    except (OSError, ValueError):
        return NOTHING


def digest(content: bytes) -> bytes:
    """The hash of a content that was read."""
    return hashlib.sha256(content).digest()


def matches(directory: str, pattern: str) -> tuple[str, ...]:
    """What an include pattern matches, sorted. Hidden files only where it says so."""
    return tuple(sorted(glob(pattern, root_dir=directory, recursive=True)))  # noqa: PTH207 - Path.glob shows hidden files


class Recorder:
    """See ``config.reading.Reader``: reads this machine's files and notes what was there."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[int, bytes]] = {}
        self._patterns: dict[tuple[str, str], tuple[str, ...]] = {}

    def read(self, path: Path, limit: int) -> bytes:
        self._files.setdefault(str(path), (limit, NOTHING))
        with path.open("rb") as file:
            content = file.read(limit)
        if path.is_file():
            self._files[str(path)] = (limit, digest(content))
        return content

    def matches(self, directory: Path, pattern: str) -> list[Path]:
        found = matches(str(directory), pattern)
        self._patterns[str(directory), pattern] = found
        return [directory / name for name in found]

    def exists(self, path: Path) -> bool:
        return path.is_file()

    def seen(self, others: tuple[Path, ...]) -> Seen:
        """What was noted, and ``others`` (files that are only named) as they are now."""
        for path in others:
            if str(path) not in self._files and not path.is_dir():
                self._files[str(path)] = (LONGEST, hash_of(path))
        return Seen(self._files, self._patterns)
