"""A log as entries: what is no line of one is counted, the first ones are kept to be shown, and the rest goes on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from gatewayctl.replay.entry import Entry, NoRequestError, NotALineError
from gatewayctl.replay.formats import LineReader
from gatewayctl.replay.lines import LogEndsError

SHOWN: Final = 3
"""Broken lines that are kept."""
_SHOWN_BYTES: Final = 80


@dataclass(slots=True)
class LogReading:
    """Counts while a log is read. ``requests`` are entries, ``broken`` lines are none of a known format, ``empty`` ones
    are about what was no request; ``ended`` says why the log could not be read to its end."""

    lines: int = 0
    requests: int = 0
    broken: int = 0
    empty: int = 0
    without_host: int = 0
    first_broken: list[tuple[int, str]] = field(default_factory=list)
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
                except NotALineError:
                    if line.strip():
                        self._broken(line)
                    continue
                self.requests += 1
                if not entry.host:
                    self.without_host += 1
                yield entry
        except LogEndsError as error:
            self.ended = str(error)

    def _broken(self, line: bytes) -> None:
        self.broken += 1
        if len(self.first_broken) < SHOWN:
            self.first_broken.append((self.lines, line[:_SHOWN_BYTES].decode(errors="replace")))
