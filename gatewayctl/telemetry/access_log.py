"""One line a request: JSON for machines, a short one for people, or the combined format.

The JSON line is a bytes template filled in with values that are escaped only where they can need it; ``logging`` with
``json`` costs twenty times as much.
"""

import json
import re
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from gatewayctl.core.failures import Failure
from gatewayctl.core.fields import Kind, combined
from gatewayctl.core.messages import RequestHead

_USER_AGENT: Final = Kind.USER_AGENT
_UNSAFE: Final = re.compile(rb'["\\\x00-\x1f\x7f-\xff]')


class ReportedCourse(Protocol):
    """``reported``: limits that would have refused the request, but only report."""

    @property
    def reported(self) -> Sequence[str]: ...


class LoggedInstance(Protocol):
    """``log_id``: its id."""

    log_id: bytes


class Settled(Protocol):
    """What a line needs of a settled exchange. Sizes are body bytes, ``upstream_time`` is seconds."""

    @property
    def head(self) -> RequestHead: ...
    @property
    def failure(self) -> Failure | None: ...
    @property
    def target_names(self) -> tuple[str, str]:
        """Route and service, empty where there is none."""

    @property
    def instance(self) -> "LoggedInstance | None":
        """The instance that answered."""

    @property
    def instance_id(self) -> bytes:
        """The instance that answered or was tried last; empty if none was."""

    request_id: bytes
    trace_id: bytes
    client_ip: bytes
    log_target: bytes
    """Route and service as members of a JSON object: ``"route":"a","service":"b"``."""
    status: int
    attempts: int
    tried: tuple[str, ...]
    upstream_time: float
    received: int
    sent: int

    @property
    def course(self) -> "ReportedCourse | None":
        """What policies have found out about it; None where none had anything to keep."""


Formatter = Callable[[Settled, float, float], bytes]
"""Makes the line of an exchange that settled at a time (seconds since the epoch) after a duration (seconds)."""


def quoted(value: bytes) -> bytes:
    """``value`` as a JSON string; bytes that are not UTF-8 are shown as they would be in Latin-1."""
    if _UNSAFE.search(value) is None:
        return b'"%b"' % value
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return json.dumps(text).encode()


def shown_query(query: bytes | None, mode: str) -> bytes:
    """The query as ``log.query`` wants it, with its ``?``: ``keys`` masks the values, ``full`` shows it, ``off`` drops it."""
    if query is None or mode == "off":
        return b""
    if mode == "full":
        return b"?" + query
    pairs = []
    for pair in query.split(b"&"):
        name, equals, _ = pair.partition(b"=")
        pairs.append(name + b"=*" if equals else b"*" if pair else b"")
    return b"?" + b"&".join(pairs)


_SMALL: Final = [b"%d" % number for number in range(1000)]
"""Numbers that are written again and again: a status, a few attempts."""
_JSON_LINE: Final = (
    b'{"time":"%b.%03dZ","request_id":"%b","client_ip":"%b","method":"%b","host":"%b","path":"%b","protocol":"HTTP/1.%b",'
    b'%b,"instance":"%b","status":%b,"attempts":%b,"duration_us":%d,"upstream_us":%d,"bytes_in":%d,"bytes_out":%d'
)


def json_formatter(query_mode: str) -> Formatter:
    """Lines of JSON, one object each; ``docs/operations.md`` lists the members. ``trace_id`` is there where it differs."""
    prefix, prefix_second = b"", -1

    def line(x: Settled, at: float, total: float) -> bytes:
        nonlocal prefix, prefix_second
        second = int(at)
        if second != prefix_second:  # RFC 3339 in UTC; the part up to the second is made once a second
            prefix_second = second
            prefix = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)).encode()
        head = x.head
        path = head.path if head.query is None else head.path + shown_query(head.query, query_mode)
        text = _JSON_LINE % (
            prefix,
            (at - second) * 1000,
            x.request_id,
            x.client_ip,
            head.method,
            head.host,
            path if (head.plain and path is head.path) or _UNSAFE.search(path) is None else quoted(path)[1:-1],
            _SMALL[head.minor],
            x.log_target,
            x.instance_id if x.instance is None else x.instance.log_id,
            _SMALL[x.status],
            _SMALL[x.attempts],
            total * 1e6,
            x.upstream_time * 1e6,
            x.received,
            x.sent,
        )
        if x.trace_id != x.request_id:
            text += b',"trace_id":"%b"' % x.trace_id
        if head.kinds & _USER_AGENT:
            agent = head.first(_USER_AGENT)
            text += b',"user_agent":"%b"' % (agent if _UNSAFE.search(agent) is None else quoted(agent)[1:-1])
        failure = x.failure
        if failure is not None:
            text += b',"reason":"%b","detail":%b' % (failure.kind.reason.encode(), quoted(failure.detail.encode()))
        if x.course is not None and x.course.reported:
            text += b',"limits_reported":' + json.dumps(x.course.reported).encode()
        if len(x.tried) > 1:
            text += b',"tried":' + json.dumps(x.tried).encode()
        return text + b"}\n"

    return line


def console_formatter(query_mode: str) -> Formatter:
    """For people: time, status, method, path, where it went and how long it took."""

    def line(x: Settled, at: float, total: float) -> bytes:
        head, failure = x.head, x.failure
        path = printable(head.host + head.path + shown_query(head.query, query_mode))
        route, service = x.target_names
        target = f"{route or '-'} -> {service}/{x.instance_id.decode()}" if x.instance_id else route or "-"
        clock = time.strftime("%H:%M:%S", time.localtime(at))
        text = f"{clock} {x.status} {printable(head.method)} {path} {target} {total * 1000:.1f}ms"
        if failure is not None:
            text += f" {failure.kind.reason}: {failure.detail}"
        return text.encode() + b"\n"

    return line


def combined_formatter(query_mode: str) -> Formatter:
    """The Apache/nginx combined format, for tools that read nothing else."""

    def line(x: Settled, at: float, total: float) -> bytes:
        head = x.head
        when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(at))
        path = printable(head.path + shown_query(head.query, query_mode))
        page, mark, asked = (combined(head.fields, b"referer") or b"").partition(b"?")
        referer = printable(page + shown_query(asked if mark else None, query_mode)) or "-"
        agent = printable(combined(head.fields, b"user-agent") or b"") or "-"
        return (
            f'{x.client_ip.decode()} - - [{when}] "{printable(head.method)} {path} HTTP/1.{head.minor}" '
            f'{x.status} {x.sent} "{referer}" "{agent}"\n'
        ).encode()

    return line


def printable(value: bytes) -> str:
    """Text that cannot break a line, a quoted field or a terminal."""
    return value.decode("latin-1").translate(_PRINTABLE)


_PRINTABLE: Final = {
    **{code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))},
    ord('"'): '\\"',
    ord("\\"): "\\\\",
}

FORMATTERS: Final[dict[str, Callable[[str], Formatter]]] = {
    "json": json_formatter,
    "console": console_formatter,
    "combined": combined_formatter,
}
