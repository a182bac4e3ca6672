"""URLs: strictly read. No error shows one, since it may hold a password."""

import re
from typing import Annotated, Any, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from gatewayctl.config.kinds.base import Kind, invalid, text
from gatewayctl.config.kinds.net import authority, valid_host
from gatewayctl.core.frozen import frozen

USERINFO: Final = re.compile(r"(?<=://)[^/?#\s]*(?=@)")
"""User and password in a URL. Nothing but them stands between ``//`` and the last ``@`` before the path (RFC 3986 3.2)."""


@frozen
class InstanceUrl:
    """Where an instance is: ``scheme`` (http or https), ``host`` (lower case, IPv6 without brackets), ``port``.

    Or the scheme ``unix`` and the ``path`` of a socket, on which plain HTTP is spoken.
    """

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def authority(self) -> str:
        """``host:port`` or ``unix:path``, as it names the instance where it has no id."""
        return f"unix:{self.path}" if self.path else authority(self.host, self.port)

    def __str__(self) -> str:
        return self.authority if self.path else f"{self.scheme}://{self.authority}"


class SecretUrl(SecretStr):
    """A URL that may hold a password. Its repr shows neither; ``masked`` is fit to be shown."""

    def masked(self) -> str:
        """The URL with ``***`` for user and password."""
        return USERINFO.sub("***", self.get_secret_value())


def split_url(value: Any, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of an absolute URL with a valid host and port. No error shows the URL: it may hold a password."""
    written = text(value, "a URL")
    example = f'such as "{schemes[0]}://127.0.0.1:9000"'
    if not written.isascii() or re.search(r"[\x00-\x20\x7f\\<>\"`{}|^]", written):
        raise invalid("E109", "this URL holds a character that a URL cannot", label="not a URL", help=example)
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        raise invalid("E109", "this is not a URL", label="not a URL", help=example) from None
    if parts.scheme not in schemes or not written[len(parts.scheme) :].startswith("://"):
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        raise invalid("E109", f"this URL must begin with {wanted}", label=f"expected {wanted}", help=example)
    if not parts.hostname or not valid_host(parts.hostname) or port == 0 or parts.netloc.endswith(":"):
        raise invalid("E109", "this URL has no valid host and port", label="not a valid host and port", help=example)
    return parts


def read_url(value: Any) -> str:
    """An http or https URL without credentials."""
    parts = split_url(value, ("http", "https"))
    if "@" in parts.netloc or parts.fragment:
        raise invalid(
            "E109", "this URL may hold no credentials and no fragment", label="not allowed here", help="leave them out"
        )
    return str(value)


def read_instance_url(value: Any) -> InstanceUrl:
    """Scheme, host and port of an instance; anything more is refused, since a route says which path is asked for.

    ``unix:path`` is a socket; the loader has made the path absolute.
    """
    if isinstance(value, str) and value.startswith("unix:"):
        return InstanceUrl("unix", "", 0, _socket_path(value.removeprefix("unix:")))
    parts = split_url(value, ("http", "https"))
    written = str(value)
    if "@" in parts.netloc:
        raise invalid(
            "E109",
            "an instance's URL may hold no credentials",
            label="credentials",
            help="set an authorization header with a transform",
        )
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in written or "#" in written:
        raise invalid(
            "E109",
            "an instance's URL is only scheme, host and port",
            label="a path or query",
            help="a route changes the path with strip_prefix or rewrite",
        )
    host = str(parts.hostname)
    return InstanceUrl(parts.scheme, host, parts.port or (443 if parts.scheme == "https" else 80))


def _socket_path(path: str) -> str:
    example = 'such as "unix:run/users.sock"'
    if path.startswith("//"):
        raise invalid("E109", "a unix socket is named without //", label="not a path", help=example)
    if not path.strip("/") or not path.isprintable():
        raise invalid("E109", "a unix socket needs a path", label="no path", help=example)
    return path


def read_redis_url(value: Any) -> SecretUrl:
    """The URL of a Redis server."""
    split_url(value, ("redis", "rediss"))
    return SecretUrl(str(value))


def read_collector_url(value: Any) -> SecretUrl | None:
    """An http or https URL that may hold credentials; None for ""."""
    if value == "":
        return None
    split_url(value, ("http", "https"))
    return SecretUrl(str(value))


def _placeholder_url(name: str) -> str:
    return "http://" + (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unset") + ".invalid"


_URL_SCHEMA: Final = {"type": "string", "pattern": "^https?://", "examples": ["http://127.0.0.1:9000"]}
Url = Annotated[str, Kind(read_url, _URL_SCHEMA, url=True, stand_in=_placeholder_url)]
_UPSTREAM_SCHEMA: Final = {
    "type": "string",
    "pattern": "^(https?://|unix:.)",
    "examples": ["http://127.0.0.1:9000", "unix:run/users.sock"],
}
UpstreamUrl = Annotated[
    InstanceUrl,
    Kind(read_instance_url, _UPSTREAM_SCHEMA, str, url=True, path="address", stand_in=_placeholder_url),
]
RedisUrl = Annotated[
    SecretUrl,
    Kind(
        read_redis_url,
        {"type": "string", "pattern": "^rediss?://", "examples": ["redis://127.0.0.1:6379/0"]},
        lambda url: url.get_secret_value(),
        url=True,
    ),
]
CollectorUrl = Annotated[
    SecretUrl | None,
    Kind(
        read_collector_url,
        {"type": "string", "pattern": "^(https?://.*)?$", "examples": ["http://127.0.0.1:4318", ""]},
        lambda url: url.get_secret_value() if url else "",
        url=True,
    ),
]
