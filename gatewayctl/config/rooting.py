"""From a file to the configuration that it is part of: the files above it that include it, found as ``load`` would.

An editor or a hook knows the file that was changed; what can be checked is the whole that it belongs to.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from gatewayctl.config.finding import Findings
from gatewayctl.config.including import Gathering
from gatewayctl.config.reading import MAX_FILE, Reader, absolute
from gatewayctl.config.sources import Source
from gatewayctl.config.substitution import Substitution

_HIGHEST: Final = 8
"""Directories above a file that are looked through, unless the repository or the working directory ends them before."""
_MOST: Final = 200
"""Files of one directory that are looked at: more of them are no configurations."""


def roots_of(file: Path, *, reader: Reader, environ: Mapping[str, str], directory: Path) -> list[Path]:
    """The outermost files that include ``file`` (an absolute path), by name; ``file`` itself where none does.

    Looked at are the TOML files beside it and in the directories above it, the nearest directory first; where several
    of one directory include it, each is a root.
    """
    roots: dict[Path, None] = {}
    seen = {file}
    waiting = [file]
    while waiting:
        current = waiting.pop(0)
        above = _including(current, reader, environ, directory)
        if not above:
            roots[current] = None
        waiting += [path for path in above if path not in seen]
        seen.update(above)
    return sorted(roots) or [file]  # files that include each other in a circle have no root


def _including(file: Path, reader: Reader, environ: Mapping[str, str], directory: Path) -> list[Path]:
    for above in _above(file.parent, directory):
        candidates = [absolute(path, above) for path in reader.matches(above, "*.toml")][:_MOST]
        candidates = [path for path in candidates if reader.exists(path)]  # a pipe would be waited for
        found = [path for path in candidates if path != file and _includes(path, file, reader, environ, directory)]
        if found:
            return found
    return []


def _above(start: Path, directory: Path) -> Iterator[Path]:
    for place in [start, *start.parents][:_HIGHEST]:
        yield place
        if place == directory or (place / ".git").exists():
            return


def _includes(candidate: Path, file: Path, reader: Reader, environ: Mapping[str, str], directory: Path) -> bool:
    try:
        text = reader.read(candidate, MAX_FILE)
    except OSError:
        return False  # whoever names this file is told; here it is only not the one that is looked for
    if b"include" not in text:
        return False
    substitution = Substitution(environ, reader, directory, runtime=False)

    def expand(source: Source, number: int, written: str) -> str | None:
        return substitution.pattern(source, ("include", number), written, Findings())

    gathering = Gathering(reader, directory, expand)
    gathering.layer(candidate)
    return any(source.path == file and source.site is not None for source in gathering.sources)
