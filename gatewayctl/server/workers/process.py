"""One worker process as the supervisor has it: started, spoken to, its log lines and last words read, its end noticed."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from enum import Enum
from typing import Any, Final

from gatewayctl.server.compiling import environment
from gatewayctl.server.workers import messages
from gatewayctl.server.workers.channel import Channel
from gatewayctl.server.workers.lines import Lines
from gatewayctl.server.workers.order import Order
from gatewayctl.server.workers.totals import Tally
from gatewayctl.state.shared.owners import Owners

_WAIT: Final = 1.0
"""Seconds that a process which has hung up may take to end."""


class State(Enum):
    """Where it is in its life."""

    STARTING = "starting"
    SERVING = "serving"
    ENDED = "ended"


class WorkerProcess:
    """``on_message(self, message)`` is told what it says, ``on_end(self)`` that it has ended; ``log`` takes its lines.

    ``generation`` is the one it has in force, 0 before the first; ``sent`` the one it was sent last, ``prepared`` the one
    it has bound last, ``refused`` why it could not; ``told`` the last ``Tell`` that it has answered; ``silent`` counts the
    supervisor's looks since it was heard last.
    """

    def __init__(
        self,
        index: int,
        *,
        on_message: "Callable[[WorkerProcess, object], None]",
        on_end: "Callable[[WorkerProcess], None]",
        log: Callable[[bytes], None],
    ) -> None:
        self.index = index
        self.state = State.STARTING
        self.generation = 0
        self.sent = 0
        self.prepared = 0
        self.refused = ""
        self.told = 0
        self.served = False
        self.silent = 0
        self.killed_for = ""
        self.started_at = time.time()
        self.tally = Tally()
        self.ended: messages.Ended | None = None
        self._on_message = on_message
        self._on_end = on_end
        self._log = log
        self._closing: asyncio.Task[None] | None = None

    def start(
        self,
        sockets: list[socket.socket],
        secure: list[tuple[str, int]],
        board: int,
        owners: Owners,
        hash_seed: str,
        terminals: list[str],
    ) -> None:
        """Starts it. ``hash_seed`` is that of all workers, so that they find each other's keys. Raises OSError."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        log_reading, log_writing = os.pipe()
        try:
            order = Order(
                index=self.index,
                workers=owners.count - 1,
                channel=theirs.fileno(),
                log=log_writing,
                board=board,
                owners=owners.descriptor,
                sockets=[sock.fileno() for sock in sockets],
                secure=secure,
                terminals=terminals,
            )
            self._process = subprocess.Popen(
                # -P: a module that happens to lie in the working directory is none of ours
                [sys.executable, "-P", "-m", "gatewayctl.server.workers.worker", json.dumps(asdict(order))],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[order.channel, order.log, order.board, order.owners, *order.sockets],
                env=environment() | {"PYTHONHASHSEED": hash_seed},
            )
        except OSError:
            ours.close()
            os.close(log_reading)
            raise
        finally:
            theirs.close()
            os.close(log_writing)
        self._channel = Channel(loop, ours, self._hear, self._hung_up)
        self._lines = Lines(loop, log_reading, self._log)
        assert self._process.stderr is not None
        self._words = Lines(loop, os.dup(self._process.stderr.fileno()), self._remember)
        self._process.stderr.close()
        self._last_words = b""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """As ``subprocess`` has it: below zero for a signal."""
        return self._process.returncode

    @property
    def name(self) -> str:
        """As the log calls it."""
        return f"worker {self.index + 1} (pid {self.pid})"

    def send(self, message: object, *descriptors: int) -> None:
        """Says something to it; nothing happens where it is gone."""
        self._channel.send(message, descriptors)

    def kill(self, why: str) -> None:
        """Ends it at once; ``why`` is said when it has ended."""
        self.killed_for = self.killed_for or why
        self._process.send_signal(signal.SIGKILL)

    def how_it_ended(self) -> str:
        """In a few words."""
        if self.killed_for:
            return self.killed_for
        code = self._process.returncode
        if code == -signal.SIGKILL:
            return "was ended by signal 9, as the system does when memory runs out"
        if code is not None and code < 0:
            return f"was ended by signal {-code} ({signal.Signals(-code).name})"
        return f"ended by itself with status {code}"

    def last_words(self) -> dict[str, Any]:
        """What it wrote to standard error at last, as a fact for the log; empty where it said nothing."""
        said = self._last_words.decode(errors="replace").strip()
        return {"said": said} if said else {}

    def _hear(self, message: object, descriptors: list[int]) -> None:
        self.silent = 0
        if isinstance(message, messages.Ended):
            self.ended = message
        self._on_message(self, message)

    def _remember(self, lines: bytes) -> None:
        self._last_words = (self._last_words + lines)[-4096:]

    def _hung_up(self) -> None:
        """Its end of the channel is closed: it has ended, or is ending."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._bury())

    async def _bury(self) -> None:
        await asyncio.to_thread(self._reap)
        if self._lines.finish():
            self.tally.newest.log_dropped += 1
        self._remember(self._words.finish())
        self.state = State.ENDED
        self._on_end(self)

    def _reap(self) -> None:
        try:
            self._process.wait(_WAIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
