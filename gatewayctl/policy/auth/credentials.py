"""Where a credential stands in a request: found there once and only once, and taken out where it is not sent on."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from gatewayctl.core.fields import Field, field
from gatewayctl.core.messages import RequestHead
from gatewayctl.plan.identity import CredentialPlan


class Twice(ValueError):  # noqa: N818 - it says what is there
    """The credential is there more than once: servers would not agree on which one counts."""


class Credential:
    """``scheme`` is the word before a credential in Authorization, lower case with its space: ``b"bearer "``."""

    __slots__ = ("_name", "_place", "_scheme", "forwarded")

    def __init__(self, plan: CredentialPlan, scheme: bytes = b"") -> None:
        self._place = plan.place
        self._name = plan.name.encode() if plan.place in ("cookie", "query") else plan.name.lower().encode()
        self._scheme = scheme
        self.forwarded = plan.forwarded

    @property
    def where(self) -> str:
        """In words."""
        name = self._name.decode()
        return {"authorization": "Authorization", "header": f"the header {name}", "cookie": f"the cookie {name}"}.get(
            self._place, f"the query parameter {name}"
        )

    def find(self, head: RequestHead) -> bytes | None:
        """The credential; None for none. Raises Twice."""
        place = self._place
        if place == "query":
            found = [_value(pair) for pair in (head.query or b"").split(b"&") if _name(pair) == self._name]
        elif place == "cookie":
            found = [value for name, value in _cookies(head.fields) if name == self._name]
        else:
            name = self._name
            found = [f[2] for f in head.fields if f[1] == name]
        if not found:
            return None
        if len(found) > 1:
            raise Twice
        if place != "authorization":
            return found[0]
        value, scheme = found[0], self._scheme
        if value[: len(scheme)].lower() == scheme:
            return value[len(scheme) :].strip(b" ")
        return b"" if value.lower() == scheme[:-1] else None

    def without(self, fields: Sequence[Field], query: bytes | None) -> tuple[list[Field], bytes | None]:
        """Fields and query as they are sent on, the credential taken out wherever it stands."""
        if self._place == "query":
            pairs = [] if query is None else query.split(b"&")
            kept = [pair for pair in pairs if _name(pair) != self._name]
            return list(fields), query if len(kept) == len(pairs) else b"&".join(kept) if any(kept) else None
        if self._place == "cookie":
            return [f for kept in map(self._without_cookie, fields) for f in kept], query
        name = self._name
        return [f for f in fields if f[1] != name], query

    def _without_cookie(self, one: Field) -> tuple[Field, ...]:
        if one[1] != _COOKIE:
            return (one,)
        pairs = one[2].split(b";")
        kept = [pair.strip() for pair in pairs if pair.partition(b"=")[0].strip() != self._name]
        if len(kept) == len(pairs):
            return (one,)
        return (field(b"Cookie", b"; ".join(kept)),) if any(kept) else ()


_COOKIE: Final = b"cookie"


def _cookies(fields: Sequence[Field]) -> list[tuple[bytes, bytes]]:
    found = []
    for f in fields:
        if f[1] == _COOKIE:
            for pair in f[2].split(b";"):
                name, _, value = pair.partition(b"=")
                found.append((name.strip(), value.strip().strip(b'"')))
    return found


def _name(pair: bytes) -> bytes:
    return _decoded(pair.partition(b"=")[0])


def _value(pair: bytes) -> bytes:
    return _decoded(pair.partition(b"=")[2])


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))
