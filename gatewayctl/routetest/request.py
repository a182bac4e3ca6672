"""The request that is asked about: from words on a command line to the bytes a client would send, and their head.

The bytes go through the same parser as live traffic, so what is refused there is refused here, with the same words.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import quote

from gatewayctl.core.framing import BadMessage
from gatewayctl.core.grammar import TOKEN
from gatewayctl.core.head import HeadParser
from gatewayctl.core.messages import RequestHead
from gatewayctl.plan.model import ServerPlan

DEFAULT_HOST: Final = "localhost"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
_URL: Final = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)


class NotARequest(ValueError):  # noqa: N818 - it says what the words are not
    """Words that name no request; ``help`` says what to write."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help


class Asked(NamedTuple):
    """A request as a client would make it. ``target`` is the path with its query; ``fields`` come after Host.

    ``claims`` are what its token would say, ``consumer`` whose credentials it would carry; neither is proved.
    """

    method: str
    target: str
    host: str
    fields: tuple[tuple[str, str], ...] = ()
    scheme: str = "http"
    client_ip: str = "127.0.0.1"
    claims: tuple[tuple[str, object], ...] = ()
    consumer: str = ""

    @property
    def url(self) -> str:
        """The whole of it in one line, for people."""
        return f"{self.scheme}://{self.host}{self.target}" if self.target.startswith("/") else self.target

    def raw(self) -> bytes:
        """The head as bytes, without the empty line at its end."""
        lines = [f"{self.method} {self.target} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name}: {value}" if value else f"{name}:" for name, value in self.fields]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def asked(
    path: str,
    method: str = "GET",
    *,
    headers: Sequence[str] = (),
    host: str | None = None,
    client_ip: str = "127.0.0.1",
    body_size: int | None = None,
    claims: Mapping[str, object] = MappingProxyType({}),
    consumer: str = "",
) -> Asked:
    """The request that these words mean: ``path`` a path with its query, or a URL; ``headers`` as ``Name: value``.

    ``claims`` are what a token would say, ``consumer`` whose credentials it carries. Path and method may change places. Raises
    NotARequest.
    """
    if _is_path(method) and TOKEN.fullmatch(path.encode(errors="replace")):
        path, method = method, path
    if method.upper() in METHODS:
        method = method.upper()
    url = _URL.fullmatch(path)
    scheme, authority = ("http", "") if url is None else (url[1].lower(), url[2])
    if url is not None:
        path = url[3] if url[3].startswith("/") else f"/{url[3]}"
        if not authority:
            raise NotARequest("the URL has no host", "write http://HOST/PATH, or just /PATH")
    elif not _is_path(path) and not (path == "*" and method == "OPTIONS"):
        raise NotARequest(f'"{path}" is no path', f"a path begins with /: /{path.lstrip('/')}")
    fields = [_field(header) for header in headers]
    hosts = [value for name, value in fields if name.lower() == "host"]
    if hosts and host is not None:
        raise NotARequest("--host and a Host header are both given", "give one of them")
    if hosts:
        host = hosts[0]
        fields.remove(next(field for field in fields if field[0].lower() == "host"))
    if body_size is not None:
        fields.append(("Content-Length", str(body_size)))
    said = tuple(claims.items())
    return Asked(method, path, host or authority or DEFAULT_HOST, tuple(fields), scheme, client_ip, said, consumer)


def read_head(raw: bytes, parser: HeadParser, server: ServerPlan) -> RequestHead:
    """The head in ``raw``, within the bounds of ``[server]``. Raises BadMessage as the live doors do."""
    if len(raw) > server.max_header_size:
        line = raw.partition(b"\r\n")[0]
        if len(line) > server.max_header_size:
            raise BadMessage("uri_too_long", "the request line is too long")
        raise BadMessage("headers_too_large", f"the head is larger than {server.max_header_size} bytes")
    return parser.request(raw)


def head_parser(server: ServerPlan) -> HeadParser:
    """The parser with the settings of ``[server]``."""
    return HeadParser(
        request_id_name=server.request_id_header.lower(),
        max_fields=server.max_headers,
        allowed_underscores=server.allowed_underscores,
    )


def encoded(target: str) -> str | None:
    """The target with everything percent-encoded that a client must not send as it is; None where nothing has to be."""
    fit = quote(target, safe="/%?&=+:@!$'()*,;-._~[]|^`{}<>\"\\")
    return None if fit == target else fit


def _is_path(word: str) -> bool:
    return word.startswith("/") or _URL.match(word) is not None


def _field(header: str) -> tuple[str, str]:
    name, colon, value = header.partition(":")
    if not colon or not name.strip():
        raise NotARequest(f'"{header}" is no header', "write -H 'Name: value'")
    if "\r" in header or "\n" in header:
        raise NotARequest(f"the header {name!r} holds a line break", "a header stands on one line")
    return name, value.strip(" \t")
