"""Who clients are and what they may do, compiled: schemes, consumers, access lists and CORS policies, each once.

Routes refer to them by name, so that a thousand routes behind one scheme hold its keys once. All of it can be pickled.
What these plans hold of secrets (shared secrets, hashes) is never shown: ``repr`` leaves it out.
"""

from collections.abc import Mapping
from dataclasses import field

from gatewayctl.config.finding import KeyPath
from gatewayctl.core.frozen import frozen


@frozen
class KeyPlan:
    """One key that signatures are checked with. ``kind``: oct, RSA, P-256, P-384, P-521 or OKP.

    ``material`` is the secret, or the public key as DER (SubjectPublicKeyInfo); ``alg`` the one algorithm that the key
    is for, "" for any of its kind; ``id`` its kid, "" for none.
    """

    id: str
    kind: str
    alg: str
    material: bytes = field(repr=False)


@frozen
class CredentialPlan:
    """Where a credential stands (one of authorization, header, cookie, query) and whether it is sent on."""

    place: str
    name: str
    forwarded: bool


@frozen
class FetchedKeysPlan:
    """Keys that are fetched: the set at ``url``, or (``discovery``) the one that the OpenID document there names.

    That document must be of ``issuer``, unless None; ``algorithms`` say which keys are of use.
    """

    url: str
    discovery: bool
    issuer: str | None
    algorithms: tuple[str, ...]


@frozen
class JwtPlan:
    """``[auth.NAME] type = "jwt"``. ``issuer`` and ``audience`` None: not checked, on purpose. Times are seconds."""

    name: str
    algorithms: tuple[str, ...]
    keys: tuple[KeyPlan, ...]
    fetched: FetchedKeysPlan | None
    """Where keys are fetched from, instead of ``keys``."""
    issuer: str | None
    audience: frozenset[str] | None
    leeway: float
    token_types: frozenset[str]
    credential: CredentialPlan
    required_claims: tuple[str, ...]
    scopes_claim: str
    consumer_claim: str | None
    forward_claims: tuple[tuple[str, bytes], ...]
    """Claim and the header that carries it."""
    realm: str
    optional: bool
    said_at: KeyPath


@frozen
class ApiKeyPlan:
    """``[auth.NAME] type = "api_key"``."""

    name: str
    credential: CredentialPlan
    realm: str
    optional: bool
    said_at: KeyPath


@frozen
class BasicPlan:
    """``[auth.NAME] type = "basic"``. ``users``: names and hashes of passwords."""

    name: str
    users: tuple[tuple[str, str], ...] = field(repr=False)
    credential: CredentialPlan
    realm: str
    optional: bool
    said_at: KeyPath


@frozen
class ForwardAuthPlan:
    """``[auth.NAME] type = "forward"``. ``timeout`` in seconds."""

    name: str
    url: str
    timeout: float
    send_headers: tuple[str, ...]
    copy_headers: tuple[str, ...]
    said_at: KeyPath


@frozen
class MtlsPlan:
    """``[auth.NAME] type = "mtls"``. ``identity`` is cn, san_dns or san_uri."""

    name: str
    identity: str
    said_at: KeyPath


@frozen
class AnyPlan:
    """``[auth.NAME] type = "any"``: the names of its schemes, in order."""

    name: str
    of: tuple[str, ...]
    said_at: KeyPath


SchemePlan = JwtPlan | ApiKeyPlan | BasicPlan | ForwardAuthPlan | MtlsPlan | AnyPlan


@frozen
class ConsumerPlan:
    """``[consumers.NAME]``. ``api_keys`` are SHA-256 digests; ``limits`` None where the consumer has none of its own."""

    name: str
    api_keys: tuple[bytes, ...] = field(repr=False)
    tags: tuple[str, ...]
    limits: tuple[str, ...] | None


@frozen
class AccessListPlan:
    """``[access.NAME]``: address blocks. deny wins; with allow, the rest is denied."""

    name: str
    allow: tuple[str, ...]
    deny: tuple[str, ...]


@frozen
class CorsPolicyPlan:
    """``[cors.NAME]``, as it goes on the wire. ``headers`` and ``expose`` are joined lists, ``max_age`` seconds."""

    name: str
    origins: frozenset[str]
    """Exact origins, and "*"."""
    wildcards: tuple[tuple[str, str], ...]
    """What an origin begins and ends with: ``https://*.example.com`` is ("https://", ".example.com")."""
    methods: tuple[str, ...]
    headers: frozenset[str]
    """Lower case; "*" for any."""
    expose: bytes
    credentials: bool
    max_age: int


@frozen
class IdentityPlan:
    """All of it, by name; ``default_cors`` covers what no route takes."""

    schemes: Mapping[str, SchemePlan] = field(default_factory=dict)
    consumers: Mapping[str, ConsumerPlan] = field(default_factory=dict)
    access: Mapping[str, AccessListPlan] = field(default_factory=dict)
    cors: Mapping[str, CorsPolicyPlan] = field(default_factory=dict)
    default_cors: str | None = None


@frozen
class PreflightPlan:
    """A step: answers CORS preflights."""

    cors: str
    said_at: KeyPath


@frozen
class CorsPlan:
    """A step: tells browsers which origins may read the answer."""

    cors: str
    said_at: KeyPath


@frozen
class AccessPlan:
    """A step: refuses addresses that an access list does not let in."""

    access: str
    said_at: KeyPath


@frozen
class AuthPlan:
    """A step: finds out who asks."""

    scheme: str
    said_at: KeyPath


@frozen
class RequirePlan:
    """A step: what the one who asks must have. ``scheme`` is the one that identified, for its challenges.

    ``scopes`` are all needed; of each claim one of the values, of ``consumers`` and of ``tags`` one.
    """

    scheme: str
    scopes: tuple[str, ...]
    claims: tuple[tuple[str, tuple[str, ...]], ...]
    consumers: frozenset[str]
    tags: frozenset[str]
    said_at: KeyPath
