"""JSON Web Tokens (RFC 7519, RFC 8725, RFC 6750). A token that was verified is known again by its hash until it expires."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any, Final

from gatewayctl.plan.identity import ConsumerPlan, JwtPlan
from gatewayctl.policy.auth.base import Asking
from gatewayctl.policy.auth.challenges import challenge
from gatewayctl.policy.auth.claims import check_claims, scopes_of
from gatewayctl.policy.auth.credentials import Credential, Twice
from gatewayctl.policy.auth.helpers import FixedKeys, Helpers, KeySource
from gatewayctl.policy.auth.identity import Identity, claim_of, text_of
from gatewayctl.policy.auth.keyring import KeyRing, UnknownKey
from gatewayctl.policy.auth.memory import Memory
from gatewayctl.policy.auth.outcomes import Outcome, Refusal, Settled, Unavailable, Waiting
from gatewayctl.policy.auth.tokens import BadToken, claims_of, header_of

_NO_KEYS: Final = Unavailable("the issuer's keys could not be fetched yet")
_LONGEST_MEMORY: Final = 300.0
"""Seconds for which a token without ``exp`` is remembered."""


class JwtScheme:
    """See ``Scheme``."""

    __slots__ = (
        "_algorithms",
        "_consumers",
        "_credential",
        "_keys",
        "_plan",
        "_ring",
        "challenges",
        "credentials",
        "forward_claims",
        "memory",
        "name",
        "optional",
        "wants",
    )

    def __init__(self, plan: JwtPlan, consumers: Mapping[str, ConsumerPlan], helpers: Helpers) -> None:
        self._plan = plan
        self._algorithms = frozenset(plan.algorithms)
        self._consumers = consumers
        self._keys: KeySource = FixedKeys(KeyRing(plan.keys)) if plan.fetched is None else helpers.keys(plan.fetched)
        self._ring = self._keys.ring
        self._credential = Credential(plan.credential, b"bearer ")
        self.memory = Memory()
        self.name = plan.name
        self.optional = plan.optional
        self.wants = f"a bearer token in {self._credential.where}"
        self.challenges: tuple[bytes, ...] = (challenge("Bearer", plan.realm),)
        self.credentials: tuple[Credential, ...] = (self._credential,)
        self.forward_claims = plan.forward_claims

    def identify(self, asking: Asking, now: float) -> Outcome:
        """See ``Scheme``."""
        try:
            token = self._credential.find(asking.head)
        except Twice:
            return self._refusal("the token is there more than once")
        if token is None:
            return None
        if self._ring is not self._keys.ring:  # what other keys have proved counts no more
            self._ring = self._keys.ring
            self.memory.clear()
        key = hashlib.sha256(token).digest()
        known = self.memory.get(key, now)
        if known is not None:
            return known
        if self._ring is not None:
            try:
                return self._proved(token, key, now)
            except UnknownKey as error:
                refusal = self._refusal(str(error))
            except BadToken as error:
                return self._refusal(str(error))
        fetched = self._keys.refresh()
        if fetched is not None:
            return Waiting(fetched, lambda _: self._judged_again(token, key, now))
        return _NO_KEYS if self._ring is None else refusal

    def _proved(self, token: bytes, key: bytes, now: float) -> Identity:
        identity = self.verified(token, now)
        identity.size = len(token)
        self.memory.put(key, identity)
        return identity

    def _judged_again(self, token: bytes, key: bytes, now: float) -> Settled:
        """After the keys have been fetched anew, or could not be."""
        if self._keys.ring is None:
            return _NO_KEYS
        try:
            return self._proved(token, key, now)
        except BadToken as error:
            return self._refusal(str(error))

    def verified(self, token: bytes, now: float) -> Identity:
        """Who a token speaks of. Raises BadToken."""
        plan = self._plan
        header = header_of(token)
        if header.algorithm not in self._algorithms:
            raise BadToken("the token is signed with an algorithm that is not accepted here")
        if plan.token_types and header.type not in plan.token_types:
            raise BadToken("this is a token of another type")
        ring = self._keys.ring
        if ring is None:
            raise UnknownKey("no keys are known yet")
        ring.check(token, header)
        claims = claims_of(token)
        expires = check_claims(claims, plan, now)
        return self.identity_of(claims, now + _LONGEST_MEMORY if expires == math.inf else expires)

    def identity_of(self, claims: Mapping[str, Any], expires: float = math.inf) -> Identity:
        """Whom these claims are about."""
        plan = self._plan
        name = claim_of(claims, plan.consumer_claim) if plan.consumer_claim else None
        consumer = "" if name is None else text_of(name)
        known = self._consumers.get(consumer)
        return Identity(
            plan.name,
            consumer,
            tags=frozenset(() if known is None else known.tags),
            claims=claims,
            scopes=scopes_of(claims, plan.scopes_claim),
            expires=expires,
        )

    @property
    def consumer_claim(self) -> str | None:
        """The claim that names the consumer."""
        return self._plan.consumer_claim

    def insufficient_scope(self, scopes: tuple[str, ...]) -> tuple[bytes, ...]:
        """RFC 6750 3.1."""
        return (challenge("Bearer", self._plan.realm, error="insufficient_scope", scope=" ".join(scopes)),)

    def _refusal(self, why: str) -> Refusal:
        return Refusal(why, (challenge("Bearer", self._plan.realm, error="invalid_token", error_description=why),))
