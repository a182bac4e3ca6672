"""The command line: one file a command; the only ring that prints or exits.

``--version`` is answered here, before anything else is imported; everything else is ``app.run``.
"""

import sys
from collections.abc import Sequence

__all__ = ["main"]


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
