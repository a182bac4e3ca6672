"""A log writer under test: its timer in the test's hand, its lines numbered, its end made sure of."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gatewayctl.telemetry.log_writer import LogWriter
from tests.support.waiting import wait_for


class Timer:
    """Stands in for the event loop's ``call_later``: nothing is called before ``fire``."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, seconds: float, callback: Callable[[], None]) -> object:
        self.waiting.append(callback)
        return callback

    def fire(self) -> None:
        """The time of all that wait has come."""
        due, self.waiting = self.waiting, []
        for callback in due:
            callback()


def numbered(numbers: range, width: int = 64) -> list[bytes]:
    """Lines of ``width`` bytes that begin with their number, so that a torn one shows."""
    return [b"%08d " % number + b"." * (width - 10) + b"\n" for number in numbers]


def numbers_in(data: bytes, width: int = 64) -> list[int]:
    """The numbers of the lines in ``data``, each of which must be whole."""
    lines = data.splitlines(keepends=True)
    found = [int(line[:8]) for line in lines]
    assert lines == [numbered(range(n, n + 1), width)[0] for n in found], "a line is torn"
    return found


@contextmanager
def closing(writer: LogWriter) -> Iterator[LogWriter]:
    """Ends the writer and its thread, whatever the test has come to."""
    try:
        yield writer
    finally:
        writer.close()
        wait_for(lambda: not writer._thread.is_alive(), "the writer's thread has ended")


class Pipe:
    """A pipe to write a log to. Nobody reads from it before ``read_along``."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self._got = bytearray()
        self._along: threading.Thread | None = None

    def __enter__(self) -> "Pipe":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        if self._along is not None:
            self._along.join(30)
        self.stop_reading()

    def read_along(self) -> None:
        """Reads what comes from now on, in a thread; ``rest`` gives it."""
        self._along = threading.Thread(target=self._read, daemon=True)
        self._along.start()

    def _read(self) -> None:
        while some := os.read(self.reader, 7777):
            self._got += some

    def end(self) -> None:
        """Closes the writing end, so that a reader comes to the end."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    def stop_reading(self) -> None:
        """Closes the reading end: from now on writing fails."""
        if self.reader >= 0:
            os.close(self.reader)
            self.reader = -1

    def rest(self) -> bytes:
        """All that came, once the writing end is closed; ``read_along`` must have been called."""
        self.end()
        assert self._along is not None
        self._along.join(30)
        assert not self._along.is_alive()
        return bytes(self._got)


def content(path: Path) -> bytes:
    """What the file holds; nothing if there is none."""
    return path.read_bytes() if path.exists() else b""
