"""Processes that must not outlive the tests, however those end."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence


def bound_to_us(command: Sequence[str]) -> list[str]:
    """The command, such that the kernel sends it SIGTERM when this process is killed and can clean up no more.

    Where ``setpriv`` is missing, fixtures alone see to the end of what they start.
    """
    setpriv = shutil.which("setpriv")
    prefix = [] if setpriv is None else [setpriv, "--pdeathsig", signal.SIGTERM.name.removeprefix("SIG"), "--"]
    return [*prefix, *command]


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ends a process that leads a group of its own: asked first, then with all that it has started."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
