"""Message heads: from bytes to ``RequestHead`` and ``ResponseHead``, strictly (RFC 9112 2 to 6).

``HeadParser`` belongs to one gateway. It remembers header lines it has checked before (browsers and services send the
same ones again and again), so that being strict about a known line costs a dictionary look-up. What is remembered is
bounded, never includes credentials, and never changes an answer.
"""

import re
from typing import Final

from gatewayctl.core.bad_heads import bad_field_line, bad_request_line, check_repeated
from gatewayctl.core.fields import KINDS, RESPONSE_DROPS, Field, Kind, lines_without, list_members, tally_of
from gatewayctl.core.framing import CHUNKED, NO_BODY, BadMessage, request_framing, response_framing
from gatewayctl.core.grammar import (
    CONTENT_LENGTH,
    HOST,
    PLAIN_PATH,
    REQUEST_LINE,
    STATUS_LINE,
    TOKEN_BYTES,
    VALUE_BYTES,
)
from gatewayctl.core.messages import NO_NAMES, PLAIN, UNSTATED, RequestHead, ResponseHead, Said, Wishes

_REMEMBER: Final = 2048
"""Lines remembered before starting afresh."""
_REMEMBER_LENGTH: Final = 160
_REMEMBER_NAME: Final = 64
_REMEMBER_HEADS: Final = 512
"""Whole response heads remembered before starting afresh."""
_REMEMBER_HEAD: Final = 1024
"""Bytes of the largest that is."""
_PRIVATE: Final = re.compile(rb"auth|cookie|key|token|secret|passw|session|credential|signature")
"""What names of fields hold that carry credentials."""
_PLAIN_PATH: Final = PLAIN_PATH.fullmatch
_TELLING: Final = (b";", b'"')
"""What parameters of a segment begin with, and what a quoted string would end at."""
_HOST: Final = Kind.HOST
_CONNECTION: Final = Kind.CONNECTION
_CONTENT_LENGTH: Final = Kind.CONTENT_LENGTH
_RESPONSE_OPTIONS: Final = Kind.TRANSFER_ENCODING | Kind.CONNECTION | Kind.UPGRADE
_FRAMING: Final = Kind.CONTENT_LENGTH | Kind.TRANSFER_ENCODING
_CONNECTION_OPTIONS: Final = Kind.CONNECTION | Kind.EXPECT | Kind.TE | Kind.UPGRADE | Kind.PROXY_ONLY


_RequestLine = tuple[bytes, bytes, bytes | None, int, bool]
"""Method, path, query, minor version and ``RequestHead.plain``. The path is empty where the target has another form."""


class HeadParser:
    """Parses heads under one gateway's rules.

    ``request_id_name``: the lower-case name of the request id's field. ``max_fields``: how many fields a head may have.
    ``allowed_underscores``: lower-case names with ``_`` that may pass; others get the kind ``UNDERSCORE`` and end here.
    """

    __slots__ = (
        "_allowed_underscores",
        "_hosts",
        "_kinds",
        "_lines",
        "_max_fields",
        "_names",
        "_request_lines",
        "_status_lines",
        "responses",
    )

    def __init__(
        self, *, request_id_name: bytes, max_fields: int, allowed_underscores: frozenset[bytes] = NO_NAMES
    ) -> None:
        self._kinds: dict[bytes, int] = dict(KINDS)
        self._kinds.setdefault(request_id_name, Kind.REQUEST_ID)
        self._max_fields = max_fields
        self._allowed_underscores = allowed_underscores
        self._lines: dict[bytes, Field] = {}
        self._request_lines: dict[bytes, _RequestLine] = {}
        self._names: dict[bytes, tuple[bytes, int, bool]] = {}
        self._hosts: dict[bytes, bytes] = {}
        self.responses: dict[bytes, ResponseHead] = {}
        """Heads of responses that are known already, to be asked before ``response``."""
        self._status_lines: dict[bytes, tuple[int, int, bytes]] = {}

    # ── requests ──────────────────────────────────────────────────────

    def request(self, raw: bytes, said: Said | None = None) -> RequestHead:
        """The head in ``raw``: request line and field lines joined by CRLF, without the empty line at the end.

        ``said`` is what its connection said before; it learns. Raises BadMessage for whatever is not exactly an HTTP/1.0
        or HTTP/1.1 request.
        """
        line, _, block = raw.partition(b"\r\n")
        head = RequestHead()
        parts = self._request_lines.get(line) or self._request_line(line)
        head.method, head.path, head.query, head.minor, head.plain = parts
        if said is not None and block == said.block and said.parser is self and parts[3] and parts[1]:
            head.fields, head.tally, head.kinds, head.authority, head.host, head.body = said.parsed
            head.keep_alive = head.repeated = True
            head.wishes = PLAIN
            return head
        head.repeated = False
        self._fields(head, line, block)
        if said is not None and parts[1]:  # an absolute target has a say in the authority
            said.learn(block, self, head)
        return head

    def again(self, line: bytes, said: Said) -> RequestHead | None:
        """A head with ``line`` as its request line and the field lines that ``said`` holds, which this parser has read;
        None where the line decides what they mean. Raises BadMessage."""
        method, path, query, minor, plain = self._request_lines.get(line) or self._request_line(line)
        if not minor or not path:
            return None
        head = RequestHead()
        head.method, head.path, head.query, head.minor, head.plain = method, path, query, minor, plain
        head.fields, head.tally, head.kinds, head.authority, head.host, head.body = said.parsed
        head.keep_alive = head.repeated = True
        head.wishes = PLAIN
        return head

    def _fields(self, head: RequestHead, line: bytes, block: bytes) -> None:
        """What the field lines in ``block`` say, for a head whose request line has been read."""
        lines = block.split(b"\r\n") if block else []
        if len(lines) > self._max_fields:
            raise BadMessage("headers_too_large", f"more than {self._max_fields} header fields")
        fields = list(map(self._lines.get, lines))
        if not all(fields):
            self._parse_missing(fields, lines)
        head.fields = fields  # type: ignore[assignment]
        tally, kinds = tally_of(head.fields)
        head.tally = tally
        if tally is None:
            check_repeated(head.fields, "bad_request")
            host = next((f[2] for f in head.fields if f[0] == _HOST), None)
        else:
            host = head.fields[tally.index(_HOST)][2] if kinds & _HOST else None
        head.kinds = kinds
        if host is None:
            if head.minor:
                raise BadMessage("bad_request", "an HTTP/1.1 request needs a Host field")
            head.authority = head.host = b""
        else:
            head.authority = host
            known = self._hosts.get(host)
            head.host = self._host(host) if known is None else known
        if not head.path:
            self._other_target(head, line.split(b" ")[1])
        head.keep_alive = head.minor == 1
        head.body = request_framing(head.fields, head.minor) if kinds & _FRAMING else NO_BODY
        head.wishes = PLAIN
        if kinds & _CONNECTION_OPTIONS:
            self._request_options(head)

    def _request_line(self, line: bytes) -> _RequestLine:
        match = REQUEST_LINE.fullmatch(line)
        if match is None:
            raise bad_request_line(line)
        method, target, minor = match.groups()
        usual = target[0] == 0x2F and method != b"CONNECT"
        path, mark, query = target.partition(b"?") if usual else (b"", b"", b"")
        plain = _PLAIN_PATH(path) is not None and not any(byte in path for byte in _TELLING)
        parsed = method, path, query if mark else None, 1 if minor == b"1" else 0, plain
        if (
            b"?" not in target and len(line) <= _REMEMBER_LENGTH
        ):  # queries hardly repeat, and may hold what is nobody's business
            if len(self._request_lines) >= _REMEMBER:
                self._request_lines.clear()
            self._request_lines[line] = parsed
        return parsed

    def _other_target(self, head: RequestHead, target: bytes) -> None:
        """Absolute and asterisk form (RFC 9112 3.2); authority form is for CONNECT, which is refused elsewhere."""
        if target == b"*" and head.method == b"OPTIONS":
            head.path, head.query = b"*", None
            return
        if head.method == b"CONNECT":
            head.path, head.query = b"", None
            return
        scheme, found, rest = target.partition(b"://")
        if not found or scheme.lower() not in {b"http", b"https"}:
            raise BadMessage("bad_request", "the request target is neither a path nor an http URL")
        before, mark, query = rest.partition(b"?")
        authority, _, path = before.partition(b"/")
        if HOST.fullmatch(authority) is None:
            raise BadMessage("bad_request", "the authority of the request target is malformed")
        if head.authority and authority.lower() != head.authority.lower():
            raise BadMessage("bad_request", "the request target and Host name different authorities")
        head.authority = authority
        head.host = self._host(authority)
        head.path = b"/" + path
        head.query = query if mark else None

    def _request_options(self, head: RequestHead) -> None:
        """Connection, TE, Upgrade and Expect: what this client wants of this connection (RFC 9110 7.6, 10.1)."""
        names = set(list_members(head.fields, Kind.CONNECTION))
        kinds, modern = head.kinds, head.minor == 1
        if b"close" in names:
            head.keep_alive = False
        elif not modern:
            head.keep_alive = b"keep-alive" in names
        upgrade = b""
        if kinds & Kind.UPGRADE and b"upgrade" in names and modern:
            asked = list_members(head.fields, Kind.UPGRADE)
            upgrade = asked[0] if len(asked) == 1 else b""
        if kinds & Kind.EXPECT and modern and list_members(head.fields, Kind.EXPECT) != [b"100-continue"]:
            raise BadMessage("expectation_failed", "only Expect: 100-continue is understood")
        head.wishes = Wishes(
            expects_continue=bool(kinds & Kind.EXPECT) and modern and head.body != NO_BODY,
            takes_trailers=bool(kinds & Kind.TE) and b"trailers" in list_members(head.fields, Kind.TE),
            upgrade=upgrade,
            dropped_names=frozenset(names - {b"close", b"keep-alive", b"upgrade", b"te"}),
        )
        if head.wishes == PLAIN:
            head.wishes = PLAIN

    # ── responses ─────────────────────────────────────────────────────

    def response(self, raw: bytes) -> ResponseHead:
        """The head in ``raw``, in the same form as for ``request``. Raises BadMessage (reason ``bad_response``).

        A service says the same head again and again (at least until the next second changes its Date): the last ones
        are remembered whole, so a head that is given must not be changed.
        """
        head = self._response(raw)
        if len(raw) <= _REMEMBER_HEAD and not head.kinds & Kind.SET_COOKIE:
            if len(self.responses) >= _REMEMBER_HEADS:
                self.responses.clear()
            self.responses[raw] = head
        return head

    def _response(self, raw: bytes) -> ResponseHead:
        lines = raw.split(b"\r\n")
        line = lines[0]
        del lines[0]
        head = ResponseHead()
        head.status, head.minor, head.line = self._status_lines.get(line) or self._status_line(line)
        head.status_class = head.status // 100
        if len(lines) > 4 * self._max_fields:
            raise BadMessage("bad_response", f"more than {4 * self._max_fields} header fields")
        fields = list(map(self._lines.get, lines))
        if not all(fields):
            try:
                self._parse_missing(fields, lines)
            except BadMessage as error:
                raise BadMessage("bad_response", error.detail) from None
        head.fields = fields  # type: ignore[assignment]
        tally, kinds = tally_of(head.fields)
        head.tally = tally
        if tally is None:
            check_repeated(head.fields, "bad_response")
        head.length = int(head.first(_CONTENT_LENGTH)) if kinds & _CONTENT_LENGTH else UNSTATED
        head.kinds = kinds
        head.dated = bool(kinds & Kind.DATE)
        head.keep_alive = head.minor == 1
        head.upgrade = b""
        head.dropped_names = NO_NAMES
        drops = RESPONSE_DROPS | (_CONTENT_LENGTH if head.status == 204 else 0)  # RFC 9110 8.6: none on a 204
        head.passed = b"".join(lines_without(head.fields, tally, kinds, drops))
        options = kinds & _RESPONSE_OPTIONS
        if options and not (
            options == _CONNECTION and head.first(_CONNECTION) == b"keep-alive" and head.minor and tally
        ):
            self._response_options(head)
        head.framing = response_framing(head.status, head.length)
        return head

    def _response_options(self, head: ResponseHead) -> None:
        names = set(list_members(head.fields, Kind.CONNECTION))
        head.dropped_names = frozenset(names - {b"close", b"keep-alive", b"upgrade"})
        if b"close" in names:
            head.keep_alive = False
        elif head.minor == 0:
            head.keep_alive = b"keep-alive" in names
        if head.kinds & Kind.UPGRADE and b"upgrade" in names:
            head.upgrade = b",".join(list_members(head.fields, Kind.UPGRADE))
        if head.kinds & Kind.TRANSFER_ENCODING:
            if head.length != UNSTATED:
                raise BadMessage("bad_response", "both Content-Length and Transfer-Encoding")
            if head.minor == 0:
                raise BadMessage("bad_response", "Transfer-Encoding in an HTTP/1.0 response")
            if list_members(head.fields, Kind.TRANSFER_ENCODING) != [b"chunked"]:
                raise BadMessage("bad_response", "a Transfer-Encoding other than chunked")
            head.length = CHUNKED

    def _status_line(self, line: bytes) -> tuple[int, int, bytes]:
        match = STATUS_LINE.fullmatch(line)
        if match is None:
            raise BadMessage("bad_response", "malformed status line")
        minor, status, phrase = match.groups()
        parsed = int(status), int(minor), b"HTTP/1.1 %b %b\r\n" % (status, phrase or b"")
        if len(self._status_lines) >= _REMEMBER:
            self._status_lines.clear()
        if len(line) <= _REMEMBER_LENGTH:
            self._status_lines[line] = parsed
        return parsed

    # ── shared ────────────────────────────────────────────────────────

    def _field(self, line: bytes) -> Field:
        name, colon, value = line.partition(b":")
        value = value.strip(b" \t")
        if not colon or value.translate(None, VALUE_BYTES):  # what is left are bytes that may not be there
            raise bad_field_line(line)
        lower, kind, private = self._names.get(name) or self._name(name, line)
        if kind == Kind.HOST:
            if HOST.fullmatch(value) is None:
                raise BadMessage("bad_request", "malformed Host field")
        elif kind == Kind.CONTENT_LENGTH and CONTENT_LENGTH.fullmatch(value) is None:
            raise BadMessage("bad_request", "malformed Content-Length field")
        parsed = Field(kind, lower, value, b"%b: %b\r\n" % (name, value))
        if not private and len(line) <= _REMEMBER_LENGTH:
            if len(self._lines) >= _REMEMBER:
                self._lines.clear()
            self._lines[line] = parsed
        return parsed

    def _name(self, name: bytes, line: bytes) -> tuple[bytes, int, bool]:
        """A field name in lower case, its kind, and whether its values are nobody's business."""
        if not name or name.translate(None, TOKEN_BYTES):
            raise bad_field_line(line)
        lower = name.lower()
        kind = self._kinds.get(lower, 0)
        if not kind and b"_" in lower and lower not in self._allowed_underscores:
            kind = Kind.UNDERSCORE
        elif not kind and lower.startswith(b"x-forwarded"):
            kind = Kind.FORWARDED_OTHER  # x-forwarded-user and its like: to be believed from trusted peers only
        told = lower, kind, _PRIVATE.search(lower) is not None
        if len(name) <= _REMEMBER_NAME:
            if len(self._names) >= _REMEMBER:
                self._names.clear()
            self._names[name] = told
        return told

    def _parse_missing(self, fields: list[Field | None], lines: list[bytes]) -> None:
        """Parses the lines that were not remembered."""
        for at, known in enumerate(fields):
            if known is None:
                fields[at] = self._field(lines[at])

    def trailer(self, line: bytes) -> Field:
        """One trailer field line. Raises BadMessage as for a header field, and where a trailer may not say it (RFC 9110 6.5.1)."""
        parsed = self._field(line)
        if parsed[0] & ~Kind.UNDERSCORE:
            return Field(Kind.PROXY_ONLY, parsed[1], parsed[2], parsed[3])
        return parsed

    def _host(self, authority: bytes) -> bytes:
        match = HOST.fullmatch(authority)
        if match is None or (match[2] is not None and int(match[2]) > 65535):
            raise BadMessage("bad_request", "malformed Host field")
        host = match[1].lower().removesuffix(b".")
        if len(self._hosts) >= _REMEMBER:
            self._hosts.clear()
        if len(authority) <= _REMEMBER_LENGTH:
            self._hosts[authority] = host
        return host
