"""Listening sockets: opened and owned by us, so that a port that is taken is a clear message and nothing queued is lost."""

import errno
import os
import socket
import stat
from pathlib import Path
from typing import Final

from gatewayctl.plan.model import Listen

BACKLOG: Final = 4096


class ListenFailed(Exception):  # noqa: N818
    """An address that cannot be listened on: ``code`` of the diagnostic, ``help`` the way out."""

    def __init__(self, code: str, message: str, help: str) -> None:
        super().__init__(message)
        self.code = code
        self.help = help


def open_listeners(listen: Listen, *, mode: int = 0o666) -> list[socket.socket]:
    """The listening, non-blocking sockets of one address: one, or one for each address that a name resolves to.

    ``mode`` is that of a unix socket's file. Raises ListenFailed.
    """
    if listen.path:
        return [_unix(listen.path, mode)]
    try:
        found = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        why = error.strerror if isinstance(error, socket.gaierror) else "not a host name"
        raise ListenFailed(
            "E502",
            f'cannot resolve the listen host "{listen.host}": {why}',
            "write an IP address, or a name of this host",
        ) from None
    sockets: list[socket.socket] = []
    absent: ListenFailed | None = None
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            try:
                sockets.append(_tcp(socket.AddressFamily(family), address))
            except ListenFailed as error:
                if error.code != "E504":
                    raise
                absent = error  # "localhost" may name [::1] where there is no IPv6; its other addresses serve
    except ListenFailed:
        for sock in sockets:
            sock.close()
        raise
    if absent is not None and not sockets:
        raise absent
    return sockets


def _tcp(family: socket.AddressFamily, address: object) -> socket.socket:
    host, port = address[:2]  # type: ignore[index]
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise _explained(error, where) from None
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted sockets inherit it
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # so that 0.0.0.0 and [::] stand side by side
        sock.bind(address)  # type: ignore[arg-type]
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise _explained(error, where) from None
    sock.setblocking(False)
    return sock


def _unix(path: str, mode: int) -> socket.socket:
    _remove_stale(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~mode)
    try:
        sock.bind(path)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise _explained_unix(error, path) from None
    finally:
        os.umask(before)
    sock.setblocking(False)
    return sock


def _remove_stale(path: str) -> None:
    """Removes a socket file that nobody listens on any more; anything else at that path is left alone."""
    if not _is_socket(path):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink(missing_ok=True)
        except OSError:
            return


class SocketFile:
    """The file of a unix socket of ours, to be removed before the socket is closed; another's of that name by then stays."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._identity = _identity(path)

    def remove(self) -> None:
        """Removes it; doing so twice does nothing."""
        if self._identity is not None and _identity(self._path) == self._identity:
            Path(self._path).unlink(missing_ok=True)
        self._identity = None


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _explained(error: OSError, where: str) -> ListenFailed:
    match errno.errorcode.get(error.errno or 0, ""):
        case "EADDRINUSE":
            return ListenFailed(
                "E501", f"{where} is in use by another process", "stop it (ss -ltnp shows it), or listen elsewhere"
            )
        case "EACCES" | "EPERM":
            return ListenFailed(
                "E503",
                f"no permission to listen on {where}",
                "use a port of 1024 or higher, or grant CAP_NET_BIND_SERVICE",
            )
        case "EADDRNOTAVAIL" | "EAFNOSUPPORT":
            return ListenFailed(
                "E504", f"{where} is not an address of this host", "listen on 127.0.0.1, 0.0.0.0 or [::]"
            )
    return ListenFailed("E505", f"cannot listen on {where}: {error.strerror or error}", "listen on another address")


def _explained_unix(error: OSError, path: str) -> ListenFailed:
    where, folder = f"unix:{path}", str(Path(path).parent)
    match errno.errorcode.get(error.errno or 0, ""):
        case "EADDRINUSE" if _is_socket(path):
            return ListenFailed(
                "E501", f"{where} is in use by another process", "stop it (ss -lxp shows it), or listen elsewhere"
            )
        case "EADDRINUSE":
            return ListenFailed(
                "E505", f"cannot listen on {where}: there is a file of that name", "remove it, or choose another path"
            )
        case "EACCES" | "EPERM" | "EROFS":
            return ListenFailed("E503", f"no permission to listen on {where}", f"let this user write in {folder}")
        case "ENOENT" | "ENOTDIR":
            return ListenFailed("E505", f"cannot listen on {where}: {folder} is not a directory", "make the directory")
        case "ENAMETOOLONG" | "":  # Python refuses it without asking the system
            return ListenFailed(
                "E505", f"cannot listen on {where}: the path is too long", "choose one of at most 107 bytes"
            )
    return ListenFailed("E505", f"cannot listen on {where}: {error.strerror or error}", "choose another path")


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(Path(path).stat().st_mode)
    except OSError:
        return False
