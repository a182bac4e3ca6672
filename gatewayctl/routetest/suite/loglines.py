"""Lines of access logs as requests: our JSON lines, and the combined and common formats (nginx's default is the former).

Which format it is is found out line by line: a log may have been rotated across a change.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

LONGEST: Final = 64 * 1024
"""Bytes of a line; a longer one is broken."""

_COMBINED: Final = re.compile(rb'(\S+) \S+ .*?\[[^\]"]*\] "([^\s"\\]+) ([^\s"\\]+) HTTP/[0-9.]+" ([0-9]{3}) ')
_MEMBERS: Final = ("method", "host", "path", "route", "service")


class LogLine(NamedTuple):
    """A request and what became of it. ``host`` is empty where the format does not tell it, ``went`` (our route, service
    and reason) is None then, too."""

    method: str
    host: str
    path: str
    status: int
    client_ip: str
    went: tuple[str, str, str] | None = None


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; of one that is longer than ``LONGEST``, its beginning, one byte longer than that."""
    while line := stream.readline(LONGEST + 1):
        rest = line
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST + 1)
        yield line


def log_line(line: bytes) -> LogLine | None:
    """What a line says; None where it is no line of a format that is known."""
    if len(line) > LONGEST:
        return None
    return _from_json(line) if line[:1] == b"{" else _from_combined(line)


def _from_json(line: bytes) -> LogLine | None:
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    method, host, path, route, service = (said.get(member) for member in _MEMBERS)
    texts = (method, host, path, route, service, said.get("client_ip", ""), said.get("reason", ""))
    if not all(isinstance(text, str) for text in texts) or type(said.get("status")) is not int:
        return None
    went = (route, service, said.get("reason", ""))
    return LogLine(method, host, path, said["status"], said.get("client_ip", ""), went)  # type: ignore[arg-type]


def _from_combined(line: bytes) -> LogLine | None:
    found = _COMBINED.match(line)
    if found is None:
        return None
    client_ip, method, path, status = (part.decode("latin-1") for part in found.groups())
    return LogLine(method, "", path, int(status), client_ip)
