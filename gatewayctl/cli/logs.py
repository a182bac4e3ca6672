"""Access logs of any size as they are named on a command line: opened, read with progress, and what was wrong in them."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from gatewayctl.cli.configuration import STANDARD_INPUT
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import failed, problem_of, usage
from gatewayctl.cli.words import count
from gatewayctl.replay.entry import Entry, host_name
from gatewayctl.replay.lines import lines
from gatewayctl.replay.reading import BrokenLine, LogReading
from gatewayctl.routetest.visible import visible

_EVERY: Final = 20_000
"""Lines between two looks at how far it is."""
_UNREADABLE: Final = "check the name of the log"
_NO_LOG: Final = 'it takes our access log (access_format = "json" or "combined" in [log]) and nginx\'s default format'


class Log:
    """One log. ``reading`` has the counts."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reading = LogReading()

    def each(self, take: Callable[[int, Entry], None]) -> None:
        """Hands every entry, with the number of its line, to ``take``. Raises CommandError where the log cannot be read."""
        reading = self.reading
        try:
            with ExitStack() as stack:
                stream = (
                    sys.stdin.buffer if self.name == STANDARD_INPUT else stack.enter_context(Path(self.name).open("rb"))
                )
                show = stack.enter_context(_progress(stream))
                for entry in reading.entries(lines(stream)):
                    take(reading.lines, entry)
                    if not reading.requests % _EVERY:
                        show(reading.lines)
        except OSError as error:
            raise failed("E001", f"{self.name} cannot be read: {problem_of(error)}", _UNREADABLE) from None

    def check(self) -> None:
        """Raises CommandError where the log holds lines of which none is understood, or ends before the first request."""
        reading = self.reading
        if not reading.requests and reading.ended:
            where = f"after line {reading.lines}" if reading.lines else "before its first line"
            problem = f"{self.name} has no request that can be read: {reading.ended} {where}"
            raise failed("E611", problem, "copy it anew, or unpack what is left of it: zcat LOG | gatewayctl …")
        if not reading.requests and reading.broken:
            first = reading.first_broken[0]
            why = f"line {first.number}: {_told(first)}"
            raise failed("E611", f"{self.name} has {count(reading.lines, 'line')}, none understood; {why}", _NO_LOG)

    def show_broken(self, console: Console) -> None:
        """Shows the first lines that are none of a log."""
        for one in self.reading.first_broken:
            console.hint(f"{self.name}:{one.number}: not a line of an access log: {_told(one)}")

    def hints(self, console: Console, host: str | None) -> None:
        """Says what was passed over, and why. ``host`` stood in for those that a log does not tell."""
        reading = self.reading
        self.show_broken(console)
        if reading.broken:
            console.hint(f"note: {reading.broken:,} of {reading.lines:,} lines are broken and were passed over")
        if reading.empty:
            console.hint(f"note: {count(reading.empty, 'line')} about what was no request, passed over")
        if reading.ended:
            console.hint(f"note: {reading.ended} after line {reading.lines}; what follows was not read")
        if reading.without_host and host is None:
            console.hint(
                f"note: {count(reading.without_host, 'request')} without a host, which the log does not tell: --host"
            )


def _told(line: BrokenLine) -> str:
    """What is wrong with a line, and the beginning of it."""
    return f"{line.problem}: {visible(line.text)}" if line.text else line.problem


def host_of(host: str | None) -> str:
    """The host that stands in where a log tells none. Raises CommandError where it is none."""
    from gatewayctl.replay.entry import SOME_HOST

    if host is None:
        return SOME_HOST
    if not host or "/" in host or not host.isprintable() or " " in host:
        raise usage(f'"{visible(host)}" is no host', "a name such as api.example.com")
    return host_name(host)


@contextmanager
def _progress(stream: BinaryIO) -> Iterator[Callable[[int], None]]:
    """Shows on a terminal's standard error how far it is; nothing is written where there is none."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console as Terminal

    size = _size(stream)
    with Terminal(stderr=True).status("the log is read") as status:

        def show(done: int) -> None:
            far = f", {100 * min(os.lseek(stream.fileno(), 0, os.SEEK_CUR), size) // size} %" if size else ""
            status.update(f"{done:,} lines{far}")

        yield show


def _size(stream: BinaryIO) -> int:
    """Bytes of a file on the disk; 0 for what has no end that is known."""
    try:
        info = os.fstat(stream.fileno())
    except OSError:
        return 0  # no file of the system
    return info.st_size if stat.S_ISREG(info.st_mode) else 0
