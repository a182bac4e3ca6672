"""API keys of consumers. Only their hashes are known, and they are compared in a time that tells nothing."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from gatewayctl.plan.identity import ApiKeyPlan, ConsumerPlan
from gatewayctl.policy.auth.base import Asking
from gatewayctl.policy.auth.challenges import challenge
from gatewayctl.policy.auth.credentials import Credential, Twice
from gatewayctl.policy.auth.helpers import Helpers
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.auth.outcomes import Outcome, Refusal

_NOBODY: Final = bytes(32)
_LONGEST: Final = 1024
"""Bytes of a key that is looked at at all."""


class ApiKeyScheme:
    """See ``Scheme``."""

    __slots__ = (
        "_consumers",
        "_credential",
        "_refusal",
        "challenges",
        "credentials",
        "forward_claims",
        "name",
        "optional",
        "wants",
    )

    def __init__(self, plan: ApiKeyPlan, consumers: Mapping[str, ConsumerPlan], helpers: Helpers) -> None:
        self.name = plan.name
        self._consumers = {
            digest: (digest, Identity(plan.name, consumer.name, tags=frozenset(consumer.tags)))
            for consumer in consumers.values()
            for digest in consumer.api_keys
        }
        self._credential = Credential(plan.credential)
        self.optional = plan.optional
        self.wants = f"an API key in {self._credential.where}"
        self.challenges: tuple[bytes, ...] = (challenge("ApiKey", plan.realm),)
        self._refusal = Refusal("this API key is not known", self.challenges)
        self.credentials: tuple[Credential, ...] = (self._credential,)
        self.forward_claims: tuple[tuple[str, bytes], ...] = ()

    def identify(self, asking: Asking, now: float) -> Outcome:
        """See ``Scheme``. Keys do not expire: one that is taken out of the configuration is unknown at once."""
        try:
            key = self._credential.find(asking.head)
        except Twice:
            return Refusal("the API key is there more than once", self.challenges)
        if key is None:
            return None
        digest = hashlib.sha256(key[:_LONGEST]).digest() if len(key) <= _LONGEST else _NOBODY
        # Whether a hash is found tells nothing of a key: its bits have nothing to do with those of the key.
        known, identity = self._consumers.get(digest, (_NOBODY, None))
        if identity is None or not hmac.compare_digest(known, digest):
            return self._refusal
        return identity

    def insufficient_scope(self, scopes: tuple[str, ...]) -> tuple[bytes, ...]:
        """A key has no scopes, and nothing that a client could do about it."""
        return ()
