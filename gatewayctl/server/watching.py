"""Notices when the files of a configuration change: events where the file system sends them, a hash where it does not.

Directories are watched, not files, since editors rename and Kubernetes swaps links. A hash of the contents is compared
every two seconds as well, for network file systems, and decides in the end whether anything has really changed.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from watchfiles import awatch

from gatewayctl.server.seen import Seen
from gatewayctl.server.trails import Trails, trails

POLL: Final = 2.0
"""Seconds between two looks at the contents."""
SETTLE: Final = 0.05
"""Seconds that the contents must have stayed the same: a half-written file is not read."""
_ROUNDS: Final = 40
"""How often it is waited for that; a file that never stays the same is read as it is."""
_NOWHERE: Final = Trails(frozenset(), frozenset(), frozenset())


class Watcher:
    """Calls ``changed`` (not a coroutine) after the files' contents have changed and settled."""

    def __init__(self, changed: Callable[[], None], problem: Callable[[str], None]) -> None:
        self._changed = changed
        self._problem = problem
        self._said = ""
        self._seen = Seen()
        self._trails = _NOWHERE
        self._moved = asyncio.Event()
        self._looking = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    def watch(self, seen: Seen) -> None:
        """Watches for anything else than this from now on. What changed after it was seen counts as a change."""
        self._seen = seen

    def start(self) -> None:
        """Begins."""
        self._tasks = [asyncio.create_task(self._poll()), asyncio.create_task(self._events())]

    async def stop(self) -> None:
        """Ends; nothing is called any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL)
            await self._look()
            if await asyncio.to_thread(trails, self._seen) != self._trails:
                self._moved.set()

    async def _events(self) -> None:
        while True:
            self._moved.clear()
            self._trails = trails_now = await asyncio.to_thread(trails, self._seen)
            folders = sorted({folder for folder, _, _ in trails_now.folders})
            if not folders:
                await self._moved.wait()
                continue
            try:
                async for _ in awatch(
                    *folders,
                    watch_filter=lambda _, path, matter=trails_now.matter: matter(path),  # type: ignore[misc]
                    recursive=False,
                    debounce=400,  # milliseconds; only where events never cease, as beside a log, is it waited so long
                    step=20,
                    stop_event=self._moved,
                ):
                    await self._look()
            except OSError as error:
                self._say(f"the system sends no events about the configuration's files ({error.strerror or error})")
                await self._moved.wait()

    def _say(self, problem: str) -> None:
        if problem != self._said:
            self._said = problem
            self._problem(f"{problem}; they are looked at every {POLL:.0f} s instead")

    async def _look(self) -> None:
        async with self._looking:
            now = await asyncio.to_thread(self._seen.again)
            if now == self._seen:
                return
            for _ in range(_ROUNDS):
                await asyncio.sleep(SETTLE)
                again = await asyncio.to_thread(now.again)
                if again == now:
                    break
                now = again
            if now != self._seen:
                self._seen = now
                self._changed()
