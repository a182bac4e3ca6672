"""``gatewayctl reload``: makes a running gateway read its configuration now, and says how it went."""

import os
import signal
from pathlib import Path
from typing import Annotated, Final

import typer

from gatewayctl.cli.admin import NO_ANSWER, OFF, REFUSED, UNREACHABLE, AdminOptions
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError, failed, problem_of
from gatewayctl.cli.output import Output
from gatewayctl.cli.waiting import waiting

_WAIT: Final = 150.0
"""Seconds for the answer: reading a large configuration takes its time."""
_NO_PID: Final = "E526"
_FALL_BACK_AFTER: Final = frozenset({UNREACHABLE, NO_ANSWER, REFUSED, OFF})


def run(
    admin: AdminOptions,
    output: Output,
    pid_file: Annotated[
        str | None,
        typer.Option(
            "--pid-file",
            metavar="FILE",
            help="Send SIGHUP to the process in FILE where the admin address is of no use.",
        ),
    ] = None,
) -> int:
    """Make a running gateway read its configuration now, and show how it went.

    A gateway follows changes of its files by itself; this is for when you want to see the outcome, or do not trust the
    file system's events. A bad configuration is refused, and the last good one stays in force.

    Exit codes: 0 reloaded, 2 refused, or no gateway could be asked.
    """
    console = output.console
    form = output.form
    try:
        with waiting("the gateway reads its configuration"):
            outcome = admin.find(console).data("POST", "/reload", within=_WAIT)
    except CommandError as error:
        if pid_file is None or error.diagnostics[0].code not in _FALL_BACK_AFTER:
            raise
        console.hint(f"{error.diagnostics[0].message}; sending a signal instead")
        return _by_signal(pid_file, console)
    ok = outcome.get("ok") is True
    if form == "json":
        output.print_json({"ok": ok} | {key: outcome.get(key) for key in ("summary", "generation", "diagnostics")})
        return 0 if ok else 2
    rendered = outcome.get("rendered") or []
    summary, generation = outcome.get("summary", "no summary"), outcome.get("generation", "?")
    style = console.style
    pieces = [str(text) for text in rendered]
    if ok:
        pieces.append(f"{style.good('reloaded')}: {summary}, generation {generation}")
    else:
        pieces.append(f"{style.bad('not reloaded')}: {summary}; generation {generation} goes on serving")
    console.print("\n\n".join(pieces))
    return 0 if ok else 2


def _by_signal(pid_file: str, console: Console) -> int:
    pid = _pid(pid_file)
    try:
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        way_out = "is the gateway running? gatewayctl serve --pid-file writes this file"
        raise failed(
            _NO_PID, f"process {pid} of {pid_file} cannot be signalled: {problem_of(error)}", way_out
        ) from None
    console.print(f"sent SIGHUP to process {pid}; its log and gatewayctl status say how it went")
    return 0


def _pid(pid_file: str) -> int:
    """The process in a pid file, if it is (as far as can be seen) a gatewayctl: SIGHUP ends most other programs."""
    way_out = "gatewayctl serve --pid-file FILE writes it, and removes it when it ends"
    try:
        text = Path(pid_file).read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise failed(_NO_PID, f"{pid_file} cannot be read: {problem_of(error)}", way_out) from None
    if not text.isdecimal() or int(text) < 1:
        raise failed(_NO_PID, f"{pid_file} does not hold a process id", way_out)
    program = Path("/proc") / text / "cmdline"
    if Path("/proc/self/cmdline").exists():
        try:
            ours = b"gatewayctl" in program.read_bytes()
        except OSError:
            raise failed(_NO_PID, f"there is no process {text}, which {pid_file} names", way_out) from None
        if not ours:
            raise failed(
                _NO_PID, f"process {text}, which {pid_file} names, is another program", "remove the stale file"
            )
    return int(text)
