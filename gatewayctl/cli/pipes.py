"""What to do when the output cannot be written: its reader has gone, which ends us quietly, or there is no room for it."""

import os
import sys
from contextlib import suppress
from typing import Final

CLOSED_PIPE: Final = 141
"""128 + SIGPIPE: what a shell reports for a tool that a closed pipe has ended."""


def closed_pipe() -> int:
    """Makes sure that nothing complains at exit about what can no longer be written; gives the exit code."""
    _give_up()
    return CLOSED_PIPE


def unwritable(error: OSError) -> int:
    """The same for any reason; said on standard error, as far as that can be written, where the reader is still there."""
    if isinstance(error, BrokenPipeError):
        return closed_pipe()
    with suppress(OSError, ValueError):
        _give_up()
        why = (error.strerror or "it failed").lower()
        sys.stderr.write(f"error[E022]: the output cannot be written: {why}\n   = help: make room for it\n")
        sys.stderr.flush()
    return 2


def _give_up() -> None:
    """Turns the streams that do not take what is still to be written away from where it cannot go."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            try:
                os.dup2(nowhere, stream.fileno())
            except (OSError, ValueError):  # a stream without a descriptor has nothing to flush at exit
                continue
    os.close(nowhere)
