"""Where the access log goes and what its lines look like, as a generation's settings say.

With one worker both are of one process. With several, each worker makes its lines and the supervisor writes them all.
"""

import os
from collections.abc import Callable, Sequence

from gatewayctl.plan.model import LogPlan
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.telemetry.access_log import FORMATTERS
from gatewayctl.telemetry.log_writer import LogWriter


def terminals() -> list[str]:
    """Which of standard output and error are for people."""
    return [name for name, number in (("stdout", 1), ("stderr", 2)) if os.isatty(number)]


def use_access_format(gateway: Gateway, plan: LogPlan, on_terminal: Sequence[str]) -> None:
    """Sets ``gateway.log_line``."""
    form = plan.access_format
    if form == "auto":
        form = plan.format
    if form == "auto":
        form = "console" if plan.access in on_terminal else "json"
    gateway.log_line = FORMATTERS[form](plan.query)


class AccessLogs:
    """The writer of the access log: opened by a generation's settings, kept where the target stays the same.

    ``use`` is given what takes lines now, None for nothing.
    """

    def __init__(
        self, gateway: Gateway, stderr: LogWriter, use: Callable[[Callable[[bytes], None] | None], None]
    ) -> None:
        self._gateway = gateway
        self._stderr = stderr
        self._use = use
        self._writer: LogWriter | None = None
        self._target = "off"
        self._open_error = ""

    def configure(self, plan: LogPlan) -> None:
        """Takes over a generation's settings. A file that cannot be opened is an error on the log, never the end of traffic."""
        if plan.access != self._target or self._open_error:
            old, self._writer, self._target = self._writer, None, plan.access
            self._use(None)
            self._writer = self._open(plan.access)
            if old is not None and old is not self._stderr:
                old.reopen()  # hands over what has gathered, here in its own thread; closing then only waits
                self._gateway.loop.run_in_executor(None, old.close)
        self._use(None if self._writer is None else self._writer.write)

    def _open(self, target: str) -> LogWriter | None:
        self._open_error = ""
        if target == "off":
            return None
        if target == "stderr" or (target == "stdout" and _same_file(1, 2)):
            return self._stderr  # two writers on one pipe would tear each other's lines
        if target == "stdout":
            return LogWriter.to_descriptor(1, self._gateway.loop.call_later)
        try:
            return LogWriter.to_file(target, self._gateway.loop.call_later)
        except OSError as error:
            self._open_error = f"access log: cannot open {target}: {error.strerror}"
            self._gateway.reporter.event("error", self._open_error, help="create its directory, or change log.access")
            return None

    def reopen(self) -> None:
        """Opens the file anew, after rotation."""
        if self._open_error:
            self._writer = self._open(self._target)
            self._use(None if self._writer is None else self._writer.write)
        elif self._writer is not None:
            self._writer.reopen()
        if self._writer is not None:
            self._gateway.reporter.event("info", f"access log reopened: {self._target}")

    @property
    def dropped(self) -> int:
        """Lines that were given up."""
        return 0 if self._writer is None else self._writer.dropped

    @property
    def error(self) -> str:
        """The last problem of writing, empty while all is well."""
        if self._writer is None or not self._writer.error:
            return self._open_error
        return f"access log: cannot write to {self._target}: {self._writer.error}"

    def close(self) -> None:
        """Writes what waits and ends."""
        self._use(None)
        if self._writer is not None and self._writer is not self._stderr:
            self._writer.close()


def _same_file(first: int, second: int) -> bool:
    """Whether two descriptors lead to the same file, pipe or terminal."""
    try:
        one, other = os.fstat(first), os.fstat(second)
    except OSError:
        return False
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
