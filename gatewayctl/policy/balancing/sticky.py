"""Sticky sessions, with any balancer: a request whose cookie names an instance goes there while it can.

The name is a token that tells nothing about the instance, the same in every process and after a restart. It chooses
among the instances that are in use and no other: a client that makes one up gets what any client could get.
"""

from collections.abc import Iterable
from hashlib import blake2b

from gatewayctl.policy.balancing.base import Usable


def token_of(service: str, id: str) -> bytes:
    """The token of an instance, 16 hexadecimal digits."""
    return blake2b(f"{service}/{id}".encode(), digest_size=8).hexdigest().encode()


class StickySessions:
    """The tokens of a service's instances."""

    __slots__ = ("_by_token", "_service", "_tokens")

    def __init__(self, service: str) -> None:
        self._service = service
        self._tokens: dict[str, bytes] = {}
        self._by_token: dict[bytes, str] = {}

    def replace(self, ids: Iterable[str]) -> None:
        """The instances that take new requests."""
        self._tokens = {id: token_of(self._service, id) for id in ids}
        self._by_token = {token: id for id, token in self._tokens.items()}

    def named(self, token: bytes, usable: Usable | None = None) -> str | None:
        """The instance that a token names, None where it names none that is usable."""
        id = self._by_token.get(token)
        return id if id is not None and (usable is None or usable(id)) else None

    def token(self, id: str) -> bytes | None:
        """The token of an instance that takes new requests."""
        return self._tokens.get(id)
