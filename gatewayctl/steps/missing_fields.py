"""Security headers for answers that have none of their own: ``builtin = "security_headers"`` of a transform."""

from collections.abc import Collection
from typing import Final

from gatewayctl.core.fields import Field, field
from gatewayctl.plan.security_headers import SECURITY_HEADERS

_FIELDS: Final = {header.key: field(header.name.encode(), header.value.encode()) for header in SECURITY_HEADERS}
_ONLY_BY_TLS: Final = frozenset(header.key for header in SECURITY_HEADERS if header.by_tls)
_SPOKEN_FOR: Final = {
    name.lower().encode(): header.key for header in SECURITY_HEADERS for name in (header.name, *header.yields_to)
}
"""The name of a field that says it already, and the header that is not needed then."""


class MissingFields:
    """The headers of those lower-case names. Both lists that are needed as a rule are made once."""

    __slots__ = ("_by_tls", "_plain")

    def __init__(self, names: Collection[bytes]) -> None:
        self._by_tls = [_FIELDS[name] for name in names]
        self._plain = [_FIELDS[name] for name in names if name not in _ONLY_BY_TLS]

    def missing(self, fields: list[Field], by_tls: bool) -> list[Field]:
        """Those that ``fields`` do not say themselves; not to be changed. ``by_tls``: how the client came."""
        ours = self._by_tls if by_tls else self._plain
        said = [_SPOKEN_FOR[f[1]] for f in fields if f[1] in _SPOKEN_FOR]
        return [f for f in ours if f[1] not in said] if said else ours
