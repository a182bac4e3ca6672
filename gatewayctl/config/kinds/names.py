"""Names of tables, and references to them."""

import re
from typing import Annotated, Any, Final

from gatewayctl.config.kinds.base import Kind, invalid, quoted, text

NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]*$"
RESERVED: Final = frozenset({"none", "memory"})
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_NAME_SCHEMA: Final = {"type": "string", "pattern": NAME_PATTERN, "examples": ["orders"]}


def read_name(value: Any) -> str:
    """The name of a table: ``[a-z0-9][a-z0-9_-]*``, not ``none`` or ``memory``."""
    written = text(value, "a name")
    if _NAME.fullmatch(written) is None:
        fitting = re.sub(r"[^a-z0-9_-]+", "-", written.lower()).strip("-_")
        way_out = f'did you mean "{fitting}"?' if fitting else "begin with a letter or digit"
        raise invalid("E108", f"not a name: {quoted(written)}", label="names are a-z, 0-9, - and _", help=way_out)
    if written in RESERVED:
        raise invalid("E108", f'the name "{written}" is reserved', label="reserved", help="choose another name")
    return written


def read_reference(value: Any) -> str:
    """A name that points to a table; that it is there is checked once everything is read."""
    return text(value, "a name")


def _refers(section: str, example: str, *beside: str) -> Kind:
    schema = {"type": "string", "pattern": NAME_PATTERN, "examples": [example, *beside]}
    return Kind(read_reference, schema, reference=section, beside=beside)


Name = Annotated[str, Kind(read_name, _NAME_SCHEMA)]
ServiceRef = Annotated[str, _refers("services", "orders")]
LimitRef = Annotated[str, _refers("limits", "per-client")]
StoreRef = Annotated[str, _refers("stores", "shared", "memory")]
BreakerRef = Annotated[str, _refers("breakers", "standard", "none")]
RetryRef = Annotated[str, _refers("retries", "safe", "none")]
AuthRef = Annotated[str, _refers("auth", "jwt", "none")]
SchemeRef = Annotated[str, _refers("auth", "jwt")]
ConsumerRef = Annotated[str, _refers("consumers", "acme")]
AccessRef = Annotated[str, _refers("access", "office", "none")]
CacheRef = Annotated[str, _refers("caches", "hot", "none")]
CorsRef = Annotated[str, _refers("cors", "web", "none")]
TransformRef = Annotated[str, _refers("transforms", "public", "none")]
