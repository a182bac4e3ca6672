"""Putting a text in the place of a file: at once or not at all, with the permissions that the file had."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from gatewayctl.cli.errors import failed, problem_of


def put(path: Path, text: str) -> None:
    """Writes ``text`` (UTF-8) where ``path`` leads to, through symbolic links. Raises CommandError, and nothing changed."""
    target = Path(os.path.realpath(path))
    fresh: Path | None = None
    try:
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        fresh = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        fresh.chmod(_new_file() if mode is None else mode)
        fresh.replace(target)
    except OSError as error:
        if fresh is not None:
            with suppress(FileNotFoundError):
                fresh.unlink()
        way_out = "make the file and its folder writable, or choose another file"
        raise failed("E022", f"{path} cannot be written: {problem_of(error)}", way_out) from None


def _new_file() -> int:
    """The permissions that a new file has here, which can only be asked for by setting them."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
