"""When a worker is started again: at once if it had served; with pauses, and not for ever, if it ends before it serves.

A place that is given up for now leaves its listening sockets to a worker that lives, so that nobody waits in a queue that
nobody serves, and is tried again later.
"""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.workers import messages
from gatewayctl.server.workers.process import State, WorkerProcess

MOST_STARTS: Final = 5
"""Ends at start, one after the other, after which a place is given up."""
AGAIN_AFTER: Final = 60.0
"""Seconds until a place that was given up is tried again."""
PAUSE: Final = 0.1
"""Seconds before the second start in a row; twice as long before each further one."""
YOUNG: Final = 2.0
"""Seconds of life below which a worker that served is started again after ``PAUSE``, not at once."""
LOOK: Final = 1.0
"""Seconds between two looks at who is silent."""
SILENT: Final = 5
"""Looks after which a worker that has served hangs; it says something every second."""
SILENT_AT_START: Final = 30
"""The same for one that has not said anything yet."""


class Places(Protocol):
    """The fleet as it is needed here."""

    @property
    def serving(self) -> list[WorkerProcess]: ...
    def start_worker(self, index: int) -> None: ...
    def sockets_of(self, index: int) -> list[socket.socket]: ...
    def wake(self) -> None: ...


class Replacing:
    """``failure`` says why the gateway cannot start; ``restarts`` counts by place."""

    def __init__(self, places: Places, gateway: Gateway, count: int, lost: Callable[[], None]) -> None:
        self._places = places
        self._gateway = gateway
        self._lost = lost
        self._failed = [0] * count
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._deputies: dict[int, WorkerProcess | None] = {}
        self._stopped = False
        self._kills = oom_kills()
        self.restarts = [0] * count
        self.failure = ""
        self.started = False

    def serves(self, worker: WorkerProcess) -> None:
        """It has a generation in force."""
        index = worker.index
        self._failed[index] = 0
        deputy = self._deputies.pop(index, None)
        if deputy is not None:
            deputy.send(messages.GiveBack(index))
        if self.started and not worker.served:  # a reload is told once, not by each worker
            self._event("info", f"{worker.name} serves")
        self._appoint()

    def ended(self, worker: WorkerProcess) -> None:
        """It has ended, and nobody had asked it to."""
        how = worker.how_it_ended()
        if worker.returncode == -signal.SIGKILL and not worker.killed_for and self._memory_ran_out():
            how = "was ended by the system: memory ran out"
        if not worker.served:
            self._not_started(worker.index, f"{worker.name} {how}", worker.last_words())
            return
        self.restarts[worker.index] += 1
        connections = worker.tally.newest.connections
        lost = {"connections": connections} if connections else {}
        self._event("error", f"{worker.name} {how}; it is replaced", **lost, **worker.last_words())
        young = time.time() - worker.started_at < YOUNG
        self._start(worker.index, after=PAUSE if young else 0.0)
        self._appoint()

    def not_started(self, index: int, why: str) -> None:
        """Its process could not even be made."""
        self._not_started(index, f"worker {index + 1} could not be started: {why}", {})

    def _not_started(self, index: int, what: str, facts: dict[str, object]) -> None:
        self._failed[index] += 1
        failed = self._failed[index]
        if failed < MOST_STARTS:
            self._event("error", f"{what} before it served; it is started again", **facts)
            self._start(index, after=PAUSE * 2 ** (failed - 1))
            return
        said = f", and said: {facts['said']}" if facts.get("said") else ""
        if not self.started:
            self.failure = f"{what} before it served, the {failed}th time in a row{said}"
            self._places.wake()
        elif self._places.serving:
            self._event(
                "error",
                f"{what} before it served, the {failed}th time in a row: the others go on without it",
                **facts,
                next=f"it is tried again in {AGAIN_AFTER:.0f} s, and with the next reload",
            )
            self._deputies[index] = None
            self._appoint()
            self._start(index, after=AGAIN_AFTER)
        else:
            self._event(
                "error", f"{what} before it served, the {failed}th time in a row, and no worker is left", **facts
            )
            self._lost()

    def try_again(self) -> None:
        """A new generation may have mended what kept workers from starting."""
        for index in self._deputies:
            self._start(index, after=0.0)

    def look(self, workers: Sequence[WorkerProcess], *, late: bool) -> None:
        """Ends those that hang."""
        for worker in workers:
            worker.silent = 0 if late else worker.silent + 1
            if worker.silent > (SILENT if worker.served else SILENT_AT_START) and not worker.killed_for:
                worker.kill(f"did not answer for {worker.silent * LOOK:.0f} s and was killed")

    def state_of(self, worker: WorkerProcess) -> str:
        """For ``status``: ``starting``, ``serving``, ``ended``, or ``failed`` for a place that was given up for now."""
        return "failed" if worker.index in self._deputies else worker.state.value

    def stop(self) -> None:
        """Nothing is started any more."""
        self._stopped = True
        for timer in self._timers.values():
            timer.cancel()

    def _start(self, index: int, *, after: float) -> None:
        if self._stopped:
            return
        if index in self._timers:
            self._timers.pop(index).cancel()
        if after:
            self._timers[index] = asyncio.get_running_loop().call_later(after, self._places.start_worker, index)
        else:
            self._places.start_worker(index)

    def _appoint(self) -> None:
        """Somebody who serves accepts for each place that was given up."""
        for index, deputy in self._deputies.items():
            if deputy is None or deputy.state is not State.SERVING:
                chosen = next(iter(self._places.serving), None)
                self._deputies[index] = chosen
                if chosen is not None:
                    for sock in self._places.sockets_of(index):
                        chosen.send(messages.TakeOver(index), sock.fileno())

    def _memory_ran_out(self) -> bool:
        before, self._kills = self._kills, oom_kills()
        return self._kills > before

    def _event(self, level: str, message: str, **facts: object) -> None:
        self._gateway.reporter.event(level, message, **facts)


def oom_kills() -> int:
    """How many processes the system has ended for want of memory since it was started; 0 where it does not say."""
    try:
        with open("/proc/vmstat", encoding="ascii") as file:  # noqa: PTH123
            return next((int(line.split()[1]) for line in file if line.startswith("oom_kill ")), 0)
    except (OSError, ValueError):
        return 0
