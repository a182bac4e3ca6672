"""Shows that something is being waited for: a spinner on standard error, and only where a person looks at it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """While the block runs, ``what`` and a spinner stand on the terminal; nothing is written where there is none."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
