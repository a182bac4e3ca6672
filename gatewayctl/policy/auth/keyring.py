"""The keys of one scheme, and the one check that uses them: is this signature by one of these keys, by this algorithm.

A key serves the algorithms of its own kind and, where it names one, that one only; so a public key is never taken for a
shared secret (RFC 8725 2.1, 3.1).
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from gatewayctl.plan.identity import KeyPlan
from gatewayctl.plan.keys import FITS
from gatewayctl.policy.auth.tokens import BadToken, Header

_MOST_TRIED: Final = 4
"""Keys that are tried for a token that does not say which one."""


class UnknownKey(BadToken):
    """The token names a key that is not there; it may have been published since."""


class _Key(NamedTuple):
    id: str
    kind: str
    alg: str
    key: Any


class KeyRing:
    """The keys. They are made ready, and the library is loaded, when the first token comes."""

    __slots__ = ("_jws", "_keys", "_plans")

    def __init__(self, plans: Sequence[KeyPlan]) -> None:
        self._plans = plans
        self._keys: list[_Key] = []
        self._jws: Any = None

    def __len__(self) -> int:
        return len(self._plans)

    def check(self, token: bytes, header: Header) -> None:
        """Raises BadToken unless the signature is by a fitting key, UnknownKey where the key is not there."""
        import jwt

        if self._jws is None:
            self._jws = jwt.PyJWS()
            self._keys = [_Key(plan.id, plan.kind, plan.alg, _loaded(plan)) for plan in self._plans]
        kind, algorithm = FITS[header.algorithm], header.algorithm
        fitting = [key for key in self._keys if key.kind == kind and key.alg in ("", algorithm)]
        named = fitting
        if header.id:  # a key without a name of its own may be meant, but not where another has that name
            named = [k for k in fitting if k.id == header.id] or [k for k in fitting if not k.id]
        if not named:
            raise UnknownKey("the token is signed with a key that is not known here")
        for key in named[:_MOST_TRIED]:
            try:
                self._jws.decode_complete(token, key.key, algorithms=[algorithm])
            except jwt.InvalidTokenError:
                continue
            return
        raise BadToken("the token's signature is not right")


def _loaded(plan: KeyPlan) -> Any:
    if plan.kind == "oct":
        return plan.material
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return load_der_public_key(plan.material)
