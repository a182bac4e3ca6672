"""A real dnsmasq on a loopback port of its own, whose records the test writes and changes."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from tests.support.processes import bound_to_us
from tests.support.waiting import wait_for


def find_dnsmasq() -> str | None:
    """The path of dnsmasq, None where it is not installed."""
    return shutil.which("dnsmasq", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


class _PortTaken(AssertionError):  # noqa: N818
    pass


def _free_port() -> int:
    """A port that is free for UDP and TCP at the moment."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            return int(tcp.getsockname()[1])


class DnsServer:
    """``records(...)`` replaces everything it knows: lines of dnsmasq's configuration. ``ttl`` holds for all, in seconds."""

    def __init__(self, directory: Path, binary: str, *, ttl: int = 0) -> None:
        self._directory, self._binary, self._ttl = directory, binary, ttl
        self.port = _free_port()
        self._started = False
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (directory / "dnsmasq.log").open("ab")

    def records(self, *lines: str) -> None:
        """Serves these and nothing else from now on: ``host-record=a.internal,127.0.0.2``, ``srv-host=…``."""
        self.stop()
        for _ in range(5):
            try:
                self._start(lines)
            except _PortTaken:  # by somebody else since it was free; later it has to be this one
                if self._started:
                    raise
                self.port = _free_port()
            else:
                self._started = True
                return
        raise AssertionError("no port for dnsmasq")

    @property
    def address(self) -> str:
        """Where it answers, once it has been given records."""
        return f"127.0.0.1:{self.port}"

    def _start(self, lines: tuple[str, ...]) -> None:
        config = self._directory / "dnsmasq.conf"
        config.write_text(
            "\n".join(
                (
                    *("keep-in-foreground", "no-resolv", "no-hosts", "bind-interfaces", "listen-address=127.0.0.1"),
                    *(f"port={self.port}", f"local-ttl={self._ttl}", "pid-file", "user=", "local=/internal/"),
                    *lines,
                )
            )
            + "\n"
        )
        self._process = subprocess.Popen(
            bound_to_us([self._binary, f"--conf-file={config}"]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
            start_new_session=True,
        )
        wait_for(self._answers, "dnsmasq answers")

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            said = (self._directory / "dnsmasq.log").read_text()
            raise (_PortTaken if "Address already in use" in said else AssertionError)("dnsmasq ended\n" + said)
        question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04none\x08internal\x00\x00\x01\x00\x01"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.5)
            sock.connect(("127.0.0.1", self.port))
            try:
                sock.send(question)
                return sock.recv(512)[:2] == b"\x12\x34"
            except OSError:
                return False

    def stop(self) -> None:
        """Answers no more."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)

    def close(self) -> None:
        """Ends for good."""
        self.stop()
        self._log.close()
