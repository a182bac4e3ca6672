"""Names that need no DNS: those of the hosts file (hosts(5)), and ``localhost`` (RFC 6761 6.3)."""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Final

HOSTS: Final = Path("/etc/hosts")
_LOOPBACK: Final = ("127.0.0.1", "::1")
_LARGEST: Final = 1 << 20


class HostsFile:
    """Reads the file anew whenever it has changed."""

    def __init__(self, path: Path = HOSTS) -> None:
        self._path = path
        self._read: tuple[int, int] | None = None
        self._names: Mapping[str, tuple[str, ...]] = {}

    def addresses(self, name: str) -> tuple[str, ...]:
        """The addresses of a name in lower case, IPv4 first; empty where DNS has to be asked."""
        name = name.removesuffix(".")
        self._refresh()
        found = self._names.get(name, ())
        if not found and (name == "localhost" or name.endswith(".localhost")):
            return _LOOPBACK
        return found

    def _refresh(self) -> None:
        try:
            known = self._path.stat()
            mark = (known.st_mtime_ns, known.st_size)
            if mark != self._read:
                with self._path.open("rb") as file:
                    self._names = parse(file.read(_LARGEST).decode(errors="replace"))
                self._read = mark
        except OSError:
            self._names, self._read = {}, None


def parse(text: str) -> dict[str, tuple[str, ...]]:
    """The names of a hosts file, in lower case, with all their addresses."""
    names: dict[str, list[str]] = {}
    for line in text.splitlines():
        written, *aliases = line.partition("#")[0].split() or [""]
        try:
            address = str(ip_address(written))
        except ValueError:
            continue
        for alias in aliases:
            addresses = names.setdefault(alias.lower().removesuffix("."), [])
            if address not in addresses:
                addresses.append(address)
    return {name: tuple(sorted(addresses, key=lambda a: ":" in a)) for name, addresses in names.items()}
