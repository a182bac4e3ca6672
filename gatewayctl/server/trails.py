"""Which directories' events can mean that a configuration has changed, and which of their entries matter.

A path is followed through every link on its way: an editor renames over the file, Kubernetes swaps ``..data`` beside
it, a deployment swaps ``current`` far above it. An access log that is written beside the configuration does not matter.
"""

import os
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from gatewayctl.core.frozen import frozen
from gatewayctl.server.seen import Seen


@frozen
class Trails:
    """``folders``: existing directories, by path with their identity; ``entries``: full paths; ``patterns``: (directory, names)."""

    folders: frozenset[tuple[str, int, int]]
    entries: frozenset[str]
    patterns: frozenset[tuple[str, str]]

    def matter(self, path: str) -> bool:
        """Whether a change of this entry can mean a change of the configuration."""
        folder, name = os.path.split(path)
        return path in self.entries or any(folder == of and fnmatch(name, like) for of, like in self.patterns)


def trails(seen: Seen) -> Trails:
    """Where to look for changes of what was seen. Asks the file system: not for the event loop's thread."""
    entries: set[str] = set()
    for path in seen.files:
        _follow(path, entries)
    patterns = set()
    for directory, pattern in seen.patterns:
        *above, last = Path(directory, pattern).parts
        folders = {os.path.dirname(Path(directory, name)) for name in seen.patterns[directory, pattern]}  # noqa: PTH120
        if not any(mark in part for part in above for mark in "*?["):
            folders.add(str(Path(*above)))
        for folder in folders:
            _follow(folder, entries)
            patterns.add((folder, last))
            patterns.add((os.path.realpath(folder), last))
    parents = {os.path.dirname(entry) for entry in entries} | {folder for folder, _ in patterns}  # noqa: PTH120
    return Trails(_existing(parents, entries), frozenset(entries), frozenset(patterns))


def _follow(path: str, entries: set[str]) -> None:
    """Adds the path and every link that it goes through, whole or in part."""
    waiting = [path]
    while waiting:
        path = waiting.pop()
        if path in entries:
            continue
        here = "/"
        parts = path.strip("/").split("/")
        for at, part in enumerate(parts):
            above, here = here, os.path.join(here, part)  # noqa: PTH118
            try:
                target = os.readlink(here)  # noqa: PTH115
            except OSError:
                continue  # no link, or not there
            entries.add(here)
            waiting.append(os.path.normpath(os.path.join(above, target, *parts[at + 1 :])))  # noqa: PTH118
            break
        entries.add(path)


def _existing(folders: Iterable[str], entries: set[str]) -> frozenset[tuple[str, int, int]]:
    """Those that are there; for one that is not, the nearest above it, whose missing entry then matters."""
    found = set()
    for folder in folders:
        while True:
            try:
                known = os.stat(folder)  # noqa: PTH116
            except OSError:
                if folder == "/":
                    break
                entries.add(folder)
                folder = os.path.dirname(folder)  # noqa: PTH120
                continue
            if os.path.isdir(folder):  # noqa: PTH112
                found.add((folder, known.st_dev, known.st_ino))
            break
    return frozenset(found)
