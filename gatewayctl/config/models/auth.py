"""[auth.*] and [consumers.*]: who a client is."""

from typing import Annotated, Literal

from pydantic import Field

from gatewayctl.config.kinds.base import Many, Some
from gatewayctl.config.kinds.http import ChangedHeader, HeaderName
from gatewayctl.config.kinds.names import LimitRef, SchemeRef
from gatewayctl.config.kinds.secrets import KeyHash, Secret
from gatewayctl.config.kinds.text import FilePath, Text
from gatewayctl.config.kinds.units import Duration, PositiveDuration
from gatewayctl.config.kinds.urls import Url
from gatewayctl.config.kinds.words import TokenSource
from gatewayctl.config.models.base import Table

Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512"
]
NonEmpty = Annotated[str, Field(min_length=1)]


class JwtConfig(Table):
    """JSON Web Tokens (RFC 8725). One source of keys, an explicit list of algorithms."""

    type: Literal["jwt"] = Field(description="The kind of scheme.", examples=["jwt"])
    algorithms: Many[Algorithm] = Field(
        description="Algorithms that are accepted; there is no default.", examples=[["RS256", "ES256"]], min_length=1
    )
    jwks_url: Url | None = Field(
        default=None, description="Keys from this URL …", examples=["https://issuer.example/.well-known/jwks.json"]
    )
    discovery_url: Url | None = Field(
        default=None,
        description="… or found through this OpenID document …",
        examples=["https://issuer.example/.well-known/openid-configuration"],
    )
    jwks_file: FilePath | None = Field(default=None, description="… or from this file …", examples=["keys/jwks.json"])
    public_key_file: FilePath | None = Field(
        default=None, description="… or one public key, PEM …", examples=["keys/issuer.pem"]
    )
    secret: Secret | None = Field(
        default=None,
        description="… or a shared secret for HS algorithms, at least 256 bits.",
        examples=["${secret:JWT_SECRET}"],
    )
    issuer: NonEmpty = Field(
        description='The issuer; "any" says on purpose that it is not checked.', examples=["https://issuer.example/"]
    )
    audience: Some[NonEmpty] = Field(
        description='Audiences, one must be in the token; "any" says on purpose that it is not checked.',
        examples=[["api"]],
        min_length=1,
    )
    leeway: Duration = Field(default=60.0, description="How far clocks may be apart, at most 120s.", examples=["30s"])
    token_types: Many[Text] = Field(default=(), description="Accepted typ values; empty: any.", examples=[["at+jwt"]])
    token_from: TokenSource = Field(
        default="authorization", description="Where the token is.", examples=["cookie:token"]
    )
    required_claims: Many[Text] = Field(default=(), description="Claims that must be there.", examples=[["sub"]])
    scopes_claim: Text = Field(default="scope", description="The claim that holds scopes.", examples=["scp"])
    consumer_claim: Text | None = Field(
        default=None, description="The claim that names the consumer.", examples=["sub"]
    )
    forward_claims: dict[str, ChangedHeader] = Field(
        default={}, description="Claims sent on as headers; copies that a client sends are always stripped.",
        examples=[{"sub": "X-User-Id"}],
    )  # fmt: skip
    forward_credentials: bool = Field(
        default=True, description="Whether the token itself is sent on.", examples=[False]
    )
    realm: Text = Field(default="api", description="The realm in WWW-Authenticate.", examples=["api"])
    optional: bool = Field(
        default=False, description="true: a request without a token passes as anonymous.", examples=[True]
    )


class ApiKeyConfig(Table):
    """Keys of consumers, in a header or a query parameter."""

    type: Literal["api_key"] = Field(description="The kind of scheme.", examples=["api_key"])
    header: HeaderName | None = Field(
        default=None, description="The header that holds the key …", examples=["X-API-Key"]
    )
    query: NonEmpty | None = Field(default=None, description="… or the query parameter.", examples=["api_key"])
    forward_credentials: bool = Field(default=True, description="Whether the key itself is sent on.", examples=[False])
    realm: Text = Field(default="api", description="The realm in WWW-Authenticate.", examples=["api"])
    optional: bool = Field(
        default=False, description="true: a request without a key passes as anonymous.", examples=[True]
    )


class BasicConfig(Table):
    """User names and passwords (RFC 7617)."""

    type: Literal["basic"] = Field(description="The kind of scheme.", examples=["basic"])
    users_file: FilePath = Field(
        description="Names and hashes as htpasswd writes them: bcrypt or argon2.", examples=["users.htpasswd"]
    )
    forward_credentials: bool = Field(
        default=True, description="Whether the credentials are sent on.", examples=[False]
    )
    realm: Text = Field(default="api", description="The realm in WWW-Authenticate.", examples=["ops"])
    optional: bool = Field(
        default=False, description="true: a request without credentials passes as anonymous.", examples=[True]
    )


class ForwardAuthConfig(Table):
    """Another server decides, by a subrequest."""

    type: Literal["forward"] = Field(description="The kind of scheme.", examples=["forward"])
    url: Url = Field(description="Where it is asked.", examples=["http://127.0.0.1:9100/verify"])
    timeout: PositiveDuration = Field(default=1.0, description="How long it may take.", examples=["500ms"])
    send_headers: Many[HeaderName] = Field(
        default=("authorization", "cookie"), description="Request headers it gets.", examples=[["authorization"]]
    )
    copy_headers: Many[ChangedHeader] = Field(
        default=(), description="Headers of its answer that are sent on.", examples=[["X-User-Id"]]
    )


class MtlsConfig(Table):
    """The client's certificate says who it is."""

    type: Literal["mtls"] = Field(description="The kind of scheme.", examples=["mtls"])
    identity: Literal["cn", "san_dns", "san_uri"] = Field(
        default="san_uri", description="Which name in it counts.", examples=["cn"]
    )


class AnyAuthConfig(Table):
    """The first of several schemes that the request carries decides; if that is invalid: 401."""

    type: Literal["any"] = Field(description="The kind of scheme.", examples=["any"])
    of: Many[SchemeRef] = Field(description="The schemes, in order.", examples=[["jwt", "partner-key"]], min_length=1)


AuthConfig = Annotated[
    JwtConfig | ApiKeyConfig | BasicConfig | ForwardAuthConfig | MtlsConfig | AnyAuthConfig, Field(discriminator="type")
]


class ConsumerConfig(Table):
    """Someone who uses the gateway: a name with keys, tags and limits."""

    api_keys: Many[KeyHash] = Field(
        default=(), description="Hashes of API keys; gatewayctl hash-key makes one.", examples=[["sha256:" + "0" * 64]]
    )
    tags: Many[Text] = Field(default=(), description="Labels, for require.", examples=[["gold"]])
    limits: Many[LimitRef] | None = Field(
        default=None, description="Instead of the route's limits whose key has consumer.", examples=[["gold-plan"]]
    )
