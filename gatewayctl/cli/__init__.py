"""The command line: one file a command; the only ring that prints or exits.

``--version`` is answered here, before anything else is imported; everything else is ``app.run``.
"""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["entry", "main"]


def entry() -> NoReturn:
    """What the installed ``gatewayctl`` calls: ``main``, and the end of the process.

    A command that is over leaves at once: taking the interpreter apart would cost it another tenth of its time. Only
    ``serve`` ends the usual way, for it has threads and children that are waited for.
    """
    code = main()
    if sys.argv[1:2] == ["serve"]:
        sys.exit(code)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        from gatewayctl.cli.pipes import closed_pipe

        code = closed_pipe()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs ``gatewayctl`` with these arguments (the process's own by default) and gives its exit code.

    0: done, nothing found · 1: something was found · 2: wrong usage, invalid configuration, internal error ·
    130: interrupted · 141: whoever read the output went away.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["-V"]):
        from gatewayctl import __version__

        try:
            sys.stdout.write(f"gatewayctl {__version__}\n")
            sys.stdout.flush()
        except BrokenPipeError:
            from gatewayctl.cli.pipes import closed_pipe

            return closed_pipe()
        return 0
    try:
        from gatewayctl.cli.app import run
    except KeyboardInterrupt:
        return 130
    return run(given)
