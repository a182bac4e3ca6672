"""User names and passwords (RFC 7617) against hashes of a file. Checking one takes long on purpose, and is done elsewhere.

A pair that was right is known again by its hash for a while, so that a client pays for it once.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Final

from gatewayctl.plan.identity import BasicPlan, ConsumerPlan
from gatewayctl.policy.auth.base import Asking
from gatewayctl.policy.auth.challenges import challenge
from gatewayctl.policy.auth.credentials import Credential, Twice
from gatewayctl.policy.auth.helpers import Helpers
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.auth.memory import Memory
from gatewayctl.policy.auth.outcomes import Outcome, Refusal, Settled, Unavailable, Waiting
from gatewayctl.policy.auth.passwords import matches

_REMEMBERED: Final = 300.0
"""Seconds for which a right pair is known again."""
_LONGEST: Final = 1024
"""Bytes of a name and a password together."""


class BasicScheme:
    """See ``Scheme``."""

    __slots__ = (
        "_consumers",
        "_credential",
        "_helpers",
        "_nobody",
        "_salt",
        "_users",
        "_wrong",
        "challenges",
        "credentials",
        "forward_claims",
        "memory",
        "name",
        "optional",
        "wants",
    )

    def __init__(self, plan: BasicPlan, consumers: Mapping[str, ConsumerPlan], helpers: Helpers) -> None:
        self.name = plan.name
        self.optional = plan.optional
        self.wants = "a user name and a password"
        self.challenges: tuple[bytes, ...] = (challenge("Basic", plan.realm, charset="UTF-8"),)
        self.forward_claims: tuple[tuple[str, bytes], ...] = ()
        self.memory = Memory()
        self._credential = Credential(plan.credential, b"basic ")
        self.credentials: tuple[Credential, ...] = (self._credential,)
        self._consumers = consumers
        self._helpers = helpers
        self._users = dict(plan.users)
        self._nobody = next(iter(self._users.values()), "")
        """For users that are not known: their answer takes as long as any other."""
        self._salt = os.urandom(16)
        self._wrong = Refusal("the user name or the password is wrong", self.challenges)

    def identify(self, asking: Asking, now: float) -> Outcome:
        """See ``Scheme``."""
        try:
            sent = self._credential.find(asking.head)
        except Twice:
            return Refusal("the credentials are there more than once", self.challenges)
        if sent is None:
            return None
        pair = read_pair(sent)
        if pair is None:
            return Refusal("the credentials are malformed", self.challenges)
        key = hmac.digest(self._salt, sent, hashlib.sha256)
        known = self.memory.get(key, now)
        if known is not None:
            return known
        name, password = pair
        expected = self._users.get(name)

        def judged(right: bool | None) -> Settled:
            if right is None:
                return Unavailable("too many passwords wait to be checked")
            if expected is None or not right:
                return self._wrong
            identity = self.identity_of(name, now + _REMEMBERED)
            self.memory.put(key, identity)
            return identity

        return Waiting(self._helpers.off_loop(lambda: matches(expected or self._nobody, password)), judged)

    def identity_of(self, name: str, expires: float = float("inf")) -> Identity:
        """That user."""
        known = self._consumers.get(name)
        return Identity(self.name, name, tags=frozenset(() if known is None else known.tags), expires=expires)

    def insufficient_scope(self, scopes: tuple[str, ...]) -> tuple[bytes, ...]:
        """A user has no scopes."""
        return ()


def read_pair(sent: bytes) -> tuple[str, bytes] | None:
    """Name and password of Basic credentials; None where they are malformed."""
    if len(sent) > _LONGEST * 4 // 3:
        return None
    try:
        text = base64.b64decode(sent, validate=True)
        name, colon, password = text.partition(b":")
        return (name.decode(), password) if colon and b"\0" not in text else None
    except ValueError:
        return None
