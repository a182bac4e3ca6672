"""``--watch``: does something again whenever a file changes that it depends on, until it is interrupted."""

from collections.abc import Callable
from pathlib import Path

from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError
from gatewayctl.cli.problems import drawn


def watching(act: Callable[[set[Path]], int], console: Console) -> None:
    """Calls ``act`` now and after each change. It fills the set with the files it read; their directories are watched,
    since editors replace a file instead of writing into it. What is wrong is told, and does not end it: that does
    KeyboardInterrupt alone."""
    from watchfiles import watch

    while True:
        files: set[Path] = set()
        try:
            act(files)
        except CommandError as error:
            console.hint(drawn(error.diagnostics, error.sources, console.hint_style))
        console.hint("watching; Ctrl-C ends it")
        places = {path.parent if not path.is_dir() else path for path in files}
        known = {str(path) for path in files}
        for changes in watch(*(place for place in places if place.is_dir()), recursive=False, raise_interrupt=True):
            if any(name in known or Path(name).suffix == ".toml" for _, name in changes):
                break
