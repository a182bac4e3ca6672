"""[auth], [consumers], [access] and [cors], compiled. Key files are read here; what is wrong with one has its place."""

from collections.abc import Callable
from typing import Final

from gatewayctl.config import GatewayConfig, Loaded
from gatewayctl.config.models.auth import (
    AnyAuthConfig,
    ApiKeyConfig,
    AuthConfig,
    BasicConfig,
    ForwardAuthConfig,
    JwtConfig,
    MtlsConfig,
)
from gatewayctl.config.models.web import CorsConfig
from gatewayctl.plan.findings import Findings
from gatewayctl.plan.identity import (
    AccessListPlan,
    AnyPlan,
    ApiKeyPlan,
    BasicPlan,
    ConsumerPlan,
    CorsPolicyPlan,
    CredentialPlan,
    FetchedKeysPlan,
    ForwardAuthPlan,
    IdentityPlan,
    JwtPlan,
    KeyPlan,
    MtlsPlan,
    SchemePlan,
)
from gatewayctl.plan.keys import BadKeys, jwk_set, pem_key, secret_key
from gatewayctl.plan.model import KeyPath
from gatewayctl.plan.own_headers import own_of_requests, warn_of_own
from gatewayctl.plan.users import BadUsers, users_of

_ON_PURPOSE: Final = "any"
"""What issuer or audience say where they are not checked."""
_HASH: Final = "sha256:"


def identity_plan(config: GatewayConfig, loaded: Loaded, findings: Findings) -> IdentityPlan:
    """Everything that routes refer to by name, in the order of the names."""
    schemes: dict[str, SchemePlan] = {}
    for name, scheme in sorted(config.auth.items()):
        made = _scheme(name, scheme, loaded, findings)
        _warn_of_own(("auth", name), scheme, own_of_requests(config), findings)
        if made is not None:
            schemes[name] = made
    default = config.defaults.cors
    return IdentityPlan(
        schemes=schemes,
        consumers={
            name: ConsumerPlan(
                name,
                tuple(bytes.fromhex(key.get_secret_value().removeprefix(_HASH)) for key in consumer.api_keys),
                tuple(consumer.tags),
                None if consumer.limits is None else tuple(consumer.limits),
            )
            for name, consumer in sorted(config.consumers.items())
        },
        access={
            name: AccessListPlan(name, tuple(access.allow), tuple(access.deny))
            for name, access in sorted(config.access.items())
        },
        cors={name: _cors(name, cors) for name, cors in sorted(config.cors.items())},
        default_cors=None if default in (None, "none") else default,
    )


def _warn_of_own(at: KeyPath, scheme: AuthConfig, own: frozenset[str], findings: Findings) -> None:
    """Warns of claims that are to go on in headers that the gateway writes itself."""
    told: list[tuple[KeyPath, str]] = []
    if isinstance(scheme, JwtConfig):
        told = [((*at, "forward_claims", claim), header) for claim, header in scheme.forward_claims.items()]
    elif isinstance(scheme, ForwardAuthConfig):
        told = [((*at, "copy_headers", number), header) for number, header in enumerate(scheme.copy_headers)]
    for place, header in told:
        if header.lower() in own:
            warn_of_own(header, place, findings)


def _scheme(name: str, scheme: AuthConfig, loaded: Loaded, findings: Findings) -> SchemePlan | None:
    """None for a kind that this version does not have; that is said elsewhere."""
    at: KeyPath = ("auth", name)
    match scheme:
        case JwtConfig():
            return _jwt(name, scheme, at, loaded, findings)
        case ApiKeyConfig():
            place, key = ("header", scheme.header) if scheme.header is not None else ("query", scheme.query or "")
            credential = CredentialPlan(place, key, scheme.forward_credentials)
            return ApiKeyPlan(name, credential, scheme.realm, scheme.optional, at)
        case BasicConfig():
            credential = CredentialPlan("authorization", "authorization", scheme.forward_credentials)
            users = _users((*at, "users_file"), scheme.users_file, loaded, findings)
            return BasicPlan(name, users, credential, scheme.realm, scheme.optional, at)
        case ForwardAuthConfig():
            return ForwardAuthPlan(
                name, scheme.url, scheme.timeout, tuple(scheme.send_headers), tuple(scheme.copy_headers), at
            )
        case MtlsConfig():
            return MtlsPlan(name, scheme.identity, at)
        case AnyAuthConfig():
            return AnyPlan(name, tuple(scheme.of), at)
    return None


def _jwt(name: str, scheme: JwtConfig, at: KeyPath, loaded: Loaded, findings: Findings) -> JwtPlan:
    place, _, key = scheme.token_from.partition(":")
    return JwtPlan(
        name=name,
        algorithms=tuple(scheme.algorithms),
        keys=_keys(scheme, at, loaded, findings),
        fetched=_fetched(scheme),
        issuer=None if scheme.issuer == _ON_PURPOSE else scheme.issuer,
        audience=None if _ON_PURPOSE in scheme.audience else frozenset(scheme.audience),
        leeway=scheme.leeway,
        token_types=frozenset(_media_type(value) for value in scheme.token_types),
        credential=CredentialPlan(place, key or "authorization", scheme.forward_credentials),
        required_claims=tuple(scheme.required_claims),
        scopes_claim=scheme.scopes_claim,
        consumer_claim=scheme.consumer_claim,
        forward_claims=tuple((claim, header.encode()) for claim, header in sorted(scheme.forward_claims.items())),
        realm=scheme.realm,
        optional=scheme.optional,
        said_at=at,
    )


def _fetched(scheme: JwtConfig) -> FetchedKeysPlan | None:
    url = scheme.jwks_url or scheme.discovery_url
    if url is None:
        return None
    issuer = None if scheme.issuer == _ON_PURPOSE else scheme.issuer
    return FetchedKeysPlan(url, scheme.jwks_url is None, issuer, tuple(scheme.algorithms))


def _users(at: KeyPath, file: str, loaded: Loaded, findings: Findings) -> tuple[tuple[str, str], ...]:
    """The names and hashes of a file as htpasswd writes it. What is wrong with a line is told without its content."""
    content = loaded.contents.get(file)
    if content is None:
        return ()
    try:
        return users_of(content)
    except BadUsers as error:
        message = f"no users in this file: {error}"
        findings.error("E205", message, at, help="write it with htpasswd -B, or with argon2 hashes")
        return ()


def _media_type(value: str) -> str:
    """A typ value as it is compared (RFC 7515 4.1.9): lower case, without ``application/``."""
    return value.lower().removeprefix("application/")


def _keys(scheme: JwtConfig, at: KeyPath, loaded: Loaded, findings: Findings) -> tuple[KeyPlan, ...]:
    if scheme.secret is not None:
        return (secret_key(scheme.secret.get_secret_value().encode()),)
    if scheme.jwks_file is not None:
        return _read(
            (*at, "jwks_file"), scheme.jwks_file, lambda data: jwk_set(data, scheme.algorithms), loaded, findings
        )
    if scheme.public_key_file is not None:
        return _read((*at, "public_key_file"), scheme.public_key_file, lambda data: (pem_key(data),), loaded, findings)
    return ()


def _read(
    at: KeyPath, file: str, read: Callable[[bytes], tuple[KeyPlan, ...]], loaded: Loaded, findings: Findings
) -> tuple[KeyPlan, ...]:
    """The keys of a file. A file that is not there has been told of already."""
    content = loaded.contents.get(file)
    if content is None:
        return ()
    try:
        return read(content)
    except BadKeys as error:
        message = f"no keys in this file: {error}"
        findings.error("E205", message, at, help="put the keys of the issuer there")
        return ()


def _cors(name: str, cors: CorsConfig) -> CorsPolicyPlan:
    wild = [origin.split("*", 1) for origin in cors.origins if "*" in origin and origin != "*"]
    return CorsPolicyPlan(
        name=name,
        origins=frozenset(origin for origin in cors.origins if origin == "*" or "*" not in origin),
        wildcards=tuple((before, after) for before, after in wild),
        methods=tuple(cors.methods),
        headers=frozenset(header.lower() for header in cors.headers),
        expose=", ".join(cors.expose).encode(),
        credentials=cors.credentials,
        max_age=int(cors.max_age),
    )
