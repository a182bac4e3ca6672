"""systemd's notify protocol (sd_notify(3)): ready, reloading, stopping, a line of status, and the watchdog.

Datagrams to the socket that ``NOTIFY_SOCKET`` names. Where there is none, nothing is sent; where it cannot be written,
the gateway goes on all the same.
"""

import asyncio
import os
import socket
import time
from collections.abc import Mapping
from typing import Final

VARIABLES: Final = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
"""They are meant for this process, not for its children."""


class Notifier:
    """``problem`` is what kept the last message from being sent, empty while all is well."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        path = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self.problem = ""
        self.watchdog_interval = _watchdog(environ) if path else 0.0
        """Seconds between two signs of life; 0 where nobody waits for them."""

    def ready(self, status: str) -> None:
        """It serves, or serves again after a reload."""
        self._send("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """A reload begins; ``ready`` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self, status: str) -> None:
        """The end has begun."""
        self._send("STOPPING=1", f"STATUS={status}")

    async def watch(self) -> None:
        """Signs of life, for as long as the event loop turns. Returns at once where nobody waits for them."""
        while self.watchdog_interval:
            self._send("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_interval)

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.sendto("\n".join(line.replace("\n", " ") for line in lines).encode(), self._address)
        except OSError as error:
            self.problem = error.strerror or str(error)
        else:
            self.problem = ""


def _watchdog(environ: Mapping[str, str]) -> float:
    """Half of what the service manager waits, as sd_watchdog_enabled(3) asks for; 0 where it waits for another process."""
    usec, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not usec.isdecimal() or (pid and pid != str(os.getpid())):
        return 0.0
    return int(usec) / 2e6
