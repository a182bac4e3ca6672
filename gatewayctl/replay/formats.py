"""Reads one line: our JSON, or the combined format, which is nginx's default and Apache's; each line says which it is.

What follows the combined format on a line (nginx's packaged ``main`` adds X-Forwarded-For) is passed over; without its
last two fields it is the common log format.
"""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from gatewayctl.core.grammar import TOKEN
from gatewayctl.replay.entry import Entry, NoRequestError, NotALineError, host_name

_QUOTED: Final = r'"((?:[^"\\]|\\.)*)"'
_COMBINED: Final = re.compile(
    rf"(\S+) \S+ [^\[]*\[([^\]]{{20,32}})\] {_QUOTED} ([0-9]{{3}}) (?:[0-9]+|-)(?: {_QUOTED} {_QUOTED})?", re.DOTALL
)
_PARTS: Final = (
    ("address and user", re.compile(r"\S+ \S+ [^\[]*")),
    ("time in brackets", re.compile(r"\[[^\]]{20,32}\] ")),
    ("request in quotes", re.compile(rf"{_QUOTED} ", re.DOTALL)),
    ("status", re.compile(r"[0-9]{3} ")),
    ("number of bytes", re.compile(r"[0-9]+|-")),
)
_NO_TIME: Final = "a time that is none of the combined format"
_TEXT: Final = r'[^"\\\x00-\x1f]*'
_OURS: Final = re.compile(
    rf'{{"time":"([^"]{{19}})\.([0-9]{{3}})Z","request_id":"{_TEXT}","client_ip":"({_TEXT})","method":"({_TEXT})",'
    rf'"host":"({_TEXT})","path":"({_TEXT})","protocol":"{_TEXT}","route":"({_TEXT})","service":"({_TEXT})",'
    rf'"instance":"{_TEXT}","status":([0-9]+),"attempts":[0-9]+,"duration_us":([0-9]+),"upstream_us":[0-9]+,'
    rf'"bytes_in":[0-9]+,"bytes_out":[0-9]+(?:,"trace_id":"{_TEXT}")?(?:,"user_agent":"({_TEXT})")?}}'
)
"""A line as the gateway writes most of them, without escapes: a third of the time that reading it as JSON takes."""
_ESCAPE: Final = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_WHEN: Final = re.compile(
    r"([0-9]{2})/([A-Z][a-z]{2})/([0-9]{4}):([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ABSOLUTE: Final = re.compile(r"https?://([^/?]+)(.*)", re.IGNORECASE | re.DOTALL)
_SECOND: Final = 1_000_000
_COMMON: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class LineReader:
    """Reads lines one by one; the last second that was read is remembered, since the next line has mostly the same."""

    __slots__ = ("_at", "_text")

    def __init__(self) -> None:
        self._text = ""
        self._at = 0

    def read(self, line: bytes) -> Entry:
        """The entry of a line. Raises NotALineError, and NoRequestError for a line about what was no request."""
        if line[:1] == b"{":
            found = _OURS.fullmatch(line.decode("ascii")) if line.isascii() else None
            return self._json(line) if found is None else self._ours(*found.groups())
        return self._combined(line)

    def _ours(
        self,
        when: str,
        thousandths: str,
        client: str,
        method: str,
        host: str,
        target: str,
        route: str,
        service: str,
        status: str,
        took: str,
        agent: str | None,
    ) -> Entry:
        if when != self._text:
            self._at, self._text = _rfc_3339(when + "Z"), when
        held = int(took)
        began = self._at + int(thousandths) * 1000 - held
        if method in _COMMON and target[:1] == "/":
            return Entry(began, held, client, method, host, target, service, agent, int(status), route)
        return _entry(began, held, client, method, host, target, service, agent, int(status), route)

    def _json(self, line: bytes) -> Entry:
        try:
            said: dict[str, Any] = json.loads(line)
            when, method, host, target = said["time"], said["method"], said["host"], said["path"]
            took, client = said.get("duration_us", 0), said.get("client_ip", "")
            service, agent = said.get("service", ""), said.get("user_agent")
            status, route, reason = said.get("status", 0), said.get("route", ""), said.get("reason", "")
        except json.JSONDecodeError as error:
            raise NotALineError(f"no JSON at character {error.pos + 1} ({error.msg})") from None
        except UnicodeDecodeError as error:
            raise NotALineError(f"no UTF-8 at byte {error.start + 1}") from None
        except KeyError as error:
            raise NotALineError(f'no member "{error.args[0]}"') from None
        except (ValueError, RecursionError):
            raise NotALineError("a number or nesting that is too large") from None
        texts = (when, method, host, target, client, service, route, reason)
        if (
            not all(type(text) is str for text in texts)
            or type(took) is not int
            or type(status) is not int
            or not (agent is None or type(agent) is str)
        ):
            raise NotALineError("a member of the wrong type")
        if when[:19] != self._text:
            self._at, self._text = _rfc_3339(when), when[:19]
        began = self._at + _fraction(when) - took
        if not target.isascii():
            target = target.encode(errors="replace").decode()
        return _entry(began, took, client, method, host, target, service, agent, status, route, reason)

    def _combined(self, line: bytes) -> Entry:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode("latin-1")
        found = _COMBINED.match(text)
        if found is None:
            raise NotALineError(_missing(text))
        client, when, request, status, _, agent = found.groups()
        if when != self._text:
            self._at, self._text = _clf_time(when), when
        words = request.split(" ")
        if len(words) < 3 or not words[-1].startswith("HTTP/"):
            raise NoRequestError
        target = _unescaped(" ".join(words[1:-1]))
        agent = None if agent in (None, "-") else _unescaped(agent)
        return _entry(self._at, None, client, words[0], "", target, "", agent, int(status), None)


def _entry(
    began: int,
    took: int | None,
    client: str,
    method: str,
    host: str,
    target: str,
    service: str,
    agent: str | None,
    status: int,
    route: str | None,
    reason: str = "",
) -> Entry:
    if target[:1] != "/" and target != "*":
        absolute = _ABSOLUTE.fullmatch(target)
        if absolute is None:
            raise NoRequestError
        host, target = host_name(absolute[1].rpartition("@")[2]), absolute[2]
        target = target if target[:1] == "/" else f"/{target}"
    if not (method.isascii() and method.isalpha()) and TOKEN.fullmatch(method.encode(errors="replace")) is None:
        raise NoRequestError
    return Entry(began, took, client, method, host, target, service, agent, status, route, reason)


def _rfc_3339(text: str) -> int:
    """Microseconds since the epoch up to the whole second."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise NotALineError("a time that is none of RFC 3339") from None
    if read.tzinfo is None:
        raise NotALineError("a time without its zone")
    return int(read.astimezone(UTC).replace(microsecond=0).timestamp()) * _SECOND


def _fraction(text: str) -> int:
    """The microseconds of ``…:49.123Z``."""
    digits = text[20:-1]
    if text[19:20] != "." or not digits.isdecimal():
        return 0
    return int(digits[:6].ljust(6, "0"))


def _clf_time(text: str) -> int:
    found = _WHEN.fullmatch(text)
    if found is None or found[2] not in _MONTHS:
        raise NotALineError(_NO_TIME)
    day, year, hour, minute, second = (int(found[n]) for n in (1, 3, 4, 5, 6))
    away = timedelta(hours=int(found[8]), minutes=int(found[9]))
    try:
        zone = timezone(-away if found[7] == "-" else away)
        read = datetime(year, _MONTHS.index(found[2]) + 1, day, hour, minute, min(second, 59), tzinfo=zone)
        return int(read.timestamp()) * _SECOND
    except (ValueError, OverflowError):
        raise NotALineError(_NO_TIME) from None


def _missing(text: str) -> str:
    """What the combined format has that a line lacks, and where."""
    at = 0
    for what, pattern in _PARTS:
        found = pattern.match(text, at)
        if found is None:
            return f"no {what} at character {at + 1}"
        at = found.end()
    return f"no end of the line's fields at character {at + 1}"


def _unescaped(text: str) -> str:
    """What was sent: ``\\x22`` and ``\\"`` undone. A log is made of bytes, each written as a character of Latin-1."""
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1][1:], 16)) if len(found[1]) == 3 else found[1], text)
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text
