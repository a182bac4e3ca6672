"""The small words of the language: keys to count or hash by, workers, permissions, numbers with bounds."""

import re
from typing import Annotated, Any

from pydantic import Field

from gatewayctl.config.kinds.base import Kind, invalid, quoted, text, wrong_type
from gatewayctl.config.kinds.http import is_token


def _key(words: tuple[str, ...], prefixes: tuple[str, ...], *examples: str) -> Kind:
    """A kind for words, and for names behind a prefix such as ``header:``."""
    known = ", ".join([*words, *(f"{prefix}:NAME" for prefix in prefixes)])

    def read(value: Any) -> str:
        written = text(value, "a string")
        prefix, colon, name = written.partition(":")
        if written in words:
            return written
        if not (colon and prefix in prefixes and name):
            message = f"{quoted(written)} is not known here"
            raise invalid("E104", message, label=f"expected one of: {known}", help=f'such as "{examples[0]}"')
        if prefix in ("header", "cookie") and not is_token(name):
            message = f"not a {prefix}'s name: {quoted(name)}"
            raise invalid("E112", message, label="not a name", help="letters, digits and hyphens")
        return f"header:{name.lower()}" if prefix == "header" else written

    pattern = f"^({'|'.join(words)}|({'|'.join(prefixes)}):.+)$"
    return Kind(read, {"type": "string", "pattern": pattern, "examples": list(examples)})


def read_mode(value: Any) -> int:
    """Permission bits of a socket, from their octal digits."""
    written = text(value, "octal digits")
    if re.fullmatch(r"0?[0-7]{3}", written) is None:
        raise invalid(
            "E120", f"not file permissions: {quoted(written)}", label="expected octal digits", help='such as "0600"'
        )
    return int(written, 8)


def read_workers(value: Any) -> int | str:
    """A number of processes, or ``"auto"``."""
    if value == "auto":
        return "auto"
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(value, 'a whole number or "auto"')
    if not 1 <= value <= 1024:
        raise invalid("E105", "workers are 1 to 1024", label="out of range", help='such as 1 or "auto"')
    return value


def read_via(value: Any) -> str:
    """The gateway's name in the Via field (a token, RFC 9110 7.6.3), or ``"off"``."""
    written = text(value, "a name")
    if not is_token(written):
        raise invalid(
            "E112", f"not a name for Via: {quoted(written)}", label="not a token", help='such as "gatewayctl", or "off"'
        )
    return written


def read_health_path(value: Any) -> str:
    """ "" or a path."""
    written = text(value, "a path")
    if (written and re.fullmatch(r"/[!-~]*", written) is None) or "?" in written or "#" in written:
        raise invalid(
            "E120", f"not a path: {quoted(written)}", label="not a path", help='such as "/health"; "" for none'
        )
    return written


def read_host_header(value: Any) -> str:
    """``instance``, ``preserve`` or a literal Host."""
    written = text(value, "a string")
    if re.fullmatch(r"[A-Za-z0-9._\-\[\]:]+", written) is None:
        raise invalid(
            "E114",
            f"not a Host: {quoted(written)}",
            label="not a host",
            help='"instance", "preserve" or a name such as "api.internal"',
        )
    return written


def _schema(*examples: str) -> dict[str, Any]:
    return {"type": "string", "examples": list(examples)}


KeyPart = Annotated[
    str,
    _key(
        ("client_ip", "consumer", "route", "service", "global"),
        ("header", "claim", "cookie", "param"),
        *("client_ip", "consumer", "header:X-Tenant", "claim:sub"),
    ),
]
"""What a limit counts apart."""
HashKey = Annotated[
    str, _key(("client_ip", "path"), ("header", "cookie", "param"), "client_ip", "header:X-User", "path")
]
"""What the hash balancer hashes."""
SplitKey = Annotated[
    str, _key(("client_ip", "consumer"), ("header", "cookie", "claim", "param"), "cookie:session", "client_ip")
]
"""What keeps a client on one side of a split."""
TokenSource = Annotated[str, _key(("authorization",), ("header", "cookie"), "authorization", "cookie:token")]
"""Where a token is."""
VaryPart = Annotated[str, _key(("consumer",), ("header", "query"), "header:Accept-Language", "query:page")]
"""An extra part of a cache's key."""
FileMode = Annotated[int, Kind(read_mode, _schema("0600", "0660"), lambda mode: f"{mode:04o}")]
Workers = Annotated[
    int | str,
    Kind(read_workers, {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "auto"}], "examples": [1, "auto"]}),
]
ViaName = Annotated[str, Kind(read_via, _schema("gatewayctl", "off"))]
HealthPath = Annotated[str, Kind(read_health_path, _schema("/health"))]
HostHeader = Annotated[str, Kind(read_host_header, _schema("instance", "preserve", "api.internal"))]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
"""A whole number of at least one."""
Share = Annotated[float, Field(ge=0, le=1)]
"""A share from 0 to 1."""
Percent = Annotated[float, Field(ge=0, le=100)]
"""A share in percent."""
Port = Annotated[int, Field(ge=1, le=65535)]
