"""How busy the machine is, for tests of promises about time."""

import threading
import time
from types import TracebackType
from typing import Final

STEP: Final = 0.02


class Lateness:
    """How long this process was kept waiting, in all: what it asked to be woken after, and when it was."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Lateness":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(5)

    def _run(self) -> None:
        before = time.monotonic()
        while not self._stop.wait(STEP):
            now = time.monotonic()
            self.seconds += max(now - before - 1.5 * STEP, 0.0)
            before = now
