"""[access.*], [caches.*], [cors.*] and [transforms.*]: policies about addresses, answers and headers."""

from typing import Annotated, Any, Literal

from pydantic import Field

from gatewayctl.config.kinds.base import Kind, Many, invalid, text
from gatewayctl.config.kinds.http import ChangedHeader, HeaderName, HeaderValue, Method
from gatewayctl.config.kinds.net import Network
from gatewayctl.config.kinds.text import Text
from gatewayctl.config.kinds.units import Duration, Size
from gatewayctl.config.kinds.urls import split_url
from gatewayctl.config.kinds.words import VaryPart
from gatewayctl.config.models.base import Table


def _read_origin(value: Any) -> str:
    written = text(value, "an origin")
    if written in ("*", "null"):
        return written
    parts = split_url(written.replace("://*.", "://any.", 1), ("https", "http"))
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise invalid(
            "E109",
            "an origin is scheme, host and port",
            label="not an origin",
            help='such as "https://app.example.com"',
        )
    host = written.lower().partition("://")[2]
    if parts.port is not None:
        host = host.rpartition(":")[0]
    if host in ("*", "*."):
        raise invalid(
            "E109",
            "a wildcard stands before a domain",
            label="any host at all",
            help='such as "https://*.example.com"; "*" allows all origins, without credentials',
        )
    # browsers never say the port that is the scheme's own
    port = "" if parts.port in (None, {"https": 443, "http": 80}[parts.scheme.lower()]) else f":{parts.port}"
    return f"{parts.scheme.lower()}://{host}{port}"


Origin = Annotated[str, Kind(_read_origin, {"type": "string", "examples": ["https://app.example.com"]}, url=True)]


def _read_cache_query(value: Any) -> Any:
    if value in ("all", "none"):
        return value
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise invalid(
        "E104",
        "the query part of a cache key is all, none or a list of names",
        label="expected all, none or a list",
        help='such as "all" or ["page"]',
    )


CacheQuery = Annotated[
    Literal["all", "none"] | tuple[str, ...],
    Kind(
        _read_cache_query,
        {
            "anyOf": [{"enum": ["all", "none"]}, {"type": "array", "items": {"type": "string"}}],
            "examples": ["all", ["page"]],
        },
    ),
]


class AccessConfig(Table):
    """Who may come in, by client address. deny wins; with allow, the rest is denied."""

    allow: Many[Network] = Field(default=(), description="Address blocks that may.", examples=[["10.0.0.0/8"]])
    deny: Many[Network] = Field(default=(), description="Address blocks that may not.", examples=[["10.6.6.0/24"]])


class CacheConfig(Table):
    """A shared cache (RFC 9111)."""

    ttl: Duration = Field(
        default=0.0,
        description="How long an answer without its own freshness is fresh; 0s: not at all.",
        examples=["30s"],
    )
    max_size: Size = Field(default=64 << 20, description="All entries together.", examples=["64MiB"])
    max_entry: Size = Field(default=1 << 20, description="One entry.", examples=["1MiB"])
    methods: Many[Method] = Field(
        default=("GET", "HEAD"), description="Methods whose answers are kept.", examples=[["GET", "HEAD"]], min_length=1
    )
    vary: Many[VaryPart] = Field(
        default=(), description="Extra parts of the key.", examples=[["header:Accept-Language"]]
    )
    query: CacheQuery = Field(
        default="all",
        description="Which part of the query is in the key: all, none, or a list of names.",
        examples=["all", ["page"]],
    )
    stale_while_revalidate: Duration = Field(
        default=0.0, description="How long a stale answer may be given while a new one is fetched.", examples=["10s"]
    )
    stale_if_error: Duration = Field(
        default=0.0, description="How long a stale answer may be given while the upstream fails.", examples=["1m"]
    )
    collapse: bool = Field(default=True, description="Whether equal requests at once become one.", examples=[True])


class CorsConfig(Table):
    """Which other origins may call, from browsers."""

    origins: Many[Origin] = Field(
        description='Origins; "*" for all, not with credentials.', examples=[["https://app.example.com"]], min_length=1
    )
    methods: Many[Method] = Field(
        default=("GET", "HEAD", "POST"), description="Methods that are allowed.", examples=[["GET", "POST"]]
    )
    headers: Many[HeaderName] = Field(
        default=(), description="Request headers that are allowed.", examples=[["content-type", "authorization"]]
    )
    expose: Many[HeaderName] = Field(
        default=(), description="Response headers that scripts may read.", examples=[["x-request-id"]]
    )
    credentials: bool = Field(
        default=False, description="Whether cookies and authorization may be sent.", examples=[True]
    )
    max_age: Duration = Field(
        default=600.0, description="How long a browser may remember the answer.", examples=["10m"]
    )


class HeaderChangesConfig(Table):
    """Changes of headers, in this order: remove, rename, set, add. Values may hold templates."""

    set: dict[ChangedHeader, HeaderValue] = Field(
        default={}, description="Replaces or adds.", examples=[{"x-gateway": "gatewayctl"}]
    )
    add: dict[ChangedHeader, HeaderValue] = Field(
        default={}, description="Adds one more.", examples=[{"x-trace": "on"}]
    )
    remove: Many[ChangedHeader] = Field(default=(), description="Removes.", examples=[["x-debug"]])
    rename: dict[ChangedHeader, ChangedHeader] = Field(
        default={}, description="Old name to new name.", examples=[{"x-old": "x-new"}]
    )


class QueryChangesConfig(Table):
    """Changes of the query, in this order: remove, set. Values may hold templates."""

    set: dict[str, Text] = Field(default={}, description="Replaces or adds.", examples=[{"source": "gateway"}])
    remove: Many[Text] = Field(default=(), description="Removes.", examples=[["utm_source"]])


class TransformConfig(Table):
    """Changes of headers and query on the way."""

    builtin: Literal["security_headers"] | None = Field(
        default=None,
        description="Headers that answers get where neither the service nor this transform says them: those that the "
        "answers of an API should have.",
        examples=["security_headers"],
    )
    request: HeaderChangesConfig = Field(
        default_factory=HeaderChangesConfig.model_construct,
        description="Headers of the request that is sent on.",
        examples=[{"remove": ["x-debug"]}],
    )
    response: HeaderChangesConfig = Field(
        default_factory=HeaderChangesConfig.model_construct,
        description="Headers of the answer.",
        examples=[{"remove": ["server"]}],
    )
    query: QueryChangesConfig = Field(
        default_factory=QueryChangesConfig.model_construct,
        description="The query that is sent on.",
        examples=[{"remove": ["utm_source"]}],
    )
