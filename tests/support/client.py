"""A raw client: it sends the very bytes it is given and reads what comes back with the strict reader."""

import socket
import struct
from types import TracebackType

from tests.support.http1 import IncompleteError, Response, Source, read_response
from tests.support.waiting import PATIENCE

Address = tuple[str, int]
LINGER_RESET = struct.pack("ii", 1, 0)


class Client:
    """One connection to the gateway. ``receive_buffer`` (bytes) makes a small window, for slow readers."""

    def __init__(self, address: Address | str, *, timeout: float = PATIENCE, receive_buffer: int = 0) -> None:
        family = (
            socket.AF_UNIX if isinstance(address, str) else socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        )
        self.socket = socket.socket(family)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        try:
            self.socket.connect(address)
            if family != socket.AF_UNIX:
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            self.socket.close()
            raise
        self.source = Source(more=self._more)
        self.was_reset = False

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def _more(self) -> bytes:
        try:
            return self.socket.recv(65536)
        except ConnectionResetError:
            self.was_reset = True
            return b""

    def send(self, *pieces: bytes) -> "Client":
        """Sends the pieces one by one. A peer that has closed is no error: what it said can still be read."""
        try:
            for piece in pieces:
                self.socket.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            self.was_reset = True
        return self

    def finish(self) -> "Client":
        """Says that nothing more will be sent, and goes on reading (half-close)."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.was_reset = True
        return self

    def reset(self) -> None:
        """Ends the connection with a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
        self.socket.close()

    def response(self, method: bytes = b"GET") -> Response:
        """The next final response; raises IncompleteError if the connection ends before one."""
        return read_response(self.source, method)

    def receive(self, count: int) -> bytes:
        """Exactly that many bytes, for what is no message: a tunnel, a stream watched piece by piece."""
        return self.source.exactly(count)

    def receive_until(self, mark: bytes) -> bytes:
        """The bytes up to and with ``mark``."""
        while mark not in self.source.buffer:
            if not self.source.pull():
                raise IncompleteError(f"{mark!r} never came", bytes(self.source.buffer))
        return self.source.take(self.source.buffer.index(mark) + len(mark))

    def expect_end(self) -> None:
        """The gateway has closed, or closes now, and says nothing more before it."""
        try:
            rest = self.source.rest()
        except TimeoutError:
            raise AssertionError("the connection is still open") from None
        assert rest == b"", f"bytes after the last response: {rest[:200]!r}"


def exchange(address: Address | str, *pieces: bytes, method: bytes = b"GET") -> Response:
    """One request on a connection of its own, and its final response."""
    with Client(address) as client:
        return client.send(*pieces).response(method)
