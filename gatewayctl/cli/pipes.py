"""What to do when whoever read our output has gone: end quietly, as every tool in a pipe does."""

import os
import sys
from typing import Final

CLOSED_PIPE: Final = 141
"""128 + SIGPIPE: what a shell reports for a tool that a closed pipe has ended."""


def closed_pipe() -> int:
    """Makes sure that nothing complains at exit about what can no longer be written; gives the exit code."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):
            try:
                os.dup2(nowhere, stream.fileno())
            except (OSError, ValueError):  # a stream without a descriptor has nothing to flush at exit
                continue
    os.close(nowhere)
    return CLOSED_PIPE
