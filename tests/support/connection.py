"""One connection of the scriptable upstream: what scripts use to read and write, and what came in on it."""

import select
import socket
import threading
from typing import Protocol

from tests.support.client import LINGER_RESET
from tests.support.http1 import Request, Source, read_request, read_request_head
from tests.support.waiting import wait_for

_AT_ONCE = 1 << 20


class Owner(Protocol):
    """What a connection needs of the upstream it belongs to."""

    @property
    def lock(self) -> threading.RLock: ...
    @property
    def recording(self) -> bool: ...
    @property
    def closing(self) -> bool: ...
    @property
    def requests(self) -> list[Request]: ...


class Connection:
    """One connection that the gateway has opened. Scripts use it; tests look at ``received`` and ``ended``."""

    def __init__(self, upstream: Owner, sock: socket.socket, number: int) -> None:
        self.number = number
        self.socket = sock
        self.received = bytearray()
        self.sent = 0
        self.exchanges = 0
        self.busy = False
        self.ended = threading.Event()
        """Set when the gateway has closed or reset it, or this side has."""
        self.source = Source(more=self._more)
        self._upstream = upstream
        self._fresh = bytearray()
        self._at_end = False

    def __repr__(self) -> str:
        return f"<upstream connection {self.number}, {len(self.received)} bytes received, ended={self.ended.is_set()}>"

    def pull(self, most: int = 1 << 30) -> None:
        """Takes over what the kernel holds, without waiting and ``most`` bytes of it at most (a sender may never pause)."""
        with self._upstream.lock:
            while not self._at_end and len(self._fresh) < most:
                try:
                    data = self.socket.recv(1 << 18)
                except BlockingIOError:
                    return
                except OSError:
                    data = b""
                if not data:
                    self._at_end = True
                    self.ended.set()
                if self._upstream.recording:
                    self.received += data
                self._fresh += data

    def _more(self) -> bytes:
        while True:
            self.pull(_AT_ONCE)
            with self._upstream.lock:
                if self._fresh:
                    data = bytes(self._fresh)
                    self._fresh.clear()
                    return data
            if self._at_end or self._upstream.closing:
                return b""
            self._poll(select.POLLIN)

    def _poll(self, events: int) -> None:
        poll = select.poll()
        poll.register(self.socket, events)
        poll.poll(200)

    def read_head(self) -> Request:
        """The head of the request that is coming in; its body is left to be read."""
        return read_request_head(self.source)

    def read_request(self) -> Request:
        """A whole request, strictly read and put on record."""
        request = read_request(self.source)
        self._upstream.requests.append(request)
        return request

    def read(self, count: int) -> bytes:
        """Exactly that many bytes."""
        return self.source.exactly(count)

    def read_to_end(self) -> bytes:
        """All that comes until the gateway closes."""
        return self.source.rest()

    def send(self, *pieces: bytes) -> None:
        """Sends the pieces; raises OSError where the gateway has closed."""
        for piece in pieces:
            view = memoryview(piece)
            while view:
                try:
                    count = self.socket.send(view)
                except BlockingIOError:
                    if self._upstream.closing:
                        raise ConnectionAbortedError("the upstream is being closed") from None
                    self._poll(select.POLLOUT)
                    continue
                self.sent += count
                view = view[count:]

    def wait(self, event: threading.Event) -> None:
        """Holds the script until the test sets ``event``."""
        while not event.wait(0.05):
            if self._upstream.closing:
                return

    def shut(self) -> None:
        """Ends this side of the connection in good order, whatever the other side does."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended already, which is what was wanted
        self.ended.set()

    def reset(self) -> None:
        """Ends the connection with a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
        self.socket.close()
        self._at_end = True
        self.ended.set()

    def wait_end(self) -> None:
        """Until the gateway has closed it; what comes before that is recorded. An AssertionError if it stays open."""

        def over() -> bool:
            self.pull()
            return self.ended.is_set()

        wait_for(over, f"{self!r} is closed by the gateway")
