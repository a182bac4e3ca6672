"""A log as entries: what is no line of one is counted, the first ones are kept to be shown, and the rest goes on."""

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Final, NamedTuple

from gatewayctl.core.frozen import mutable
from gatewayctl.replay.entry import Entry, NoRequestError, NotALineError
from gatewayctl.replay.formats import LineReader
from gatewayctl.replay.line_shown import shown_line
from gatewayctl.replay.lines import TOO_LONG, LogEndsError

SHOWN: Final = 3
"""Broken lines that are kept."""


class BrokenLine(NamedTuple):
    """A line that is none of a log: its number, what may be shown of it, and what is wrong with it."""

    number: int
    text: str
    problem: str


@mutable
class LogReading:
    """Counts while a log is read. ``requests`` are entries, ``broken`` lines are none of a known format, ``empty`` ones
    are about what was no request; ``ended`` says why the log could not be read to its end."""

    lines: int = 0
    requests: int = 0
    broken: int = 0
    empty: int = 0
    without_host: int = 0
    first_broken: list[BrokenLine] = field(default_factory=list)
    ended: str = ""

    def entries(self, lines: Iterable[bytes]) -> Iterator[Entry]:
        """The entries, one at a time. Empty lines are passed over."""
        read = LineReader().read
        try:
            for line in lines:
                self.lines += 1
                try:
                    entry = read(line)
                except NoRequestError:
                    self.empty += 1
                    continue
                except NotALineError as error:
                    if line.strip():
                        self._broken(line, str(error))
                    continue
                self.requests += 1
                if not entry.host:
                    self.without_host += 1
                yield entry
        except LogEndsError as error:
            self.ended = str(error)

    def _broken(self, line: bytes, problem: str) -> None:
        self.broken += 1
        if len(self.first_broken) < SHOWN:
            found = ("", "longer than 64 KiB") if line is TOO_LONG else (shown_line(line), problem)
            self.first_broken.append(BrokenLine(self.lines, *found))
