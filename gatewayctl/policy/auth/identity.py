"""Who asks, as a scheme has found out. Immutable in use; a verified token's is shared by all requests that carry it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

_FOREVER: Final = float("inf")


class Identity:
    """``scheme`` has found it out. ``consumer`` is "" where the credentials name none, ``tags`` are that consumer's.

    ``claims`` are what a token says, by name; ``scopes`` what it allows. ``expires``: seconds since the epoch, after
    which the credentials have to be looked at again. ``size``: bytes of the credentials, where they are remembered.
    """

    __slots__ = ("claims", "consumer", "expires", "scheme", "scopes", "size", "tags")

    def __init__(
        self,
        scheme: str,
        consumer: str = "",
        *,
        tags: frozenset[str] = frozenset(),
        claims: Mapping[str, Any] | None = None,
        scopes: frozenset[str] = frozenset(),
        expires: float = _FOREVER,
    ) -> None:
        self.scheme = scheme
        self.consumer = consumer
        self.tags = tags
        self.claims: Mapping[str, Any] = {} if claims is None else claims
        self.scopes = scopes
        self.expires = expires
        self.size = 0

    def claim(self, name: str) -> Any:
        """See ``claim_of``."""
        return claim_of(self.claims, name)

    def claim_text(self, name: str) -> bytes | None:
        """A claim as text: strings as they are, everything else as JSON; None for none."""
        value = self.claim(name)
        return None if value is None else text_of(value).encode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"<Identity {self.consumer or 'without a name'} by {self.scheme}>"


class ClaimTexts(Mapping[str, bytes]):
    """The claims of an identity as text, for templates. Names with dots are found too, though not listed."""

    __slots__ = ("_identity",)

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def __getitem__(self, name: str) -> bytes:
        text = self._identity.claim_text(name)
        if text is None:
            raise KeyError(name)
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._identity.claims)

    def __len__(self) -> int:
        return len(self._identity.claims)


def claim_of(claims: Mapping[str, Any], name: str) -> Any:
    """What a claim says; None for none. A name that is there as it stands comes before one with dots into objects."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def text_of(value: Any) -> str:
    """A claim's value as text."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
