"""[routes.*]: which request goes where, and under which policies."""

from typing import Annotated

from pydantic import Field

from gatewayctl.config.kinds.base import Kind, Many, Some, invalid, quoted, text
from gatewayctl.config.kinds.http import HeaderName, Method, Upgrade
from gatewayctl.config.kinds.names import (
    AccessRef,
    AuthRef,
    CacheRef,
    ConsumerRef,
    CorsRef,
    LimitRef,
    RetryRef,
    ServiceRef,
    TransformRef,
)
from gatewayctl.config.kinds.net import HostPattern
from gatewayctl.config.kinds.text import Text
from gatewayctl.config.kinds.units import SizeOrWord, TimeoutOrWord
from gatewayctl.config.kinds.words import SplitKey
from gatewayctl.config.models.actions import (
    AggregatePartConfig,
    DeprecatedConfig,
    FaultConfig,
    MirrorConfig,
    RedirectConfig,
    RespondConfig,
    SplitConfig,
)
from gatewayctl.config.models.base import Table


def _read_strip_prefix(value: object) -> str | bool:
    if value is True:
        return True
    if value is False:
        raise invalid("E120", "strip_prefix = false says nothing", label="not needed", help="leave it out")
    written = text(value, "a path or true")
    if not written.startswith("/"):
        raise invalid(
            "E120", f"not a path prefix: {quoted(written)}", label="not a path", help='such as "/api", or true'
        )
    return written


StripPrefix = Annotated[
    str | bool,
    Kind(
        _read_strip_prefix,
        {"anyOf": [{"type": "string", "pattern": "^/"}, {"const": True}], "examples": ["/api", True]},
    ),
]


class RequireConfig(Table):
    """What an authenticated client must have; all parts must hold."""

    scopes: Many[Text] = Field(default=(), description="Scopes, all of them.", examples=[["users:read"]])
    claims: dict[str, Some[Text]] = Field(
        default={}, description="Claims by name (dots go into objects) and the values that are accepted.",
        examples=[{"role": ["admin", "staff"], "org.tier": "gold"}],
    )  # fmt: skip
    consumers: Many[ConsumerRef] = Field(default=(), description="One of these consumers.", examples=[["acme"]])
    tags: Many[Text] = Field(default=(), description="A consumer with one of these tags.", examples=[["gold"]])


class RouteConfig(Table):
    """A route. Policies that it does not name come from [defaults]; ``"none"`` (for limits ``[]``) leaves them out."""

    description: Text = Field(default="", description="What it is, for people.", examples=["One user by id"])
    path: str | None = Field(
        default=None,
        description='A path pattern: "/users", "/users/{id:int}", "/api/*".',
        examples=["/api/users/{id:int}"],
    )
    path_regex: str | None = Field(
        default=None,
        description="Instead of path: a regular expression that matches in full.",
        examples=["/v[12]/users/(?P<id>[0-9]+)"],
    )
    methods: Many[Method] | None = Field(
        default=None,
        description="Methods; GET takes HEAD too. Unset: all but TRACE and CONNECT.",
        examples=[["GET"]],
        min_length=1,
    )
    hosts: Many[HostPattern] = Field(
        default=(),
        description="Host names, or *.name for any depth below it. Empty: any.",
        examples=[["api.example.com", "*.example.org"]],
    )
    headers: dict[HeaderName, str] = Field(
        default={},
        description='Conditions on headers, all must hold: a value, "~regex", or "*" for present.',
        examples=[{"x-channel": "beta"}],
    )
    query: dict[str, str] = Field(
        default={},
        description='Conditions on the query, all must hold: a value, "~regex", or "*" for present.',
        examples=[{"v": "2"}],
    )
    priority: int = Field(default=0, ge=-1_000_000, le=1_000_000, description="Higher is tried first.", examples=[10])
    enabled: bool = Field(default=True, description="false: as if it were not there.", examples=[False])
    service: ServiceRef | None = Field(default=None, description="The service that requests go to.", examples=["users"])
    split: Many[SplitConfig] | None = Field(
        default=None, description="Instead of service: several services by weight.",
        examples=[[{"service": "orders", "weight": 95}, {"service": "orders-next", "weight": 5}]], min_length=1,
    )  # fmt: skip
    split_key: SplitKey | None = Field(
        default=None, description="What keeps a client on one side of the split.", examples=["cookie:session"]
    )
    respond: RespondConfig | None = Field(
        default=None, description="Instead of service: answer from here.", examples=[{"status": 200, "body": "hello"}]
    )
    redirect: RedirectConfig | None = Field(
        default=None,
        description="Instead of service: redirect; the query is kept.",
        examples=[{"to": "/v2/{rest}", "status": 308}],
    )
    aggregate: dict[str, AggregatePartConfig] | None = Field(
        default=None, description="Instead of service: ask several services, answer one JSON object.",
        examples=[{"user": {"service": "users", "path": "/users/{id}"}}], min_length=1,
    )  # fmt: skip
    strip_prefix: StripPrefix | None = Field(
        default=None,
        description="A literal prefix that is taken off the path; true: all before the first parameter or wildcard.",
        examples=["/api", True],
    )
    rewrite: str | None = Field(
        default=None, description="Instead of strip_prefix: the path to send.", examples=["/v2/users/{id}"]
    )
    timeout: TimeoutOrWord | None = Field(
        default=None,
        description="From the end of the request to the response head, over all attempts; "
        '"none" for none. Unset: that of [defaults].',
        examples=["5s", "none"],
    )
    retry: RetryRef | None = Field(
        default=None, description='A retry policy by name; "none" for none.', examples=["safe"]
    )
    limits: Many[LimitRef] | None = Field(
        default=None, description="Limits by name; [] for none.", examples=[["per-client", "per-user"]]
    )
    auth: AuthRef | None = Field(
        default=None, description='An authentication scheme by name; "none" for public.', examples=["jwt"]
    )
    require: RequireConfig | None = Field(
        default=None, description="What the client must have.", examples=[{"scopes": ["users:read"]}]
    )
    access: AccessRef | None = Field(
        default=None, description='An access list by name; "none" for none.', examples=["office"]
    )
    cache: CacheRef | None = Field(default=None, description='A cache by name; "none" for none.', examples=["hot"])
    cors: CorsRef | None = Field(default=None, description='A CORS policy by name; "none" for none.', examples=["web"])
    transform: TransformRef | None = Field(
        default=None, description='A transform by name; "none" for none.', examples=["public"]
    )
    max_body_size: SizeOrWord | None = Field(
        default=None,
        description='The largest request body, or "unlimited". Unset: that of [server].',
        examples=["64KiB", "unlimited"],
    )
    upgrades: Many[Upgrade] = Field(
        default=("websocket",), description="What a connection may be upgraded to.", examples=[["websocket"], []]
    )
    compress: bool = Field(default=False, description="Compress responses that are not.", examples=[True])
    mirror: MirrorConfig | None = Field(
        default=None,
        description="Sends a copy of requests elsewhere; answers are thrown away.",
        examples=[{"service": "orders-shadow", "percent": 10}],
    )
    fault: FaultConfig | None = Field(default=None, description="Faults on purpose, for tests.")
    deprecated: DeprecatedConfig | None = Field(
        default=None,
        description="Tells clients that the route goes away (RFC 9745, RFC 8594); it goes on serving.",
        examples=[{"link": "https://example.com/v2"}],
    )
    tags: Many[Text] = Field(default=(), description="Labels of your own.", examples=[["public"]])
