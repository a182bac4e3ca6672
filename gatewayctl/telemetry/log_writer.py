"""Writes access-log lines without ever holding up traffic.

Lines gather in memory for a moment and go to a thread in large pieces; the thread does nothing but write. When it
cannot keep up (a full disk, a stopped pipe), lines over 1 MiB are dropped and counted, never waited for. A file is
opened for appending and reopened on request, so that rotation by renaming works.
"""

import os
import select
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final

MAX_PENDING: Final = 1 << 20
"""Bytes that may wait."""
PIECE: Final = 1 << 17
"""Bytes after which a piece is handed over."""
INTERVAL: Final = 0.1
"""Seconds after which it is handed over even if it is small."""

CallLater = Callable[[float, Callable[[], None]], object]


class LogWriter:
    """``open_sink`` gives a file descriptor; ``owned`` whether it is closed when the writer is done with it.

    ``write`` is for one thread, that of the event loop whose ``call_later`` is given. ``dropped`` counts lines that were
    given up, ``error`` is the last problem in words, empty while all is well.
    """

    __slots__ = (
        "_call_later",
        "_closed",
        "_failed",
        "_gathered",
        "_handed",
        "_lines",
        "_open_sink",
        "_owned",
        "_pieces",
        "_refused",
        "_scheduled",
        "_thread",
        "_written",
        "error",
    )

    def __init__(self, open_sink: Callable[[], int], *, owned: bool, call_later: CallLater) -> None:
        self._open_sink = open_sink
        self._owned = owned
        self._call_later = call_later
        self._lines: list[bytes] = []
        self._gathered = 0
        self._handed = 0
        self._written = 0
        self._scheduled = False
        self._closed = False
        self._pieces: SimpleQueue[bytes | str] = SimpleQueue()
        self._refused = 0  # by write, counted in its thread
        self._failed = 0  # by the sink, counted in ours
        self.error = ""
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    @classmethod
    def to_file(cls, path: str, call_later: CallLater) -> "LogWriter":
        """Appends to a file, made with mode 0640 if it is not there. Raises OSError if it cannot be opened."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe nobody reads is an error
        os.close(os.open(path, flags, 0o640))
        return cls(lambda: os.open(path, flags, 0o640), owned=True, call_later=call_later)

    @classmethod
    def to_descriptor(cls, descriptor: int, call_later: CallLater) -> "LogWriter":
        """Writes to an open descriptor (standard output or error) and leaves it open."""
        return cls(lambda: descriptor, owned=False, call_later=call_later)

    @property
    def dropped(self) -> int:
        """Lines that were given up. Two counters, so that neither thread overwrites what the other has counted."""
        return self._refused + self._failed

    def write(self, line: bytes) -> None:
        """Takes a line with its line end, or several."""
        if self._closed:
            self._refused += line.count(b"\n")
            return
        size = self._gathered + len(line)
        self._gathered = size
        self._lines.append(line)
        if size >= PIECE:
            self._hand_over()
        elif not self._scheduled:
            self._scheduled = True
            self._call_later(INTERVAL, self._on_interval)

    def reopen(self) -> None:
        """Opens the file anew before the next write."""
        self._hand_over()
        self._pieces.put("reopen")

    def close(self, timeout: float = 2.0) -> None:
        """Writes what waits, for at most ``timeout`` seconds, and ends."""
        if not self._closed:
            self._hand_over()
            self._closed = True
            self._pieces.put("end")
            self._thread.join(timeout)

    def _on_interval(self) -> None:
        self._scheduled = False
        if self._lines and not self._closed:
            self._hand_over()

    def _hand_over(self) -> None:
        lines, size = self._lines, self._gathered
        if not lines:
            return
        self._lines, self._gathered = [], 0
        if self._closed or self._handed - self._written + size > MAX_PENDING:
            self._refused += sum(line.count(b"\n") for line in lines)
            return
        self._handed += size
        self._pieces.put(b"".join(lines))

    def _run(self) -> None:
        descriptor, torn = -1, False
        while True:
            piece = self._pieces.get()
            if isinstance(piece, str):
                if self._owned and descriptor >= 0:
                    self._close(descriptor)
                    descriptor, torn = -1, False
                if piece == "end":
                    return
                continue
            data, done = piece, 0
            try:
                if descriptor < 0:
                    descriptor = self._open_sink()
                if torn:  # the half of a line is there already: it ends here
                    _write(descriptor, b"\n")
                    torn = False
                while done < len(data):
                    done += _write(descriptor, memoryview(data)[done:])
                self.error = ""
            except OSError as problem:
                self._failed += data.count(b"\n", done)
                torn = torn or (done > 0 and data[done - 1] != 0x0A)
                self.error = f"{problem.strerror or problem}"
            self._written += len(data)

    def _close(self, descriptor: int) -> None:
        """A close can fail on a network file system; the log goes on all the same."""
        try:
            os.close(descriptor)
        except OSError as problem:
            self.error = f"{problem.strerror or problem}"


def _write(descriptor: int, data: bytes | memoryview) -> int:
    """How many bytes went out, waiting for room where the descriptor does not block (standard output may be shared so)."""
    while True:
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            room = select.poll()
            room.register(descriptor, select.POLLOUT)
            room.poll()
