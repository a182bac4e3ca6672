"""``--watch``: does something again whenever a file changes that it depends on, until it is interrupted."""

from collections.abc import Callable
from pathlib import Path

from gatewayctl.cli.console import Console


def watching(act: Callable[[set[Path]], None], console: Console) -> None:
    """Calls ``act`` now and after each change. It fills the set with the files it read; their directories are watched,
    since editors replace a file instead of writing into it. Ends by KeyboardInterrupt alone."""
    from watchfiles import watch

    while True:
        files: set[Path] = set()
        act(files)
        console.hint("watching; Ctrl-C ends it")
        places = {path.parent if not path.is_dir() else path for path in files}
        known = {str(path) for path in files}
        for changes in watch(*(place for place in places if place.is_dir()), recursive=False, raise_interrupt=True):
            if any(name in known or Path(name).suffix == ".toml" for _, name in changes):
                break
