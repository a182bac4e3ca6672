"""Processes that must not outlive the tests, however those end."""

import shutil
import signal
from collections.abc import Sequence


def bound_to_us(command: Sequence[str]) -> list[str]:
    """The command, such that the kernel sends it SIGTERM when this process is killed and can clean up no more.

    Where ``setpriv`` is missing, fixtures alone see to the end of what they start.
    """
    setpriv = shutil.which("setpriv")
    prefix = [] if setpriv is None else [setpriv, "--pdeathsig", signal.SIGTERM.name.removeprefix("SIG"), "--"]
    return [*prefix, *command]
