"""The access log's writers: opened by a generation's settings, kept where the target stays the same."""

import os
import sys

from gatewayctl.plan.model import LogPlan
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.telemetry.access_log import FORMATTERS
from gatewayctl.telemetry.log_writer import LogWriter


class AccessLogs:
    """Sets ``gateway.log_line`` and ``gateway.write_log``."""

    def __init__(self, gateway: Gateway, stderr: LogWriter) -> None:
        self._gateway = gateway
        self._stderr = stderr
        self._writer: LogWriter | None = None
        self._target = "off"
        self._open_error = ""

    def configure(self, plan: LogPlan) -> None:
        """Takes over a generation's settings. A file that cannot be opened is an error on the log, never the end of traffic."""
        gateway = self._gateway
        if plan.access != self._target or self._open_error:
            old, self._writer, self._target = self._writer, None, plan.access
            gateway.write_log = None
            self._writer = self._open(plan.access)
            if old is not None and old is not self._stderr:
                old.reopen()  # hands over what has gathered, here in its own thread; closing then only waits
                gateway.loop.run_in_executor(None, old.close)
        form = plan.access_format
        if form == "auto":
            form = plan.format
        if form == "auto":
            on_terminal = plan.access in {"stdout", "stderr"} and getattr(sys, plan.access).isatty()
            form = "console" if on_terminal else "json"
        gateway.log_line = FORMATTERS[form](plan.query)
        gateway.write_log = None if self._writer is None else self._writer.write

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
            self._gateway.write_log = None if self._writer is None else self._writer.write
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
        self._gateway.write_log = None
        if self._writer is not None and self._writer is not self._stderr:
            self._writer.close()


def _same_file(first: int, second: int) -> bool:
    """Whether two descriptors lead to the same file, pipe or terminal."""
    try:
        one, other = os.fstat(first), os.fstat(second)
    except OSError:
        return False
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
