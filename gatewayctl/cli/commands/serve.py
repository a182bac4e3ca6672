"""``gatewayctl serve``: runs the gateway until it is told to end."""

from typing import Annotated

import typer

from gatewayctl.cli.configuration import STANDARD_INPUT, Files
from gatewayctl.cli.errors import usage


def run(
    files: Files,
    pid_file: Annotated[
        str | None,
        typer.Option("--pid-file", metavar="FILE", help="Write the process id to FILE while the gateway runs."),
    ] = None,
) -> int:
    """Run the gateway.

    It follows changes of its files: a good one is taken over while requests go on, a bad one is refused and the last
    good configuration stays in force. SIGHUP or gatewayctl reload do the same by hand. SIGTERM or Ctrl-C lets requests
    in flight finish; a second one ends at once.

    Exit codes: 0 ended as asked, 2 could not start.
    """
    if STANDARD_INPUT in files.files:
        raise usage("serve follows its files, and standard input cannot be followed", "give it a file")
    from gatewayctl.server.serve import run as serve

    return serve(files.files, pid_file=pid_file)
