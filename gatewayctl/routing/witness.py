"""A witness: one concrete request that shows what is claimed."""

from collections.abc import Iterable, Set
from typing import Final, NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from gatewayctl.core.fields import Field, field

ANY_HOST: Final = b"localhost"
"""The host of a request for which the host does not matter; route-test asks with it too."""


class Witness(NamedTuple):
    """A request: ``path`` canonical, ``query`` raw, ``headers`` as (lower-case name, value)."""

    method: bytes
    host: bytes
    path: bytes
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def fields(self) -> list[Field]:
        """The headers as the matcher takes them."""
        return [field(name, value) for name, value in self.headers]

    @property
    def target(self) -> str:
        """Path and query; before them ``http://`` and the host where it matters."""
        host = "" if self.host == ANY_HOST else f"http://{self.host.decode()}"
        return f"{host}{self.path.decode()}" + (f"?{self.query.decode()}" if self.query else "")

    def shown(self, secret: Set[tuple[str, str]], mask: bytes) -> str:
        """The same as ``str``, with a mask in place of what is secret: pairs of a part (``path``, ``path_regex``,
        ``hosts``, ``headers``, ``query``) and the lower-case name in it. Which route a value came from cannot be seen
        from a request, so the secret of any route counts."""
        parts = {part for part, _ in secret}
        headers = tuple(
            (name, mask if ("headers", name.decode().lower()) in secret else value) for name, value in self.headers
        )
        pairs = [part.partition(b"=") for part in self.query.split(b"&") if part]
        query = b"&".join(
            name
            + mark
            + (mask if ("query", unquote_to_bytes(name).decode("utf-8", "replace").lower()) in secret else value)
            for name, mark, value in pairs
        )
        path = b"/" + mask if parts & {"path", "path_regex"} else self.path
        host = mask if "hosts" in parts else self.host
        return str(self._replace(host=host, path=path, query=query, headers=headers))

    def __str__(self) -> str:
        """``GET /path?query`` and a ``-H`` for each header, as route-test takes them."""
        headers = "".join(f" -H '{name.decode()}: {_shown(value)}'" for name, value in self.headers)
        return f"{self.method.decode()} {self.target}{headers}"


def _shown(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace").replace("'", "'\\''")


def query_text(values: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A raw query with these decoded names and values."""
    return b"&".join(_quoted(name) + (b"=" + _quoted(value) if value else b"") for name, value in values)


def _quoted(text: bytes) -> bytes:
    return quote_from_bytes(text, safe="").encode()
