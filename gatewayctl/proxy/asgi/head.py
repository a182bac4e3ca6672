"""From an ASGI scope to a request head, by the rules that the express door reads bytes by.

A server has parsed the request already, and has forgiven, joined or decoded what it pleased. So what is left is written
down as a head once more and read strictly: one set of rules, whoever has the connection.
"""

from typing import Final
from urllib.parse import quote

from starlette.types import Scope

from gatewayctl.core.fields import Kind
from gatewayctl.core.framing import NO_BODY, BadMessage
from gatewayctl.core.messages import PLAIN, RequestHead, Wishes
from gatewayctl.proxy.asgi.callers import Caller
from gatewayctl.proxy.bound import Bound

_METHODS: Final = {name: name.encode() + b" " for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
"""How a request line begins with those that nearly all requests have."""
_SAFE: Final = "/:@!$&'()*+,;=~"
"""What RFC 3986 3.3 lets stand in a path beside letters, digits and the marks that are never escaped."""


def raw_head(scope: Scope) -> bytes:
    """The request line and the field lines joined by CRLF, as far as the server has kept them.

    ``raw_path`` is what the client wrote, without the prefix that the gateway is mounted under.
    """
    return b"\r\n".join([request_line(scope), *[name + b": " + value for name, value in scope["headers"]]])


def request_line(scope: Scope) -> bytes:
    """The first line of ``raw_head``."""
    method = scope.get("method", "GET")
    begin = _METHODS.get(method) or method.encode("latin-1", "replace") + b" "
    target = scope.get("raw_path") or quote(scope["path"], safe=_SAFE).encode()
    if scope["root_path"]:
        target = _below(target, scope["root_path"])
    query = scope["query_string"]
    if query:
        target = b"%b?%b" % (target, query)
    return begin + target + (b" HTTP/1.0" if scope["http_version"] == "1.0" else b" HTTP/1.1")


def _below(target: bytes, root: str) -> bytes:
    """``target`` below where the gateway is mounted; as it is where the server does not count that into the path."""
    prefix = root.rstrip("/").encode()
    rest = target[len(prefix) :]
    if target.startswith(prefix) and rest[:1] in {b"/", b""}:
        return rest or b"/"
    return target


def read_again(scope: Scope, bound: Bound, caller: Caller) -> RequestHead | None:
    """The head of ``scope`` where its headers are those that ``caller`` said last, None where it has to be read.

    Raises BadMessage, as ``HeadParser.request`` does.
    """
    parser = bound.parser
    if (
        caller.headers != scope["headers"]
        or caller.parser is not parser
        or scope["http_version"] != "1.1"
        or scope["root_path"]
    ):
        return None
    line = request_line(scope)
    if len(line) + len(caller.block) > bound.max_header_size - 2:
        return None
    return parser.again(line, caller)


def read_head(scope: Scope, raw: bytes, bound: Bound, caller: Caller | None = None) -> RequestHead:
    """The head in ``raw``, which is that of ``scope``; ``caller`` learns. Raises BadMessage, as ``HeadParser.request`` does."""
    if len(raw) > bound.max_header_size:
        if raw.find(b"\r\n", 0, bound.max_header_size) < 0:
            raise BadMessage("uri_too_long", "the request line is too long")
        raise BadMessage("headers_too_large", f"the head is larger than {bound.max_header_size} bytes")
    headers = scope["headers"]
    if raw.count(b"\r\n") != len(headers):
        raise BadMessage("bad_request", "a line break within a header")
    if scope["http_version"][:1] != "1" and any(b":" in name for name, _ in headers):  # the first colon ends a name
        raise BadMessage("bad_request", "malformed header name")
    root = scope["root_path"]
    if root and scope["path"].startswith(root) and scope.get("raw_path", b"/")[:1] == b"/":
        _check_mounted(scope, root)
    head = bound.parser.request(raw) if caller is None else caller.hear(headers, raw, bound.parser)
    if head.wishes is not PLAIN:  # what a server cannot carry, or has seen to itself
        named = head.wishes.dropped_names
        head.wishes = Wishes(dropped_names=named) if named else PLAIN
    return head


def _check_mounted(scope: Scope, root: str) -> None:
    """The server took the path for one below ``root``; then it has to be written so."""
    raw = scope.get("raw_path")
    if raw and not raw.startswith(root.rstrip("/").encode()):
        raise BadMessage("bad_request", "the path spells what the gateway is mounted under in another way")


def states_no_length(scope: Scope, head: RequestHead) -> bool:
    """Whether only the messages of the server can tell if there is a body: HTTP/2 needs no field to say so."""
    return scope["http_version"][:1] != "1" and head.body == NO_BODY and not head.kinds & Kind.CONTENT_LENGTH
