"""Heads for the tests of their parser."""

from gatewayctl.core.head import HeadParser
from gatewayctl.core.messages import RequestHead, ResponseHead

HOST = b"Host: example.com"


def parser(*, max_fields: int = 100, allowed: frozenset[bytes] = frozenset()) -> HeadParser:
    """A parser with the configuration's defaults."""
    return HeadParser(request_id_name=b"x-request-id", max_fields=max_fields, allowed_underscores=allowed)


def request(*lines: bytes, line: bytes = b"GET / HTTP/1.1", host: bytes | None = HOST) -> RequestHead:
    """A request of these field lines, parsed by a parser that has seen nothing before."""
    return parser().request(b"\r\n".join([line, *([] if host is None else [host]), *lines]))


def response(*lines: bytes, line: bytes = b"HTTP/1.1 200 OK") -> ResponseHead:
    """A response of these field lines, the same way."""
    return parser().response(b"\r\n".join([line, *lines]))
