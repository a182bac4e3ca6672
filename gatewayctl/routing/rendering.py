"""Templates filled in: what is put in is encoded for its place, and what cannot be put in safely does not pass.

In a path parameters stay as raw as they were matched (so ``rest`` keeps its slashes); everywhere else they are decoded
first. A value that would make a ``.`` or ``..`` segment is refused, a Location never begins with ``//``, control bytes
never reach a header, and a header or query value of which a part is absent is dropped.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Final, Protocol
from urllib.parse import quote_from_bytes, unquote_to_bytes

from gatewayctl.core.fields import Field
from gatewayctl.core.frozen import mutable
from gatewayctl.routing.canonical import PathError, canonical_path
from gatewayctl.routing.conditions import header_value, query_values
from gatewayctl.routing.spec import RoutingOptions
from gatewayctl.routing.templates import Encoding, Part, Source, Template

_DOTS: Final = re.compile(rb"/\.\.?(?:/|\Z)")
_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]+")
_RAW: Final = (Source.PARAM, Source.PATH)


class Values(Protocol):
    """Where values come from."""

    def value(self, source: int, name: str) -> bytes | None:
        """The value as it is: parameters and the path raw, everything else decoded; None: there is none."""
        ...


@mutable
class TemplateValues:
    """The values of one request, as both the proxy and the offline commands have them."""

    params: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    client_ip: bytes = b""
    request_id: bytes = b""
    route: bytes = b""
    service: bytes | None = None
    consumer: bytes | None = None
    method: bytes = b""
    path: bytes = b""
    host: bytes = b""
    query: bytes = b""
    fields: Sequence[Field] = ()
    claims: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))

    def value(self, source: int, name: str) -> bytes | None:
        """See ``Values``."""
        if source == Source.PARAM:
            return self.params.get(name)
        if source == Source.HEADER:
            return header_value(self.fields, name.encode())
        if source == Source.QUERY:
            return query_values(self.query).get(name.encode())
        if source == Source.CLAIM:
            return self.claims.get(name)
        found: bytes | None = getattr(self, name)
        return found


def render(template: Template, values: Values) -> bytes | None:
    """The text for a query value, header or body; for a query value or header None if a value in it is absent."""
    if template.literal is not None:
        return template.literal
    made = []
    for part in template.parts:
        if part.source == Source.LITERAL:
            made.append(part.text)
            continue
        value = values.value(part.source, part.name)
        if value is not None:
            made.append(_encoded(part, value))
        elif template.place in ("header", "query"):
            return None
    whole = b"".join(made)
    return whole.strip(b" \t") if template.place == "header" else whole


def render_path(template: Template, values: Values, options: RoutingOptions) -> bytes:
    """The path to be sent on, canonical. Raises PathError if values made a path that is none."""
    made = render(template, values) or b"/"
    if _DOTS.search(made):
        raise PathError("a value makes a . or .. segment")
    return canonical_path(made, encoded_slashes=options.encoded_slashes, merge_slashes=options.merge_slashes)


def render_location(template: Template, values: Values) -> bytes:
    """The value of Location, which never begins with two slashes. Raises PathError like ``render_path``."""
    made = render(template, values) or b"/"
    path = made.partition(b"?")[0].partition(b"#")[0]
    if _DOTS.search(path):
        raise PathError("a value makes a . or .. segment")
    return b"/" + made.lstrip(b"/") if made.startswith(b"//") else made


def _encoded(part: Part, value: bytes) -> bytes:
    encoding = part.encoding
    if encoding == Encoding.PATH:
        return value if part.source in _RAW else quote_from_bytes(value, safe="").encode()
    if part.source == Source.PARAM:
        value = unquote_to_bytes(value)
    if encoding == Encoding.HEADER:
        return _CONTROL.sub(b" ", value)
    if encoding == Encoding.STRICT:
        return quote_from_bytes(value, safe="").encode()
    if encoding == Encoding.HOST:
        return value if part.source == Source.HOST else quote_from_bytes(value, safe="").encode()
    if encoding == Encoding.JSON:
        return json.dumps(value.decode("utf-8", "replace"))[1:-1].encode()
    if encoding == Encoding.HTML:
        from html import escape  # with a table of all the names of characters, which few configurations need

        return escape(value.decode("utf-8", "replace")).encode()
    return value
