"""Listening sockets for several workers, made and kept by the supervisor, so that nothing queued is lost with a worker.

Each worker gets a TCP socket of its own (SO_REUSEPORT): the kernel spreads connections over them, none wakes another's
worker. A unix socket cannot be had twice, and is shared.
"""

import socket
import sys
from typing import Final

from gatewayctl.server.sockets import BACKLOG

_SPREADS: Final = sys.platform == "linux"
"""Elsewhere SO_REUSEPORT does not spread connections; the workers then share one socket."""


def spread(first: socket.socket, workers: int) -> list[socket.socket]:
    """The sockets of one address, one a worker. ``first`` listens on it, and was made without SO_REUSEPORT.

    That it could be made shows that nobody else listens there; only then is it opened to the others. A second gateway
    therefore still fails to make its first one, while ours are there. Raises OSError.
    """
    if first.family not in {socket.AF_INET, socket.AF_INET6} or not _SPREADS:
        return [first] * workers
    first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sockets = [first]
    try:
        while len(sockets) < workers:
            sockets.append(_another(first))
    except OSError:
        for sock in sockets[1:]:
            sock.close()
        raise
    return sockets


def _another(first: socket.socket) -> socket.socket:
    sock = socket.socket(first.family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if first.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(first.getsockname())
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock
