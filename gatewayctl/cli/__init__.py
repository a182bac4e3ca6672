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
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs ``gatewayctl`` with these arguments (the process's own by default), sees to it that all is written, and gives
    its exit code.

    0: done, nothing found · 1: something was found · 2: wrong usage, invalid configuration, internal error ·
    130: interrupted · 141: whoever read the output went away.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _version() if given in (["--version"], ["-V"]) else _run(given)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        from gatewayctl.cli.pipes import unwritable

        return unwritable(error)
    return code


def _version() -> int:
    from gatewayctl import __version__

    if sys.stdout is not None:  # None where whoever started us has closed it
        sys.stdout.write(f"gatewayctl {__version__}\n")
    return 0


def _run(given: list[str]) -> int:
    from gatewayctl.cli.app import run

    return run(given)
