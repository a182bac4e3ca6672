"""Remembers identities by the hash of what proved them. Bounded: what was not asked for lately is forgotten first."""

from typing import Final

from gatewayctl.policy.auth.identity import Identity

MOST: Final = 20_000
"""Identities that are remembered at once."""
MOST_BYTES: Final = 16 << 20
"""Bytes of credentials that they come from; what a token claims takes a few times its size."""


class Memory:
    """Two halves: the younger takes what is new or asked for again; when it is full it becomes the older one."""

    __slots__ = ("_half", "_half_bytes", "_old", "_size", "_young")

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._half = max(most // 2, 1)
        self._half_bytes = most_bytes // 2
        self._size = 0
        self._young: dict[bytes, Identity] = {}
        self._old: dict[bytes, Identity] = {}

    def get(self, key: bytes, now: float) -> Identity | None:
        """The identity, unless it has expired at ``now``."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is None:
                return None
            self.put(key, found)
        return found if now < found.expires else None

    def put(self, key: bytes, identity: Identity) -> None:
        """Remembers it."""
        if len(self._young) >= self._half or (self._young and self._size + identity.size > self._half_bytes):
            self._old, self._young = self._young, {}
            self._size = 0
        self._young[key] = identity
        self._size += identity.size

    def clear(self) -> None:
        """Forgets everything."""
        self._young, self._old = {}, {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)
