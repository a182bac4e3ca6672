"""Accepts connections: as many as ``max_connections`` allows, the others wait in the kernel's queue, unaccepted.

An own loop over readable listening sockets (instead of the event loop's servers) is what makes the bound exact and
lets running out of file descriptors be survived: accepting pauses and goes on.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Final

_BATCH: Final = 64
"""Connections taken from one socket before others get a turn."""
_PAUSE: Final = 0.2
"""Seconds without accepting after the process or the system has run out of descriptors."""


class Acceptor:
    """``enter`` makes a connection of the socket that a listener has accepted; ``room`` says how many
    more may be open now."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sockets: list[socket.socket],
        enter: Callable[[socket.socket, socket.socket], Awaitable[None]],
        *,
        room: Callable[[], int],
        on_problem: Callable[[OSError], None],
    ) -> None:
        self._loop = loop
        self._sockets = sockets
        self._enter = enter
        self._room = room
        self._on_problem = on_problem
        self._opening: set[asyncio.Task[None]] = set()
        self._accepting = False
        self._closed = False

    def start(self) -> None:
        """Begins to accept, or goes on after it has been full."""
        if not self._accepting and not self._closed:
            self._accepting = True
            for sock in self._sockets:
                self._loop.add_reader(sock, self._ready, sock)

    def pause(self) -> None:
        """Leaves new connections in the queue."""
        if self._accepting:
            self._accepting = False
            for sock in self._sockets:
                self._loop.remove_reader(sock)

    def close(self) -> None:
        """Accepts nothing any more and closes the listening sockets."""
        self.pause()
        self._closed = True
        for sock in self._sockets:
            sock.close()

    @property
    def opening(self) -> int:
        """Connections that are accepted and not yet set up."""
        return len(self._opening)

    def on_room(self) -> None:
        """A connection has ended: if accepting was paused for want of room, it goes on."""
        room = self._room()  # asked in any case: other processes see by it that a connection has ended here
        if room > 0 and not self._accepting and not self._closed:
            self.start()

    def accept_also(self, sockets: list[socket.socket]) -> None:
        """Accepts on these too; they are taken over."""
        accepting = self._accepting
        self.pause()
        self._sockets = [*self._sockets, *sockets]
        if accepting:
            self.start()

    def leave_alone(self, sockets: list[socket.socket]) -> None:
        """Accepts on these no more, and closes them; they stay open where another process has them too."""
        for sock in sockets:
            if self._accepting:
                self._loop.remove_reader(sock)
            self._sockets = [one for one in self._sockets if one is not sock]
            sock.close()

    def _ready(self, listener: socket.socket) -> None:
        for _ in range(_BATCH):
            if self._room() - len(self._opening) <= 0:
                self.pause()
                return
            try:
                sock, _ = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # no descriptors or memory; or the network below has a problem of its own
                self._on_problem(error)
                self.pause()
                self._loop.call_later(_PAUSE, self.on_room)
                return
            sock.setblocking(False)
            task = self._loop.create_task(self._open(listener, sock))
            self._opening.add(task)
            task.add_done_callback(self._opened)

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        if task.cancelled() or task.exception() is not None or not self._opening:
            self.on_room()  # one that came to nothing has left its room to another

    async def _open(self, listener: socket.socket, sock: socket.socket) -> None:
        try:
            await self._enter(listener, sock)
        except OSError:
            sock.close()  # the client was gone again before its connection was set up, or spoke no TLS
