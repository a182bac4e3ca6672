"""A scriptable upstream: raw bytes out, every byte that comes in recorded.

Each connection has a thread. When the first byte of an exchange arrives, the thread calls the script that is set at
that moment; the script reads and writes as it likes and returns to keep the connection for another exchange. What
came in is kept per connection (``received``) and, where it was a whole and well-formed request, in ``requests``.
"""

import select
import socket
import threading
from collections.abc import Callable
from types import TracebackType

from tests.support.connection import Connection
from tests.support.http1 import IncompleteError, MalformedError, Request
from tests.support.waiting import PATIENCE, wait_for

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Script = Callable[[Connection], None]


class RawUpstream:
    """A server on a port of its own. Use it as a context manager or through the ``upstream`` fixture."""

    def __init__(self, host: str = "127.0.0.1", backlog: int = 128) -> None:
        self.lock = threading.RLock()
        self.recording = True
        self.closing = False
        self.script: Script = answer(OK)
        self.requests: list[Request] = []
        self.connections: list[Connection] = []
        self.failures: list[str] = []
        """What the gateway sent that was no HTTP, and what went wrong inside scripts."""
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((host, 0), backlog=backlog)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self.authority = f"{host}:{self.port}".encode()
        self._start(self._accept)

    def __enter__(self) -> "RawUpstream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        while not self.closing:
            if not poll.poll(100):
                continue
            try:
                sock, _ = self._listener.accept()
            except OSError:
                continue
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                connection = Connection(self, sock, len(self.connections))
                self.connections.append(connection)
            self._start(lambda c=connection: self._serve(c))  # type: ignore[misc]

    def _serve(self, connection: Connection) -> None:
        try:
            while not connection.ended.is_set():
                if not connection.source.buffer and not connection.source.pull():
                    return
                connection.busy = True
                connection.exchanges += 1
                self.script(connection)
                connection.busy = False
        except (IncompleteError, OSError):
            pass  # the gateway went away; tests that care look at what was received
        except MalformedError as error:
            self.failures.append(f"the gateway sent what is no HTTP: {error}; {bytes(connection.received)!r}")
        except AssertionError as error:
            self.failures.append(f"in the script of connection {connection.number}: {error}")
        finally:
            connection.busy = False
            connection.shut()
            connection.socket.close()

    def answer(self, *pieces: bytes) -> None:
        """From now on each request is read whole and answered with these bytes."""
        self.script = answer(*pieces)

    def settle(self) -> None:
        """Afterwards every byte that had been sent to this upstream before the call is in the records."""
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        wait_for(lambda: not poll.poll(0), "the upstream has accepted its connections")
        with self.lock:
            for connection in self.connections:
                connection.pull()

    def received(self) -> list[bytes]:
        """What came in since ``forget``, per connection that got anything."""
        self.settle()
        with self.lock:
            return [bytes(c.received) for c in self.connections if c.received]

    def forget(self) -> None:
        """Empties the records, ends what scripts still hold, and answers 200 again. Idle connections live on."""
        with self.lock:
            for connection in self.connections:
                if connection.busy:
                    connection.shut()
            self.connections = [c for c in self.connections if not c.ended.is_set()]
            for connection in self.connections:
                connection.received.clear()
                connection.exchanges = 0
            self.requests = []
            self.failures = []
            self.script = answer(OK)

    def idle(self) -> list[Connection]:
        """The connections that are open and wait for a request."""
        self.settle()
        return [c for c in self.connections if not c.busy and not c.ended.is_set()]

    def drop_idle(self) -> None:
        """Closes what the gateway keeps in its pool, so that the next request needs a new connection."""
        for connection in self.idle():
            connection.shut()

    def close(self) -> None:
        """Ends everything and gives the port back."""
        self.closing = True
        with self.lock:
            for connection in self.connections:
                connection.shut()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a script of the upstream does not end"
        self._listener.close()


def answer(*pieces: bytes) -> Script:
    """Reads a request and answers with these bytes, which must say themselves where they end."""

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.send(*pieces)

    return script


def answer_and_close(*pieces: bytes) -> Script:
    """Reads a request, answers with these bytes and closes."""

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.send(*pieces)
        connection.shut()

    return script


def answer_and_reset(*pieces: bytes) -> Script:
    """Reads a request, answers with these bytes and resets the connection."""

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.send(*pieces)
        connection.reset()

    return script


def answer_and_watch(*pieces: bytes) -> Script:
    """Reads a request, answers, and holds the connection until the gateway closes it."""

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.send(*pieces)
        connection.read_to_end()

    return script
