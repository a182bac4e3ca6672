"""Messages between the supervisor and a worker: pickled objects over a pair of unix sockets, descriptors alongside.

Both ends are this very program. Sending never blocks: what the other end does not take yet waits in memory.
"""

import array
import asyncio
import os
import pickle
import socket
import struct
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from gatewayctl.server.draining import unless

_HEADER: Final = struct.Struct(">IB")
"""Bytes of the message, and how many descriptors came with it."""
_READ: Final = 1 << 18
_MOST_DESCRIPTORS: Final = 8

OnMessage = Callable[[object, list[int]], None]


class Channel:
    """One end. ``on_message(message, descriptors)`` is called for each message, ``on_end()`` once the other end is gone.

    Whoever takes a message takes its descriptors over. It comes without any where this process has no room for them all.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, sock: socket.socket, on_message: OnMessage, on_end: Callable[[], None]
    ) -> None:
        sock.setblocking(False)
        self._loop = loop
        self._sock = sock
        self._on_message = on_message
        self._on_end = on_end
        self._received = bytearray()
        self._descriptors: deque[list[int]] = deque()
        """Those of each message that has some, as far as they could be had."""
        self._waiting: deque[tuple[memoryview, list[int]]] = deque()
        self._closed = False
        self._flushed = asyncio.Event()
        loop.add_reader(sock, self._readable)

    def send(self, message: object, descriptors: Sequence[int] = ()) -> None:
        """Sends it, with copies of ``descriptors`` (at most 8). Where the other end is gone, ``on_end`` is called instead."""
        if self._closed:
            return
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        copies = [os.dup(descriptor) for descriptor in descriptors]
        self._waiting.append((memoryview(_HEADER.pack(len(data), len(copies)) + data), copies))
        if len(self._waiting) == 1:
            self._writable()

    async def flush(self, within: float) -> None:
        """Waits until all is sent, at most ``within`` seconds."""
        self._flushed.clear()
        if self._waiting:
            await unless(self._flushed, within)

    def close(self) -> None:
        """Ends it; nothing is called any more."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._sock)
        self._loop.remove_writer(self._sock)
        self._sock.close()
        _close_all(
            [
                *(d for some in self._descriptors for d in some),
                *(d for _, descriptors in self._waiting for d in descriptors),
            ]
        )
        self._waiting.clear()
        self._descriptors.clear()

    def _writable(self) -> None:
        while self._waiting:
            data, descriptors = self._waiting[0]
            try:
                done = socket.send_fds(self._sock, [data], descriptors) if descriptors else self._sock.send(data)
            except (BlockingIOError, InterruptedError):
                self._loop.add_writer(self._sock, self._writable)
                return
            except OSError:
                self._end()
                return
            _close_all(descriptors)
            if done < len(data):
                self._waiting[0] = data[done:], []
            else:
                self._waiting.popleft()
        self._loop.remove_writer(self._sock)
        self._flushed.set()

    def _readable(self) -> None:
        try:
            data, ancillary, flags, _ = self._sock.recvmsg(
                _READ, socket.CMSG_LEN(_MOST_DESCRIPTORS * array.array("i").itemsize)
            )
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._end()
            return
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                found = array.array("i")
                found.frombytes(content[: len(content) - len(content) % found.itemsize])
                self._descriptors.append(list(found))
        if flags & socket.MSG_CTRUNC and not ancillary:  # not one of them
            self._descriptors.append([])
        if not data:
            self._end()
            return
        self._received += data
        self._deliver()

    def _deliver(self) -> None:
        while not self._closed and len(self._received) >= _HEADER.size:
            size, count = _HEADER.unpack_from(self._received)
            end = _HEADER.size + size
            if len(self._received) < end:
                return
            message = pickle.loads(self._received[_HEADER.size : end])  # noqa: S301 - from a process of our own
            del self._received[:end]
            descriptors = self._descriptors.popleft() if count else []
            if len(descriptors) < count:
                _close_all(descriptors)
                descriptors = []
            self._on_message(message, descriptors)

    def _end(self) -> None:
        if not self._closed:
            self.close()
            self._on_end()


def _close_all(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
