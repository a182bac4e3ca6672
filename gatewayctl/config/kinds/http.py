"""Header names and values, methods and statuses (RFC 9110), checked so that nothing from a file can split a message."""

import re
from typing import Annotated, Any, Final, NamedTuple

from gatewayctl.config.kinds.base import Kind, invalid, quoted, text

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
FRAMING: Final = frozenset(
    [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "proxy-connection",
        "keep-alive",
        "te",
        "trailer",
        "upgrade",
        "expect",
    ]
)
"""Headers that frame a message or belong to one hop, in lower case."""


class Statuses(NamedTuple):
    """Response statuses from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def is_token(value: str) -> bool:
    """Whether it is a token of RFC 9110 5.6.2: what header names and methods are made of."""
    return _TOKEN.fullmatch(value) is not None


def read_header_name(value: Any) -> str:
    """A header field's name, in the case it is written in."""
    written = text(value, "a header name")
    if not is_token(written):
        raise invalid(
            "E112",
            f"not a header name: {quoted(written)}",
            label="not a header name",
            help="letters, digits and hyphens, without a colon",
        )
    return written


def read_changed_header(value: Any) -> str:
    """A header's name that a policy may set or remove: none of those that frame the message or belong to one hop."""
    name = read_header_name(value)
    if name.lower() in FRAMING:
        way_out = "host_header of the service says what is sent" if name.lower() == "host" else "leave it out"
        raise invalid("E112", f'"{name}" is the gateway\'s own business', label="cannot be changed", help=way_out)
    return name


def read_header_value(value: Any) -> str:
    """A header field's value: no CR, LF, NUL or other control character but tab, no space at its ends."""
    written = text(value, "a string")
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", written):
        raise invalid(
            "E112",
            "a header value cannot hold line ends or control characters",
            label="not a header value",
            help="write it on one line",
        )
    if written != written.strip(" \t"):
        raise invalid(
            "E112", "a header value has no space at its ends", label="space at an end", help="remove the space"
        )
    return written


def read_method(value: Any) -> str:
    """A request method in its exact case; CONNECT is not for a gateway."""
    written = text(value, "a method")
    if not is_token(written):
        raise invalid("E113", f"not a method: {quoted(written)}", label="not a method", help='such as "GET"')
    if written == "CONNECT":
        raise invalid("E113", "CONNECT is always refused", label="cannot be routed", help="leave it out")
    if written not in _METHODS and written.upper() in _METHODS:
        raise invalid(
            "E113",
            f"methods are upper case: {quoted(written)}",
            label="unknown method",
            help=f'did you mean "{written.upper()}"?',
        )
    return written


def read_statuses(value: Any) -> Statuses:
    """``"502"``, ``"502-504"``, or 502 as a number."""
    written = (
        str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, "a status or a range")
    )
    match = re.fullmatch(r"(\d{3})(?:-(\d{3}))?", written)
    if match is not None:
        first, last = int(match[1]), int(match[2] or match[1])
        if 100 <= first <= last <= 599:
            return Statuses(first, last)
    raise invalid(
        "E115",
        f"not a status or a range of them: {quoted(written)}",
        label="not a status",
        help='such as "503" or "200-399"',
    )


def read_retry_cause(value: Any) -> str | Statuses:
    """``connect``, ``reset``, ``first_byte_timeout`` or statuses."""
    if value in ("connect", "reset", "first_byte_timeout"):
        return str(value)
    if isinstance(value, str) and not value[:1].isdigit():
        raise invalid(
            "E104",
            f"unknown cause of a retry: {quoted(value)}",
            label="expected one of: connect, reset, first_byte_timeout, or statuses",
            help='such as "connect" or "502-504"',
        )
    return read_statuses(value)


def _show_cause(value: str | Statuses) -> str:
    return str(value)


def read_upgrade(value: Any) -> str:
    """A protocol of the Upgrade header, lower case. h2c would carry requests past every rule."""
    written = text(value, "a protocol").lower()
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9a-z-]+(/[!#$%&'*+.^_`|~0-9a-z-]+)?", written):
        raise invalid("E112", f"not a protocol: {quoted(written)}", label="not a protocol", help='such as "websocket"')
    if written.startswith("h2"):
        raise invalid(
            "E112", f"{quoted(written)} would carry requests past every rule", label="not allowed", help="leave it out"
        )
    return written


_NAME_SCHEMA: Final = {"type": "string", "pattern": r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "examples": ["X-Request-ID"]}
_METHOD_SCHEMA: Final = {
    "anyOf": [{"type": "string", "enum": list(_METHODS)}, {"type": "string", "pattern": "^[A-Z][A-Z_-]*$"}],
    "examples": list(_METHODS),
}
_STATUS_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "string", "pattern": r"^[1-5][0-9][0-9](-[1-5][0-9][0-9])?$"},
        {"type": "integer", "minimum": 100, "maximum": 599},
    ],
    "examples": ["502-504", "503"],
}

HeaderName = Annotated[str, Kind(read_header_name, _NAME_SCHEMA)]
ChangedHeader = Annotated[str, Kind(read_changed_header, _NAME_SCHEMA)]
HeaderValue = Annotated[str, Kind(read_header_value, {"type": "string", "examples": ["on"]})]
Method = Annotated[str, Kind(read_method, _METHOD_SCHEMA)]
StatusRange = Annotated[Statuses, Kind(read_statuses, _STATUS_SCHEMA, str)]
RetryCause = Annotated[
    str | Statuses,
    Kind(
        read_retry_cause,
        {
            "anyOf": [
                {"type": "string", "enum": ["connect", "reset", "first_byte_timeout"]},
                *_STATUS_SCHEMA["anyOf"],
            ],
            "examples": ["connect", "reset", "first_byte_timeout", "502-504"],
        },
        _show_cause,
    ),
]
Upgrade = Annotated[str, Kind(read_upgrade, {"type": "string", "examples": ["websocket"]})]
