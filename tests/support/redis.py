"""A real redis-server on a port of its own, in memory only; it can be killed, started again, and made to hang."""

import os
import signal
import socket
import subprocess
from pathlib import Path

from tests.support.processes import bound_to_us
from tests.support.waiting import wait_for


class RedisServer:
    """A running server. ``restart`` brings it back on the same port, with nothing in it."""

    def __init__(self, directory: Path, binary: str) -> None:
        self._directory = directory
        self._binary = binary
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        words = [
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--save",
            "",
            "--appendonly",
            "no",
            "--daemonize",
            "no",
        ]
        self.process = subprocess.Popen(
            bound_to_us([self._binary, *words]),
            cwd=self._directory,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(self.answers, "redis answers")
        return self.process

    def answers(self) -> bool:
        """Whether it answers a ping within a second."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                probe.sendall(b"PING\r\n")
                return probe.recv(16) == b"+PONG\r\n"
        except OSError:
            return False

    def command(self, *words: str) -> bytes:
        """The raw answer to one command."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as link:
            link.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w.encode()) for w in words))
            return link.recv(65536)

    def kill(self) -> None:
        """Ends it as a crash does."""
        self.process.kill()
        self.process.wait(10)

    def restart(self) -> None:
        """Starts it anew."""
        self._start()

    def hang(self) -> None:
        """From now on it takes connections (the kernel does) and says nothing."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """It goes on where it was."""
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Ends it, by its process id."""
        if self.process.poll() is None:
            self.go_on()
            self.kill()
