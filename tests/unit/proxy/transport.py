"""An event loop on a clock that only the test moves, and transports whose other end is the test.

They keep what asyncio promises and uvloop insists on: ``pause_writing`` comes during the ``write`` that overfills the
buffer, ``connection_lost`` never during ``close`` or ``abort``, nothing is read while reading is paused, and writing
after ``write_eof`` or to a connection that is lost is an error.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

HIGH_WATER = 64 * 1024
LOW_WATER = 16 * 1024


class Runaway(AssertionError):  # noqa: N818
    """The code under test asks for the time again and again without end."""


class Clock:
    """Seconds; stands still until it is told to go on. Asking it a million times is a loop that never ends."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now
        self.asked = 0

    def __call__(self) -> float:
        self.asked += 1
        if self.asked > 1_000_000:
            raise Runaway("a loop without end")
        return self.now


class Loop(asyncio.SelectorEventLoop):
    """Runs what is ready, and timers as the clock says. ``connect`` decides what becomes of outgoing connections."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._test_clock = clock
        self.connect: Callable[[Callable[[], asyncio.Protocol], str, int], Awaitable[Any]]
        self.problems: list[str] = []
        self.set_exception_handler(self._note)

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.problems.append(f"{context.get('message')}: {context.get('exception')!r}")

    def time(self) -> float:
        return self._test_clock.now

    async def create_connection(self, protocol_factory: Any, host: Any = None, port: Any = None, **_: Any) -> Any:
        return await self.connect(protocol_factory, host, port)

    def settle(self, rounds: int = 6) -> None:
        """Runs whatever is ready, and what that makes ready, a few times over."""
        for _ in range(rounds):
            self.call_soon(self.stop)
            self.run_forever()


class Transport(asyncio.Transport):
    """What a protocol writes to. ``got`` is what has reached the peer, which takes all at once unless it is ``stalled``.

    ``dead``: nothing goes in or out any more; ``lost``: the protocol has been told.
    """

    def __init__(
        self, loop: Loop, protocol: asyncio.Protocol, peername: object = None, sock: socket.socket | None = None
    ) -> None:
        super().__init__({"peername": peername, "socket": sock})
        self._loop = loop
        self.protocol = protocol
        self.got = bytearray()
        self.writes = 0
        self.stalled = False
        self.reading = True
        self.closing = False
        self.dead = False
        self.lost = False
        self.aborted = False
        self.eof_written = False
        self.ended = False
        self._buffer = bytearray()
        self._full = False
        self._waiting: deque[bytes | None] = deque()
        self._delivering = False
        protocol.connection_made(self)

    # ── the protocol's side ───────────────────────────────────────────

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self.lost:
            raise RuntimeError("write to a connection that is lost")
        if self.eof_written:
            raise RuntimeError("write after write_eof")
        assert isinstance(data, bytes | bytearray | memoryview), type(data)
        if not data or self.dead:
            return
        self.writes += 1
        self._buffer += data
        if not self.stalled:
            self._flush(len(self._buffer))
        elif len(self._buffer) > HIGH_WATER and not self._full:
            self._full = True
            self.protocol.pause_writing()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        if self.lost:
            raise RuntimeError("write_eof on a connection that is lost")
        self.eof_written = True
        self._emptied()

    def can_write_eof(self) -> bool:
        return True

    def pause_reading(self) -> None:
        if not self.closing:
            self.reading = False

    def resume_reading(self) -> None:
        if not self.closing and not self.reading:
            self.reading = True
            self._loop.call_soon(self._deliver)

    def is_reading(self) -> bool:
        return self.reading and not self.closing

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return len(self._buffer)

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            self._emptied()

    def abort(self) -> None:
        self.aborted = True
        self._lose(None)

    # ── the peer's side ───────────────────────────────────────────────

    def deliver(self, data: bytes | None) -> None:
        """The peer sends ``data``; None is the end of its direction. Waits while reading is paused."""
        self._waiting.append(data)
        self._deliver()

    @property
    def undelivered(self) -> int:
        """Bytes that the peer has sent and the protocol has not taken."""
        return sum(len(data) for data in self._waiting if data is not None)

    def drain(self, size: int | None = None) -> None:
        """The peer reads so many bytes, or everything from now on."""
        if size is None:
            self.stalled = False
            size = len(self._buffer)
        self._flush(size)

    def reset(self, error: Exception | None = None) -> None:
        """The peer (or the network) breaks the connection."""
        self._waiting.clear()
        self._lose(error or ConnectionResetError(104, "Connection reset by peer"))

    # ── inside ────────────────────────────────────────────────────────

    def _deliver(self) -> None:
        if self._delivering:
            return
        self._delivering = True
        try:
            while self._waiting and self.reading and not self.closing:
                data = self._waiting.popleft()
                if data is not None:
                    self._tell(self.protocol.data_received, data)
                elif not self._tell(self.protocol.eof_received):
                    self.close()
                else:
                    self.reading = False
        finally:
            self._delivering = False

    def _tell(self, callback: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return callback(*arguments)
        except Runaway:
            raise
        except Exception as error:
            self._loop.call_exception_handler({"message": "a protocol raised", "exception": error})
            self._lose(error)
            return True

    def _flush(self, size: int) -> None:
        self.got += self._buffer[:size]
        del self._buffer[:size]
        if self._full and len(self._buffer) <= LOW_WATER:
            self._full = False
            self.protocol.resume_writing()
        self._emptied()

    def _emptied(self) -> None:
        if self._buffer or self.dead:
            return
        if self.eof_written:
            self.ended = True
        if self.closing:
            self._lose(None)

    def _lose(self, error: Exception | None) -> None:
        if self.dead:
            return
        self.closing = self.dead = True
        self._buffer.clear()
        self._loop.call_soon(self._told, error)

    def _told(self, error: Exception | None) -> None:
        self.lost = True
        protocol, self.protocol = self.protocol, asyncio.Protocol()  # as asyncio does, so that no cycle is left of ours
        protocol.connection_lost(error)
