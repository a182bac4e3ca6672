"""A real ZooKeeper on a loopback port of its own, with its data in a directory of the test."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from tests.support.processes import bound_to_us
from tests.support.waiting import wait_for

_JAR = Path("/usr/share/java/zookeeper.jar")
_CONFIG = """\
tickTime=200
minSessionTimeout=400
maxSessionTimeout=4000
dataDir={data}
clientPort={port}
clientPortAddress=127.0.0.1
admin.enableServer=false
4lw.commands.whitelist=ruok
maxClientCnxns=0
"""


def find_java() -> str | None:
    """The path of java, None where it or ZooKeeper is not installed."""
    return shutil.which("java") if _JAR.exists() else None


class ZooKeeper:
    """``start`` and ``stop`` as often as the test likes; the port and the data stay. ``address`` is for clients."""

    def __init__(self, directory: Path, java: str) -> None:
        self._java = java
        self._directory = directory
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._config = directory / "zoo.cfg"
        self._config.write_text(_CONFIG.format(data=directory / "data", port=self.port))
        self._log = (directory / "zookeeper.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Serves."""
        self._process = subprocess.Popen(
            bound_to_us(
                [
                    *(self._java, "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(_JAR)),
                    *("org.apache.zookeeper.server.ZooKeeperServerMain", str(self._config)),
                ]
            ),
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        wait_for(self._answers, "ZooKeeper answers", timeout=60)

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError("ZooKeeper ended\n" + (self._directory / "zookeeper.log").read_text()[-2000:])
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as sock:
                sock.sendall(b"ruok")
                return sock.recv(16) == b"imok"
        except OSError:
            return False

    def stop(self) -> None:
        """Is gone, as if it had been killed."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def close(self) -> None:
        """Ends for good."""
        self.stop()
        self._log.close()
